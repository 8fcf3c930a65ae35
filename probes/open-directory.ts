/** Recordings that are directories: traces in the Common Trace Format, and what `perf record --threads` writes. */
import type { ByteSource } from "./byte-source.ts";
import { listDirectory, openFile } from "./file.ts";
import { openCtf, type CtfFile } from "./formats/ctf/open.ts";
import { SNIFF_BYTES, type Beside, type OpenResult } from "./formats/format.ts";
import { isPerfData } from "./formats/perf-data/sniff.ts";

const METADATA = "metadata";
/** LTTng puts a trace into SESSION/ust/uid/1000/64-bit. */
const MOST_LEVELS = 6;
const MOST_SHOWN = 4;
const MOST_DIRECTORIES = 256;

/** The directories under `path` that hold a trace. */
function tracesIn(path: string): string[] {
  const found: string[] = [];
  let level = [path];
  let seen = 0;
  for (let depth = 0; depth <= MOST_LEVELS && level.length > 0; depth++) {
    const below: string[] = [];
    for (const directory of level) {
      const list = listDirectory(directory);
      if (list === null || ++seen > MOST_DIRECTORIES) continue;
      if (list.files.includes(METADATA)) found.push(directory);
      else below.push(...list.directories.map((name) => `${directory}/${name}`));
    }
    level = below;
  }
  return found;
}

const numberOf = (name: string): number => Number(/^data\.(\d{1,9})$/.exec(name)?.[1] ?? NaN);

/** `data` is a perf.data, `data.0`, `data.1` have records alone. Null: the directory is none of perf's. */
async function openPerfDirectory(path: string, { events }: Beside): Promise<OpenResult | null> {
  const files = listDirectory(path)?.files ?? [];
  if (!files.includes("data")) return null;
  const names = files.filter((name) => !Number.isNaN(numberOf(name))).sort((a, b) => numberOf(a) - numberOf(b));
  const sources: ByteSource[] = [];
  const close = (): void => {
    for (const source of sources) source.close();
  };
  for (const name of ["data", ...names]) {
    const opened = openFile(`${path}/${name}`);
    if (!opened.ok) {
      close();
      return opened;
    }
    sources.push(opened.source);
  }
  const [first, ...others] = sources;
  const head = new Uint8Array(SNIFF_BYTES);
  if (!isPerfData(head.subarray(0, first!.readAt(0, head)))) {
    close();
    return null;
  }
  const { decodePerfData } = await import("./formats/perf-data/decode.ts");
  const result = await decodePerfData(first!, others, events ?? []);
  if (result.ok) return result;
  close();
  return { ok: false, message: `${path}: damaged perf.data: ${result.damage.message}` };
}

/** The path may be that of a session, which holds the directory of one trace. */
export async function openDirectory(path: string, beside: Beside): Promise<OpenResult> {
  const refuse = (message: string): OpenResult => ({ ok: false, message: `${path}: ${message}` });
  const byPerf = await openPerfDirectory(path, beside);
  if (byPerf !== null) return byPerf;
  const traces = tracesIn(path.replace(/(?<=.)\/+$/, ""));
  const [trace] = traces;
  if (trace === undefined) return { ok: false, message: `cannot open ${path}: is a directory, and holds no CTF trace and no perf.data` };
  if (traces.length > 1) {
    const shown = traces.slice(0, MOST_SHOWN).join(", ");
    return refuse(
      `it holds ${traces.length} traces: give one of them, or each with --trace (${shown}${traces.length > MOST_SHOWN ? ", …" : ""})`,
    );
  }
  const files: CtfFile[] = [];
  const close = (): void => {
    for (const { source } of files) source.close();
  };
  for (const name of listDirectory(trace)?.files ?? []) {
    if (name.startsWith(".")) continue;
    const opened = openFile(`${trace}/${name}`);
    if (!opened.ok) {
      close();
      return opened;
    }
    files.push({ name, source: opened.source });
  }
  const metadata = files.find(({ name }) => name === METADATA)!.source;
  const streams = files.filter(({ name }) => name !== METADATA);
  const result = await openTrace(path, metadata, streams, beside);
  metadata.close();
  if (!result.ok) close();
  return result;
}

async function openTrace(path: string, metadata: ByteSource, streams: readonly CtfFile[], beside: Beside): Promise<OpenResult> {
  const result = await openCtf(path, metadata, streams, beside);
  return result.ok ? result : { ok: false, message: `${path}: ${result.message}` };
}
