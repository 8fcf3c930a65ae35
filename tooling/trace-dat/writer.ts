/** Writes trace.dat files, version 6 and 7. Source: trace-cmd.dat.v6(5), trace-cmd.dat.v7(5); read back by trace-cmd 3.1.6. */
import { spawnSync } from "node:child_process";
import { deflateSync } from "node:zlib";
import { optionIds } from "../../probes/formats/trace-dat/options.ts";
import { magic } from "../../probes/formats/trace-dat/sniff.ts";
import { memorySink, type Sink } from "./sink.ts";

export interface CpuPages {
  readonly cpu: number;
  /** Hands over every page in order. */
  readonly pages: (emit: (page: Uint8Array) => void) => void;
}

export interface BufferSpec {
  /** "" for the top buffer, which must come first. */
  readonly name: string;
  readonly clock?: string;
  /** Version 7 only; the file's otherwise. */
  readonly pageBytes?: number;
  readonly cpus: readonly CpuPages[];
}

export interface TraceDatSpec {
  readonly version: 6 | 7;
  readonly byteOrder?: "little" | "big";
  readonly longBytes?: 4 | 8;
  readonly pageBytes?: number;
  readonly compression?: "none" | "zlib" | "zstd";
  /** `format` texts by system; those of `ftrace` go to their own part. */
  readonly events: readonly { readonly category: string; readonly format: string }[];
  readonly comms?: ReadonlyMap<number, string>;
  readonly kallsyms?: string;
  readonly printk?: string;
  /** Version 7 only. */
  readonly btf?: Uint8Array;
  readonly cpuCount: number;
  /** Active clock; its option is left out when null. */
  readonly clock?: string | null;
  /** Further options, by id. */
  readonly options?: readonly { readonly id: number; readonly data: Uint8Array }[];
  readonly buffers: readonly BufferSpec[];
}

const utf8 = new TextEncoder();
const clocks = ["local", "global", "counter", "uptime", "perf", "mono", "mono_raw", "boot", "tai", "x86-tsc"];
const pagesPerChunk = 10;

/** zstd frames without content size, as trace-cmd writes them; needs the `zstd` program. */
function zstd(bytes: Uint8Array): Uint8Array {
  const run = spawnSync("zstd", ["-q", "-c", "-19", "--no-check", "-"], { input: bytes, maxBuffer: 1 << 30 });
  if (run.status !== 0) throw new Error(`zstd: ${run.error?.message ?? run.stderr.toString()}`);
  return run.stdout;
}

const pack = (bytes: Uint8Array, compression: "zlib" | "zstd"): Uint8Array => (compression === "zlib" ? deflateSync(bytes) : zstd(bytes));

interface Encoder {
  number(sizeBytes: 2 | 4 | 8, value: number | bigint): Uint8Array;
}

function encoder(byteOrder: "little" | "big"): Encoder {
  return {
    number(sizeBytes, value) {
      const out = new Uint8Array(8);
      const view = new DataView(out.buffer);
      const little = byteOrder === "little";
      view.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), little);
      return little ? out.slice(0, sizeBytes) : out.slice(8 - sizeBytes);
    },
  };
}

const concat = (...parts: readonly (Uint8Array | string)[]): Uint8Array => {
  const sink = memorySink();
  for (const part of parts) sink.write(typeof part === "string" ? utf8.encode(part) : part);
  return sink.bytes();
};

const headerPageText = (longBytes: 4 | 8, pageBytes: number): string =>
  `\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n\tfield: local_t commit;\toffset:8;\tsize:${longBytes};\tsigned:1;\n` +
  `\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n\tfield: char data;\toffset:${8 + longBytes};\tsize:${pageBytes - 8 - longBytes};\tsigned:1;\n`;

const headerEventText =
  "# compressed entry header\n\ttype_len    :    5 bits\n\ttime_delta  :   27 bits\n\tarray       :   32 bits\n\n" +
  "\tpadding     : type == 29\n\ttime_extend : type == 30\n\ttime_stamp : type == 31\n\tdata max type_len  == 28\n";

