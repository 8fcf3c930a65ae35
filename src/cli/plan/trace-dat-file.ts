/** Writes a trace.dat of version 7, uncompressed. Source: trace-cmd.dat.v7(5); read back by trace-cmd 3.1.6. */
import { closeSync, openSync, writeSync } from "node:fs";
import { optionIds } from "../../../probes/formats/trace-dat/options.ts";
import { magic } from "../../../probes/formats/trace-dat/sniff.ts";

/** Numbers of the sections that readers find by their place and not by an option. */
const PRINTK = 20;
const STRINGS = 15;

export interface TraceDatContent {
  readonly headerPage: Uint8Array;
  readonly headerEvent: Uint8Array;
  /** `format` texts by category; `ftrace` has a part of its own. */
  readonly formats: ReadonlyMap<string, readonly Uint8Array[]>;
  /** Empty: none. */
  readonly kallsyms: Uint8Array;
  /** `PID COMM` lines. */
  readonly comms: Uint8Array;
  /** Type data of the kernel; null: not kept. */
  readonly btf: Uint8Array | null;
  /** The text of trace_clock: all clocks, the one in use in brackets. */
  readonly clocks: Uint8Array;
  readonly clock: string;
  readonly uname: string;
  /** Texts of per_cpu/cpuN/stats. */
  readonly stats: readonly Uint8Array[];
  /** Bytes of a sub-buffer. */
  readonly pageBytes: number;
  readonly cpus: readonly {
    readonly cpu: number;
    readonly sizeBytes: number;
    readonly copyTo: (write: (bytes: Uint8Array) => void) => void;
  }[];
}

const utf8 = new TextEncoder();

function number(sizeBytes: 2 | 4 | 8, value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes.subarray(0, sizeBytes);
}

const concat = (...parts: readonly (Uint8Array | string)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? utf8.encode(part) : part)));

const sized = (bytes: Uint8Array): Uint8Array => concat(number(8, bytes.length), bytes);

function formatParts(formats: TraceDatContent["formats"]): { readonly ftrace: Uint8Array; readonly events: Uint8Array } {
  const list = (texts: readonly Uint8Array[]): Uint8Array => concat(number(4, texts.length), ...texts.map(sized));
  const systems = [...formats].filter(([category]) => category !== "ftrace");
  return {
    ftrace: list(formats.get("ftrace") ?? []),
    events: concat(number(4, systems.length), ...systems.map(([category, texts]) => concat(`${category}\0`, list(texts)))),
  };
}

/** A file written from its start to its end, but for numbers that are known later. */
interface Sink {
  position: number;
  write(bytes: Uint8Array): void;
  patch(at: number, bytes: Uint8Array): void;
}

function sinkOf(fd: number): Sink {
  const writeAt = (bytes: Uint8Array, position: number): void => {
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, position + done);
  };
  return {
    position: 0,
    write(bytes) {
      writeAt(bytes, this.position);
      this.position += bytes.length;
    },
    patch: (at, bytes) => writeAt(bytes, at),
  };
}

function writeContent(content: TraceDatContent, sink: Sink): void {
  const { pageBytes, clock } = content;
  sink.write(concat(magic, "7\0", Uint8Array.of(0, 8), number(4, pageBytes), "none\0\0"));
  const optionsSlot = sink.position;
  sink.write(new Uint8Array(8));
  const options: { readonly id: number; readonly data: Uint8Array }[] = [];
  let names = "";
  const header = (id: number, sizeBytes: number, name: string): Uint8Array => {
    const at = names.length;
    names += `${name}\0`;
    return concat(number(2, id), number(2, 0), number(4, at), number(8, sizeBytes));
  };
  const section = (id: number, name: string, bytes: Uint8Array): void => {
    options.push({ id, data: number(8, sink.position) });
    sink.write(concat(header(id, bytes.length, name), bytes));
  };
  const { ftrace, events } = formatParts(content.formats);
  section(
    optionIds.headerInfo,
    "headers",
    concat("header_page\0", sized(content.headerPage), "header_event\0", sized(content.headerEvent)),
  );
  section(optionIds.ftraceEvents, "ftrace events", ftrace);
  section(optionIds.eventFormats, "events format", events);
  section(optionIds.kallsyms, "kallsyms", concat(number(4, content.kallsyms.length), content.kallsyms));
  section(PRINTK, "printk", number(4, 0));
  section(optionIds.commandLines, "command lines", sized(content.comms));
  if (content.btf !== null) section(optionIds.btf, "BTF", content.btf);
  options.push(
    { id: optionIds.traceClock, data: concat(content.clocks, "\0") },
    { id: optionIds.uname, data: concat(content.uname, "\0") },
    { id: optionIds.cpuCount, data: number(4, Math.max(0, ...content.cpus.map(({ cpu }) => cpu)) + 1) },
    ...content.stats.map((text) => ({ id: optionIds.cpuStat, data: concat(text, "\0") })),
  );

  const sectionAt = sink.position;
  sink.write(header(optionIds.buffer, 0, "buffer flyrecord"));
  const entries = content.cpus.map(({ cpu, sizeBytes, copyTo }) => {
    sink.write(new Uint8Array((pageBytes - (sink.position % pageBytes)) % pageBytes));
    const start = sink.position;
    copyTo((bytes) => sink.write(bytes));
    return concat(number(4, cpu), number(8, start), number(8, sizeBytes));
  });
  sink.patch(sectionAt + 8, number(8, sink.position - sectionAt - 16));
  const place = concat(number(8, sectionAt), `\0${clock}\0`, number(4, pageBytes), number(4, entries.length), ...entries);
  options.push({ id: optionIds.buffer, data: place });

  sink.patch(optionsSlot, number(8, sink.position));
  const list = concat(
    ...options.map(({ id, data }) => concat(number(2, id), number(4, data.length), data)),
    concat(number(2, optionIds.done), number(4, 8), number(8, 0)),
  );
  sink.write(concat(header(optionIds.done, list.length, "options"), list));
  const all = names;
  sink.write(concat(header(STRINGS, all.length, ""), all));
}

/** Throws what the file system throws. */
export function writeTraceDat(path: string, content: TraceDatContent): void {
  const fd = openSync(path, "w");
  try {
    writeContent(content, sinkOf(fd));
  } finally {
    closeSync(fd);
  }
}
