/** The sections of a trace.dat of version 7, uncompressed. Source: trace-cmd.dat.v7(5); read back by trace-cmd 3.1.6. */
import { optionIds } from "../../../probes/formats/trace-dat/options.ts";
import { magic } from "../../../probes/formats/trace-dat/sniff.ts";
import type { BufferedSink } from "../sink.ts";

const encoder = new TextEncoder();
const PRINTK = 20;
const STRINGS = 15;
const SECTION_HEADER_BYTES = 16;
/** Clocks that ftrace knows; others are written by their name alone. */
const CLOCKS = ["local", "global", "counter", "uptime", "perf", "mono", "mono_raw", "boot", "tai", "x86-tsc"];

export interface Machine {
  readonly byteOrder: "little" | "big";
  readonly longBytes: 4 | 8;
  readonly pageBytes: number;
}

export interface CpuData {
  readonly cpu: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

export class SectionWriter {
  readonly #sink: BufferedSink;
  readonly #machine: Machine;
  readonly #options: { readonly id: number; readonly data: Uint8Array }[] = [];
  #strings = "";
  #optionsSlot = 0;

  constructor(sink: BufferedSink, machine: Machine) {
    this.#sink = sink;
    this.#machine = machine;
  }

  #number(sizeBytes: 2 | 4 | 8, value: number | bigint): Uint8Array {
    const out = new Uint8Array(8);
    const little = this.#machine.byteOrder === "little";
    new DataView(out.buffer).setBigUint64(0, BigInt(value), little);
    return little ? out.slice(0, sizeBytes) : out.slice(8 - sizeBytes);
  }

  #write(...parts: readonly (Uint8Array | string)[]): void {
    for (const part of parts) {
      if (typeof part === "string") this.#sink.text(part);
      else this.#sink.bytes(part);
    }
  }

  fileHeader(): void {
    const { byteOrder, longBytes, pageBytes } = this.#machine;
    this.#write(magic, "7\0", Uint8Array.of(byteOrder === "big" ? 1 : 0, longBytes), this.#number(4, pageBytes), "none\0\0");
    this.#optionsSlot = this.#sink.position;
    this.#write(new Uint8Array(8));
    const page = this.#headerPage();
    const event = HEADER_EVENT;
    this.section(optionIds.headerInfo, "headers", ["header_page\0", this.#sized(page), page, "header_event\0", this.#sized(event), event]);
  }

  #headerPage(): string {
    const { longBytes, pageBytes } = this.#machine;
    const field = (decl: string, offset: number, size: number, signed: 0 | 1): string =>
      `\tfield: ${decl};\toffset:${offset};\tsize:${size};\tsigned:${signed};\n`;
    const data = 8 + longBytes;
    return (
      field("u64 timestamp", 0, 8, 0) +
      field("local_t commit", 8, longBytes, 1) +
      field("int overwrite", 8, 1, 1) +
      field("char data", data, pageBytes - data, 1)
    );
  }

  /** Length of a text, in front of it. */
  #sized(text: string): Uint8Array {
    return this.#number(8, encoder.encode(text).length);
  }

  section(id: number, name: string, parts: readonly (Uint8Array | string)[]): void {
    this.#options.push({ id, data: this.#number(8, this.#sink.position) });
    const slot = this.#sectionHeader(id, name);
    this.#write(...parts);
    this.#closeSection(slot);
  }

  #sectionHeader(id: number, name: string): number {
    const at = this.#sink.position;
    this.#write(this.#number(2, id), this.#number(2, 0), this.#number(4, this.#strings.length), new Uint8Array(8));
    this.#strings += `${name}\0`;
    return at;
  }

  #closeSection(at: number): void {
    this.#sink.patch(at + 8, this.#number(8, this.#sink.position - at - SECTION_HEADER_BYTES));
  }

  /** `texts`: of events by category; those of `ftrace` have a section of their own. */
  formats(texts: ReadonlyMap<string, readonly string[]>): void {
    const of = (category: readonly string[]): (Uint8Array | string)[] => [
      this.#number(4, category.length),
      ...category.flatMap((text) => [this.#sized(text), text]),
    ];
    this.section(optionIds.ftraceEvents, "ftrace events", of(texts.get("ftrace") ?? []));
    const others = [...texts].filter(([category]) => category !== "ftrace");
    const systems = others.flatMap(([category, own]) => [`${category}\0`, ...of(own)]);
    this.section(optionIds.eventFormats, "events format", [this.#number(4, others.length), ...systems]);
  }

  kallsyms(text: string): void {
    this.section(optionIds.kallsyms, "kallsyms", [this.#number(4, encoder.encode(text).length), text]);
    this.section(PRINTK, "printk", [this.#number(4, 0)]);
  }

  commandLines(comms: ReadonlyMap<number, string>): void {
    const text = [...comms].map(([pid, comm]) => `${pid} ${comm}\n`).join("");
    this.section(optionIds.commandLines, "command lines", [this.#sized(text), text]);
  }

  option(id: number, ...parts: readonly (Uint8Array | string | number)[]): void {
    const bytes = parts.map((part) =>
      typeof part === "number" ? this.#number(4, part) : typeof part === "string" ? encoder.encode(part) : part,
    );
    this.#options.push({ id, data: joined(bytes) });
  }

  clock(name: string): void {
    const known = CLOCKS.includes(name) ? CLOCKS : [...CLOCKS, name.replace(/\W/g, "_")];
    const own = known === CLOCKS ? name : known.at(-1)!;
    this.option(optionIds.traceClock, `${known.map((one) => (one === own ? `[${one}]` : one)).join(" ")}\n\0`);
  }

  /** Pages of one buffer: `write` puts those of each CPU at the sink, and says where they are. */
  buffer(name: string, clock: string, write: () => readonly CpuData[]): void {
    const at = this.#sectionHeader(optionIds.buffer, `buffer flyrecord ${name}`);
    const cpus = write();
    this.#closeSection(at);
    const entries = cpus.map(({ cpu, offset, sizeBytes }) =>
      joined([this.#number(4, cpu), this.#number(8, offset), this.#number(8, sizeBytes)]),
    );
    this.option(optionIds.buffer, this.#number(8, at), `${name}\0${clock}\0`, this.#machine.pageBytes, cpus.length, ...entries);
  }

  /** CPUs' data begin at whole pages. */
  align(): void {
    const { pageBytes } = this.#machine;
    this.#write(new Uint8Array((pageBytes - (this.#sink.position % pageBytes)) % pageBytes));
  }

  finish(): void {
    this.#sink.patch(this.#optionsSlot, this.#number(8, this.#sink.position));
    const at = this.#sectionHeader(optionIds.done, "options");
    for (const { id, data } of this.#options) this.#write(this.#number(2, id), this.#number(4, data.length), data);
    this.#write(this.#number(2, optionIds.done), this.#number(4, 8), new Uint8Array(8));
    this.#closeSection(at);
    const names = this.#strings;
    const strings = this.#sink.position;
    this.#write(this.#number(2, STRINGS), this.#number(2, 0), this.#number(4, 0), new Uint8Array(8), names);
    this.#closeSection(strings);
    this.#sink.flush();
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const HEADER_EVENT =
  "# compressed entry header\n\ttype_len    :    5 bits\n\ttime_delta  :   27 bits\n\tarray       :   32 bits\n\n" +
  "\tpadding     : type == 29\n\ttime_extend : type == 30\n\ttime_stamp : type == 31\n\tdata max type_len  == 28\n";