/** The header parts, the same in both versions. */
function parts(
  spec: TraceDatSpec,
  e: Encoder,
): Record<"headers" | "ftrace" | "formats" | "kallsyms" | "printk" | "commandLines", Uint8Array> {
  const page = headerPageText(spec.longBytes ?? 8, spec.pageBytes ?? 4096);
  const sized = (text: string): Uint8Array => {
    const bytes = utf8.encode(text);
    return concat(e.number(8, bytes.length), bytes);
  };
  const systems = new Map<string, string[]>();
  for (const { category, format } of spec.events) systems.set(category, [...(systems.get(category) ?? []), format]);
  const ftrace = systems.get("ftrace") ?? [];
  systems.delete("ftrace");
  const kallsyms = utf8.encode(spec.kallsyms ?? "");
  const printk = utf8.encode(spec.printk ?? "");
  const lines = [...(spec.comms ?? [])].map(([pid, comm]) => `${pid} ${comm}\n`).join("");
  return {
    headers: concat("header_page\0", sized(page), "header_event\0", sized(headerEventText)),
    ftrace: concat(e.number(4, ftrace.length), ...ftrace.map(sized)),
    formats: concat(
      e.number(4, systems.size),
      ...[...systems].map(([name, formats]) => concat(`${name}\0`, e.number(4, formats.length), ...formats.map(sized))),
    ),
    kallsyms: concat(e.number(4, kallsyms.length), kallsyms),
    printk: concat(e.number(4, printk.length), printk),
    commandLines: sized(lines),
  };
}

function clockOption(spec: TraceDatSpec): { id: number; data: Uint8Array }[] {
  const { clock = "mono" } = spec;
  if (clock === null) return [];
  const text = clocks.map((name) => (name === clock ? `[${name}]` : name)).join(" ");
  return [{ id: optionIds.traceClock, data: utf8.encode(`${text}\n\0`) }];
}

const fileHeader = (spec: TraceDatSpec, e: Encoder): Uint8Array =>
  concat(
    magic,
    `${spec.version}\0`,
    Uint8Array.of(spec.byteOrder === "big" ? 1 : 0, spec.longBytes ?? 8),
    e.number(4, spec.pageBytes ?? 4096),
  );

function alignTo(sink: Sink, bytes: number): void {
  sink.write(new Uint8Array((bytes - (sink.position % bytes)) % bytes));
}

function writeVersion6(spec: TraceDatSpec, sink: Sink, e: Encoder): void {
  const p = parts(spec, e);
  const pageBytes = spec.pageBytes ?? 4096;
  sink.write(concat(fileHeader(spec, e), p.headers, p.ftrace, p.formats, p.kallsyms, p.printk, p.commandLines, e.number(4, spec.cpuCount)));

  const clock = clockOption(spec);
  const [top, ...instances] = spec.buffers;
  sink.write(utf8.encode("options  \0"));
  for (const { id, data } of [...clock, ...(spec.options ?? [])]) sink.write(concat(e.number(2, id), e.number(4, data.length), data));
  // Where the instances' tables are is filled in when they are written.
  const slots = instances.map((buffer) => {
    const name = utf8.encode(`${buffer.name}\0`);
    sink.write(concat(e.number(2, optionIds.buffer), e.number(4, 8 + name.length)));
    const at = sink.position;
    sink.write(concat(e.number(8, 0), name));
    return at;
  });
  sink.write(concat(e.number(2, optionIds.done)));

  const table = (buffer: BufferSpec | undefined): number => {
    sink.write(utf8.encode("flyrecord\0"));
    const at = sink.position;
    sink.write(new Uint8Array(16 * spec.cpuCount));
    const name = `[${buffer?.clock ?? spec.clock ?? "mono"}]`;
    if (clock.length > 0) sink.write(concat(e.number(8, name.length), name));
    return at;
  };
  const data = (buffer: BufferSpec, tableAt: number): void => {
    for (const { cpu, pages } of buffer.cpus) {
      alignTo(sink, pageBytes);
      const start = sink.position;
      pages((page) => sink.write(page));
      sink.patch(tableAt + 16 * cpu, concat(e.number(8, start), e.number(8, sink.position - start)));
    }
  };
  const topAt = table(top);
  const tables = instances.map((buffer, i) => {
    sink.patch(slots[i]!, e.number(8, sink.position));
    return table(buffer);
  });
  if (top) data(top, topAt);
  instances.forEach((buffer, i) => data(buffer, tables[i]!));
}

