/** Writes a recording as trace.dat of version 7, page by page: memory does not grow with it. */
import type { Tracepoint } from "../../../lang/catalogue.ts";
import { parseEventFormat } from "../../../probes/formats/event-format.ts";
import { optionIds } from "../../../probes/formats/trace-dat/options.ts";
import { formatText } from "../../../probes/formats/text/format-text.ts";
import type { PageStream, Recording } from "../../../probes/recording.ts";
import type { Converted } from "../converted.ts";
import type { BufferedSink } from "../sink.ts";
import { eachRecord } from "./each-record.ts";
import { LastComms } from "./last-comms.ts";
import { PageBuilder } from "./page-builder.ts";
import { NO_PRINT, printFormatOf } from "./print-format.ts";
import { SectionWriter, type CpuData } from "./sections.ts";
import type { Spool, Spools } from "./spool.ts";

const LEAST_PAGE_BYTES = 4096;
const COPY_BYTES = 1 << 18;

/**
 * Formats by category; those without a print format get one. So do events that are described but not in the recording: a recorder would not have
 * their formats there, and some of the kernel's own are too much for libtraceevent.
 */
function formatTexts({ catalogue }: Recording): Map<string, string[]> {
  const texts = new Map<string, string[]>();
  for (const event of catalogue.tracepoints) {
    const format = event.formatText === undefined ? null : parseEventFormat(event.formatText());
    if (format === null) continue;
    const hasPrint = format.printFormat !== "" && format.printFormat !== NO_PRINT;
    const print = hasPrint && event.isSeen !== false ? null : printFormatOf(format);
    const fields = format.fields.filter(({ common }) => !common).map((field) => ({ ...field, signed: field.signed ?? false }));
    const text = print === null ? event.formatText!() : formatText({ name: format.name, id: format.id, fields, printFormat: print });
    texts.set(event.category, [...(texts.get(event.category) ?? []), text]);
  }
  return texts;
}

/** The pages of one CPU: put straight at the sink, or aside until all of them are there. */
interface CpuPages {
  readonly builder: PageBuilder;
  readonly spool: Spool | null;
}

class BufferWriter {
  events = 0;
  leftOut = 0;
  taskRecords = 0;
  /** Lost behind the last record of a stream. */
  lostAtEnd = 0;
  readonly #recording: Recording;
  readonly #sink: BufferedSink;
  readonly #sections: SectionWriter;
  readonly #spools: Spools;
  readonly #comms: LastComms;
  readonly #described: ReadonlySet<number>;
  readonly #sampled: ReadonlySet<number>;
  readonly #stacks: ReadonlySet<number>;
  /** What only tells of tasks. */
  readonly #ofTasks: ReadonlySet<number>;
  readonly #pageBytes: number;

  constructor(recording: Recording, sink: BufferedSink, sections: SectionWriter, spools: Spools, pageBytes: number) {
    this.#recording = recording;
    this.#sink = sink;
    this.#sections = sections;
    this.#spools = spools;
    this.#pageBytes = pageBytes;
    this.#comms = new LastComms(recording);
    this.#described = new Set(recording.catalogue.tracepoints.map(({ id }) => id));
    this.#sampled = new Set((recording.catalogue.sampled ?? []).map(({ records }) => records.eventId));
    this.#ofTasks = new Set(recording.taskRules.map(({ eventId }) => eventId));
    const isStack = ({ category, name }: Tracepoint): boolean =>
      category === "ftrace" && (name === "kernel_stack" || name === "user_stack");
    this.#stacks = new Set(recording.catalogue.tracepoints.filter(isStack).map(({ id }) => id));
  }

  get comms(): ReadonlyMap<number, string> {
    return this.#comms.comms;
  }

