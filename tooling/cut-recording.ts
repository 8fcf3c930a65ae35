/**
 * Makes a smaller trace.dat of another: some events, some seconds, without kallsyms.
 * Run: npx tsx tooling/cut-recording.ts IN OUT [--events CATEGORY:NAME,… (also CATEGORY:PREFIX*)] [--formats-only] [--seconds N]
 *      [--no-kallsyms] [--version 6|7] [--compression none|zlib|zstd]
 * Records keep their bytes, times and CPUs; the options that describe the machine are kept.
 */
import { parseArgs } from "node:util";
import { writeFileSync } from "node:fs";
import { decompressorFor } from "../probes/decompress.ts";
import { openFile } from "../probes/file.ts";
import { readFileHeader } from "../probes/formats/trace-dat/header.ts";
import { optionIds } from "../probes/formats/trace-dat/options.ts";
import { openRecording } from "../probes/open.ts";
import { pageBuilder } from "./trace-dat/pages.ts";
import { readTemplate } from "./trace-dat/template.ts";
import { walkPages } from "./trace-dat/walk-pages.ts";
import { traceDatBytes, type BufferSpec } from "./trace-dat/writer.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    events: { type: "string" },
    "formats-only": { type: "boolean", default: false },
    seconds: { type: "string" },
    "no-kallsyms": { type: "boolean", default: false },
    version: { type: "string", default: "7" },
    compression: { type: "string", default: "zstd" },
  },
});
const [input, output] = positionals;
if (input === undefined || output === undefined) throw new Error("usage: cut-recording.ts IN OUT [options]");

const opened = openFile(input);
if (!opened.ok) throw new Error(opened.message);
const head = readFileHeader(opened.source);
if (!head.ok) throw new Error(head.damage.message);
opened.source.close();
const { parts, header } = readTemplate(input, await decompressorFor(head.header.compression.name));
const recordingResult = await openRecording(input);
if (!recordingResult.ok) throw new Error(recordingResult.message);
const { recording } = recordingResult;

const wanted = values.events?.split(",");
const matches = (name: string): boolean =>
  wanted === undefined || wanted.some((w) => (w.endsWith("*") ? name.startsWith(w.slice(0, -1)) : w === name));
const kept = parts.events.filter((e) => e.category === "ftrace" || matches(`${e.category}:${e.name}`));
const keptIds = new Set(kept.map((e) => e.id));

const little = header.byteOrder === "little";
const { longBytes } = parts.headerPage;
const buffers: BufferSpec[] = parts.buffers.map((buffer) => {
  const streams = recording.streams.filter((s) => s.buffer === buffer.name);
  const starts = streams.flatMap((s) => {
    const first = walkPages(s).next();
    return first.done ? [] : [first.value.tsNs];
  });
  const start = starts.reduce((least, ts) => (ts < least ? ts : least), starts[0] ?? 0n);
  const end = values.seconds === undefined ? null : start + BigInt(Math.round(Number(values.seconds) * 1e9));
  const cpus = streams.map((stream) => ({
    cpu: stream.cpu,
    pages: (emit: (page: Uint8Array) => void): void => {
      const layout = { pageBytes: buffer.pageBytes, longBytes, byteOrder: header.byteOrder, baseNs: start };
      const builder = pageBuilder(layout, emit);
      for (const { tsNs, data, lost } of walkPages(stream)) {
        if (values["formats-only"] || (end !== null && tsNs >= end)) break;
        if (lost !== undefined) builder.lost(lost);
        const id = new DataView(data.buffer, data.byteOffset).getUint16(0, little);
        if (keptIds.has(id)) builder.record(Number(tsNs - start), data);
      }
      builder.flush();
    },
  }));
  return { name: buffer.name, pageBytes: buffer.pageBytes, cpus, ...(buffer.clock === null ? {} : { clock: buffer.clock }) };
});

// Times are rewritten in ns and counts of lost events belong to the whole recording.
const keptOptions = new Set<number>([optionIds.uname, 9]);
const bytes = traceDatBytes({
  version: values.version === "6" ? 6 : 7,
  compression: values.compression === "none" || values.compression === "zlib" ? values.compression : "zstd",
  byteOrder: header.byteOrder,
  longBytes,
  pageBytes: header.pageBytes,
  events: kept.map((e) => ({ category: e.category, format: e.formatText() })),
  comms: parts.comms,
  cpuCount: recording.info.ncpus,
  clock: recording.info.clock,
  options: parts.options.filter((o) => keptOptions.has(o.id)),
  buffers,
  ...(values["no-kallsyms"] ? {} : { kallsyms: recording.kallsyms() ?? "" }),
});
writeFileSync(output, bytes);
recording.close();
console.log(`${output}: ${bytes.length} bytes, ${kept.length} events described`);
