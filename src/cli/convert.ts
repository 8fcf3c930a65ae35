/** `hindsight convert RECORDING --to FILE`: the same recording in another format. */
import { closeSync, openSync, realpathSync, rmSync, writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { createSpool } from "../../probes/file.ts";
import { openRecording } from "../../probes/open.ts";
import { convert, formatOfPath, type TargetFormat } from "../convert/convert.ts";
import { eventsOfMachineBytes } from "../convert/jsonl/machine-bytes.ts";
import type { Sink } from "../convert/sink.ts";
import type { KernelText } from "../session/recorded-machine.ts";
import type { Recording } from "../../probes/recording.ts";
import { loadBeside, type BesideFiles } from "./beside.ts";
import type { Console } from "./console.ts";
import { failure, type Failure } from "./failure.ts";
import { errnoText } from "./load.ts";
import { loadSideData } from "./side-data.ts";

export const CONVERT_USAGE = `USAGE: hindsight convert RECORDING --to FILE [--format jsonl|trace.dat]
    FILE ends in .jsonl or .dat, unless --format says what it is; - as FILE is the standard output (jsonl)
    --kallsyms, --events-from, --dynamic-events FILE: what was kept beside the recording, as in a replay
`;

interface ConvertArguments {
  readonly from: string;
  readonly to: string;
  readonly format: TargetFormat;
  readonly beside: BesideFiles;
}

/** A string is what is wrong with the words. */
function readArguments(words: readonly string[]): ConvertArguments | string {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...words],
      options: {
        to: { type: "string" },
        format: { type: "string" },
        kallsyms: { type: "string" },
        "events-from": { type: "string" },
        "dynamic-events": { type: "string", multiple: true },
      },
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    return error instanceof Error ? (error.message.split(". ")[0] ?? error.message) : String(error);
  }
  const { values, positionals } = parsed;
  const [from, ...rest] = positionals;
  const { to } = values;
  if (from === undefined || rest.length > 0) return "one recording to convert, please";
  if (to === undefined) return "--to FILE says where to";
  const asked = values.format ?? (to === "-" ? "jsonl" : formatOfPath(to));
  if (asked === null) return `--format says what ${to} is to be: jsonl or trace.dat`;
  if (asked !== "jsonl" && asked !== "trace.dat") return `there is no format '${asked}' to convert to: jsonl or trace.dat`;
  if (to === "-" && asked !== "jsonl") return "a trace.dat is written to a file, not to the standard output";
  const { kallsyms = null, "events-from": eventsFrom = null, "dynamic-events": dynamicEvents = [] } = values;
  return { from, to, format: asked, beside: { kallsyms, eventsFrom, dynamicEvents } };
}

/** What a trace.dat loses of records that tell of tasks and are no events. */
const untold = (count: number): string =>
  `a trace.dat has no place for ${count} records of tasks that are no events: comm and pid are what its events tell\n` +
  "HINT: JSON lines keep them";

const FIRST_BYTES = 1 << 20;

/** Where the kernel's code lies: perf.data tells it in front of its first samples, which are read for that. */
function kernelPlace(recording: Recording): KernelText | null {
  if (recording.kernelText === undefined) return null;
  const window = new Uint8Array(recording.streams.reduce((most, { pageBytes }) => Math.max(most, pageBytes), FIRST_BYTES));
  for (const stream of recording.streams) {
    stream.rewind();
    stream.read(window);
    stream.rewind();
  }
  return recording.kernelText();
}

type Opened = { readonly ok: true; readonly recording: Recording } | Failure;

/** With the kernel's symbols that a replay would have, so that the conversion names the same code wherever it goes. */
async function open(from: string, files: BesideFiles, console: Console): Promise<Opened> {
  const side = await loadSideData({ ...files, maps: [], symfs: [], traces: [from], file: null, warnings: true }, console);
  if (!side.ok) return side;
  const loaded = await loadBeside(files);
  if (!loaded.ok) return loaded;
  const opened = await openRecording(from, loaded.beside);
  if (!opened.ok) return failure(`ERROR: ${opened.message}`);
  const { recording } = opened;
  const { kallsyms, findKallsyms } = side.side;
  let symbols: string | null | undefined;
  const look = (): string | null => {
    const place = kallsyms === null ? kernelPlace(recording) : null;
    return kallsyms ?? (place === null ? null : findKallsyms!(place));
  };
  return { ok: true, recording: { ...recording, kallsyms: () => recording.kallsyms() ?? (symbols ??= look()) } };
}

interface FileSink extends Sink {
  close(): void;
}

function writeAll(fd: number, bytes: Uint8Array, at: number | null): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, at === null ? null : at + done);
}

/** Throws as openSync does. */
function openSink(path: string): FileSink {
  const fd = path === "-" ? 1 : openSync(path, "w");
  let size = 0;
  return {
    write(bytes) {
      writeAll(fd, bytes, path === "-" ? null : size);
      size += bytes.length;
    },
    patch(offset, bytes) {
      writeAll(fd, bytes, offset);
    },
    close() {
      if (path !== "-") closeSync(fd);
    },
  };
}

function isSameFile(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}

/** Null: JSON lines say all that the recording does. */
function refusal(from: string, recording: Recording): string | null {
  const [first, ...more] = eventsOfMachineBytes(recording);
  if (first === undefined) return null;
  const which = more.length === 0 ? first : `${first} and ${more.length} more`;
  const message = `${from} has memory of a big-endian machine (in ${which}), and JSON lines do not keep its byte order`;
  return `ERROR: ${message}\nHINT: a trace.dat keeps it: --to FILE.dat\n`;
}

/** The exit status. */
export async function convertCommand(words: readonly string[], console: Console): Promise<number> {
  if (words.includes("--help") || words.includes("-h")) {
    console.print(CONVERT_USAGE);
    return 0;
  }
  const args = readArguments(words);
  if (typeof args === "string") {
    console.error(`ERROR: ${args}\n${CONVERT_USAGE}`);
    return 1;
  }
  const { from, to, format, beside } = args;
  if (isSameFile(from, to)) {
    console.error(`ERROR: ${to} is the recording itself\n`);
    return 1;
  }
  const opened = await open(from, beside, console);
  if (!opened.ok) {
    console.error(`${opened.message}\n`);
    return opened.exitCode;
  }
  const { recording } = opened;
  let sink: FileSink | null = null;
  try {
    const refused = format === "jsonl" ? refusal(from, recording) : null;
    if (refused !== null) {
      console.error(refused);
      return 1;
    }
    sink = openSink(to);
    const { events, leftOut, taskRecords } = await convert(recording, format, sink, createSpool);
    for (const warning of recording.info.warnings) console.error(`WARNING: ${warning}\n`);
    if (leftOut > 0) console.error(`WARNING: ${leftOut} records could not be taken over\n`);
    if (taskRecords > 0) console.error(`WARNING: ${untold(taskRecords)}\n`);
    if (to !== "-") console.print(`${events} events written to ${to}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    if (sink !== null && to !== "-") rmSync(to, { force: true });
    console.error(`ERROR: failed to write '${to}': ${errnoText(error)}\n`);
    return 1;
  } finally {
    sink?.close();
    recording.close();
  }
}