  write(streams: readonly PageStream[]): CpuData[] {
    return streams.flatMap((stream) => (stream.marksCpu === true ? this.#writeMixed(stream) : [this.#writeOne(stream)]));
  }

  #builder(emit: (page: Uint8Array) => void): PageBuilder {
    const { longBytes, byteOrder } = this.#recording.catalogue;
    return new PageBuilder({ pageBytes: this.#pageBytes, longBytes, byteOrder }, emit);
  }

  /** A stream of one CPU. */
  #writeOne(stream: PageStream): CpuData {
    this.#sections.align();
    const offset = this.#sink.position;
    const builder = this.#builder((page) => this.#sink.bytes(page));
    this.#records(stream, () => builder);
    builder.flush();
    return { cpu: stream.cpu, offset, sizeBytes: this.#sink.position - offset };
  }

  /** A stream of several: each one's pages wait on the disk. */
  #writeMixed(stream: PageStream): CpuData[] {
    const cpus = new Map<number, CpuPages>();
    this.#records(stream, (cpu) => {
      let pages = cpus.get(cpu);
      if (pages === undefined) {
        const spool = this.#spools();
        pages = { spool, builder: this.#builder((page) => spool.write(page)) };
        cpus.set(cpu, pages);
      }
      return pages.builder;
    });
    return [...cpus]
      .sort(([a], [b]) => a - b)
      .map(([cpu, { builder, spool }]) => {
        builder.flush();
        return this.#copy(cpu, spool!);
      });
  }

  #copy(cpu: number, spool: Spool): CpuData {
    this.#sections.align();
    const offset = this.#sink.position;
    const source = spool.source("");
    const piece = new Uint8Array(COPY_BYTES);
    for (let at = 0; at < source.sizeBytes;) {
      const got = source.readAt(at, piece);
      if (got === 0) break;
      this.#sink.bytes(piece.subarray(0, got));
      at += got;
    }
    source.close();
    return { cpu, offset, sizeBytes: this.#sink.position - offset };
  }

  #records(stream: PageStream, builderOf: (cpu: number) => PageBuilder): void {
    const little = stream.byteOrder === "little";
    let lost = 0;
    let isOfLeftOut = false;
    const end = eachRecord(stream, (record) => {
      const id = record.view.getUint16(record.start, little);
      this.#comms.note(id, record);
      if (record.lost !== 0) lost = record.lost < 0 || lost < 0 ? -1 : lost + record.lost;
      if (!this.#described.has(id)) {
        // A sample has no description that others know. Its stacks follow it: they would be those of the event before.
        isOfLeftOut = this.#sampled.has(id);
        if (isOfLeftOut) this.leftOut++;
        else if (this.#ofTasks.has(id)) this.taskRecords++;
        return;
      }
      isOfLeftOut &&= this.#stacks.has(id);
      if (isOfLeftOut) return;
      const builder = builderOf(record.cpu);
      if (lost !== 0) builder.lost(lost);
      lost = 0;
      if (builder.record(record.ns, record.bytes, record.start, record.size)) this.events++;
      else this.leftOut++;
    });
    this.leftOut += end.damaged;
    if (end.lost < 0 || lost < 0) builderOf(end.cpu).lostUnknown(end.lastNs);
    else this.lostAtEnd += lost + end.lost;
  }
}

/** As per_cpu/cpuN/stats has what was lost; `atEnd`: where no record follows that would tell. */
function lossTexts(recorded: Recording["info"]["recordedLost"], atEnd: number): string[] {
  const cpus = recorded.filter(({ overrun, dropped }) => overrun + dropped > 0n);
  const told = cpus.map(
    ({ buffer, cpu, overrun, dropped }) =>
      `Buffer: ${buffer}\nCPU: ${cpu}\noverrun: ${overrun}\ncommit overrun: 0\ndropped events: ${dropped}\n`,
  );
  return atEnd === 0 || told.length > 0 ? told : [`CPU: 0\noverrun: 0\ncommit overrun: 0\ndropped events: ${atEnd}\n`];
}

export function writeTraceDat(recording: Recording, sink: BufferedSink, spools: Spools): Converted {
  const { info, catalogue, streams } = recording;
  const pageBytes = streams.reduce((most, stream) => Math.max(most, stream.pageBytes), LEAST_PAGE_BYTES);
  const sections = new SectionWriter(sink, { byteOrder: catalogue.byteOrder, longBytes: catalogue.longBytes, pageBytes });
  const writer = new BufferWriter(recording, sink, sections, spools, pageBytes);
  sections.fileHeader();
  sections.formats(formatTexts(recording));
  sections.kallsyms(recording.kallsyms() ?? "");
  sections.clock(info.clock);
  sections.option(optionIds.cpuCount, catalogue.ncpus);
  if (info.uname !== null) sections.option(optionIds.uname, `${info.uname}\0`);
  const names = new Set(["", ...streams.map(({ buffer }) => buffer)]);
  for (const name of names) sections.buffer(name, info.clock, () => writer.write(streams.filter(({ buffer }) => buffer === name)));
  sections.commandLines(writer.comms);
  for (const text of lossTexts(info.recordedLost, writer.lostAtEnd)) sections.option(optionIds.cpuStat, text);
  sections.finish();
  const { events, leftOut, taskRecords } = writer;
  return { events, leftOut, taskRecords };
}