function writeVersion7(spec: TraceDatSpec, sink: Sink, e: Encoder): void {
  const compression = spec.compression ?? "none";
  const pageBytes = spec.pageBytes ?? 4096;
  const versions = { none: "", zlib: "1.2.13", zstd: "1.5.4" };
  sink.write(concat(fileHeader(spec, e), `${compression}\0${versions[compression]}\0`));
  const optionsSlot = sink.position;
  sink.write(new Uint8Array(8));

  let strings = "";
  const sectionHeader = (id: number, flags: number, sizeBytes: number, name: string): Uint8Array => {
    const description = strings.length;
    strings += `${name}\0`;
    return concat(e.number(2, id), e.number(2, flags), e.number(4, description), e.number(8, sizeBytes));
  };
  const options: { id: number; data: Uint8Array }[] = [];
  const section = (id: number, name: string, content: Uint8Array): void => {
    options.push({ id, data: e.number(8, sink.position) });
    if (compression === "none") return sink.write(concat(sectionHeader(id, 0, content.length, name), content));
    const packed = pack(content, compression);
    sink.write(concat(sectionHeader(id, 1, packed.length + 8, name), e.number(4, packed.length), e.number(4, content.length), packed));
  };
  const p = parts(spec, e);
  section(optionIds.headerInfo, "headers", p.headers);
  section(optionIds.ftraceEvents, "ftrace events", p.ftrace);
  section(optionIds.eventFormats, "events format", p.formats);
  section(optionIds.kallsyms, "kallsyms", p.kallsyms);
  section(20, "printk", p.printk);
  section(optionIds.commandLines, "command lines", p.commandLines);
  if (spec.btf !== undefined) section(optionIds.btf, "BTF", spec.btf);
  options.push(...clockOption(spec), { id: optionIds.cpuCount, data: e.number(4, spec.cpuCount) }, ...(spec.options ?? []));

  for (const buffer of spec.buffers) {
    const sectionAt = sink.position;
    sink.write(sectionHeader(optionIds.buffer, compression === "none" ? 0 : 1, 0, `buffer flyrecord ${buffer.name}`));
    const entries: Uint8Array[] = [];
    for (const { cpu, pages } of buffer.cpus) {
      alignTo(sink, pageBytes);
      const start = sink.position;
      const sizeBytes = compression === "none" ? writePlain(sink, pages) : writeChunks(sink, pages, compression, e);
      entries.push(concat(e.number(4, cpu), e.number(8, start), e.number(8, sizeBytes)));
    }
    sink.patch(sectionAt + 8, e.number(8, sink.position - sectionAt - 16));
    options.push({
      id: optionIds.buffer,
      data: concat(
        e.number(8, sectionAt),
        `${buffer.name}\0${buffer.clock ?? spec.clock ?? "mono"}\0`,
        e.number(4, buffer.pageBytes ?? pageBytes),
        e.number(4, entries.length),
        ...entries,
      ),
    });
  }
  sink.patch(optionsSlot, e.number(8, sink.position));
  const list = concat(
    ...options.map(({ id, data }) => concat(e.number(2, id), e.number(4, data.length), data)),
    concat(e.number(2, optionIds.done), e.number(4, 8), e.number(8, 0)),
  );
  sink.write(concat(sectionHeader(optionIds.done, 0, list.length, "options"), list));
  const names = strings;
  sink.write(concat(sectionHeader(15, 0, names.length, ""), names));
}

function writePlain(sink: Sink, pages: CpuPages["pages"]): number {
  const start = sink.position;
  pages((page) => sink.write(page));
  return sink.position - start;
}

/** The size that trace-cmd notes leaves out the u32 with the number of chunks. */
function writeChunks(sink: Sink, pages: CpuPages["pages"], compression: "zlib" | "zstd", e: Encoder): number {
  const start = sink.position;
  sink.write(e.number(4, 0));
  let chunk = memorySink();
  let inChunk = 0;
  let chunks = 0;
  const flush = (): void => {
    if (inChunk === 0) return;
    const content = chunk.bytes();
    const packed = pack(content, compression);
    sink.write(concat(e.number(4, packed.length), e.number(4, content.length), packed));
    chunk = memorySink();
    inChunk = 0;
    chunks++;
  };
  pages((page) => {
    chunk.write(page);
    if (++inChunk === pagesPerChunk) flush();
  });
  flush();
  sink.patch(start, e.number(4, chunks));
  return sink.position - start - 4;
}

/** Writes a recording, page by page: memory does not grow with it. */
export function writeTraceDat(spec: TraceDatSpec, sink: Sink): void {
  const e = encoder(spec.byteOrder ?? "little");
  if (spec.version === 6) writeVersion6(spec, sink, e);
  else writeVersion7(spec, sink, e);
}

export function traceDatBytes(spec: TraceDatSpec): Uint8Array {
  const sink = memorySink();
  writeTraceDat(spec, sink);
  return sink.bytes();
}
