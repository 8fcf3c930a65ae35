/** Lines of JSON as records. */
import type { ByteSource } from "../../byte-source.ts";
import { byteNames, type ByteNames } from "../../lines/byte-names.ts";
import { TextWindow } from "../../lines/text-window.ts";
import { Batch, writeCommon } from "../../stream/batch.ts";
import type { PageWriter } from "../../stream/page-writer.ts";
import type { TimedMapping } from "../../recording.ts";
import type { RecordSource } from "../../stream/record-stream.ts";
import { EventLine, type EventKind } from "./event-line.ts";
import type { EventPlan } from "./event-plan.ts";
import { readMapping } from "./header.ts";
import { StackWriter, type StackFormat } from "./stack-writer.ts";
import { readTask } from "./task-line.ts";
import { TaskMemory } from "./task-memory.ts";
import { writeTask, type TaskIds } from "./task-records.ts";
import { noTrouble, type Trouble } from "./trouble.ts";
import { MOST_RECORD_BYTES, ValueWriter } from "./value-writer.ts";

export interface LineEvent {
  readonly kind: EventKind;
  /** As lines have it. */
  readonly name: string;
  readonly plan: EventPlan;
  /** Of probes: where the address of the code goes, and what stands for it. */
  readonly code: { readonly offset: number; readonly sizeBytes: number; readonly low: number; readonly high: number } | null;
}

export interface SourceOptions {
  readonly source: ByteSource;
  /** Offset of the first line behind the header. */
  readonly from: number;
  readonly baseNs: bigint;
  readonly events: readonly LineEvent[];
  /** common_types of the records that tell of tasks. */
  readonly taskIds: TaskIds;
  readonly stacks: StackFormat;
}

const TWO_32 = 2 ** 32;
const decoder = new TextDecoder();
const encoder = new TextEncoder();
const kinds = ["event", "probe", "sample"] as const;

export class JsonlSource implements RecordSource {
  readonly #trouble: Trouble = noTrouble();
  readonly #options: SourceOptions;
  readonly #window: TextWindow;
  readonly #line = new EventLine();
  readonly #values: ValueWriter;
  readonly #stacks: StackWriter;
  readonly #tasks: TaskMemory;
  readonly #batch = new Batch();
  readonly #names: Readonly<Record<EventKind, ByteNames>>;
  readonly #events: Readonly<Record<EventKind, readonly LineEvent[]>>;
  readonly #baseLow: number;
  readonly #baseHigh: number;
  /** Code that processes mapped, as far as lines have told. */
  readonly mappings: TimedMapping[] = [];
  #mapped = 0;
  /** Time of the last event, in words. */
  #lastLow = 0;
  #lastHigh = 0;
  #isPending = false;
  /** Events lost before the next one; -1: nobody knows how many. */
  #lost = 0;

  constructor(options: SourceOptions) {
    this.#options = options;
    this.#window = new TextWindow(options.source, options.from);
    this.#values = new ValueWriter(this.#line.json);
    this.#stacks = new StackWriter(this.#line.json, options.stacks);
    this.#tasks = new TaskMemory(options.taskIds.names);
    const of = (kind: EventKind): readonly LineEvent[] => options.events.filter((event) => event.kind === kind);
    this.#events = { event: of("event"), probe: of("probe"), sample: of("sample") };
    const [event, probe, sample] = kinds.map((kind) => byteNames(of(kind).map(({ name }) => name)));
    this.#names = { event: event!, probe: probe!, sample: sample! };
    this.#baseLow = Number(options.baseNs & 0xffffffffn);
    this.#baseHigh = Number(options.baseNs >> 32n);
  }

  /** What could not be read up to now. */
  get trouble(): Trouble {
    return { ...this.#trouble, longLines: this.#window.longLines };
  }

  rewind(): void {
    Object.assign(this.#trouble, noTrouble());
    this.#window.rewind();
    this.#tasks.clear();
    this.#values.rewind();
    this.#isPending = false;
    this.#lost = this.#mapped = this.#lastLow = this.#lastHigh = 0;
  }

  fill(writer: PageWriter): void {
    for (;;) {
      if (this.#lost !== 0) {
        writer.lost(this.#lost < 0 ? null : this.#lost);
        this.#lost = 0;
      }
      if (this.#isPending) {
        if (!this.#batch.send(writer)) return;
        this.#isPending = false;
      }
      if (!this.#window.advance()) return;
      if (this.#window.end > this.#window.start) this.#readLine();
    }
  }

  #readLine(): void {
    const { bytes, start, end } = this.#window;
    const line = this.#line;
    const content = line.read(bytes, start, end);
    switch (content) {
      case "event":
      case "probe":
      case "sample":
        return this.#event(content);
      case "lost":
        this.#lost = line.lost;
        return;
      case "mapping":
        return this.#mapping();
      case "task":
        return this.#task();
      case "bad":
        return this.#bad();
      case "header":
      case "kallsyms":
        return;
    }
  }

  #begin(): Batch {
    const line = this.#line;
    const batch = this.#batch;
    batch.reset();
    batch.time = this.#timeOf();
    this.#lastLow = line.tsLow;
    this.#lastHigh = line.tsHigh;
    batch.cpu = line.cpu;
    return batch;
  }

  #task(): void {
    const { bytes, end } = this.#window;
    const { json, text } = this.#line;
    json.start(bytes, text, end);
    json.skip();
    const task = readTask(decoder.decode(bytes.subarray(text, json.at)));
    if (typeof task === "string") return this.#badValue(`${task} of a task cannot be read, or is not there`, text);
    const batch = this.#begin();
    writeTask(batch, this.#options.taskIds, task);
    this.#tasks.forget(task.pid);
    this.#isPending = !batch.isEmpty;
  }

  /** Those of the last run are there already. */
  #mapping(): void {
    if (this.#mapped++ < this.mappings.length) return;
    const { bytes, end } = this.#window;
    const { json, text } = this.#line;
    json.start(bytes, text, end);
    json.skip();
    const mapping = readMapping(decoder.decode(bytes.subarray(text, json.at)), (BigInt(this.#lastHigh) << 32n) + BigInt(this.#lastLow));
    if (mapping !== null) this.mappings.push(mapping);
    else {
      this.#mapped--;
      this.#badValue("a mapping takes pid, start, end, fileOffset and path, or pid with copiedFrom or execs", text);
    }
  }

  /** The line is left out. */
  #bad(): void {
    if (this.#trouble.badLines++ > 0) return;
    const { json } = this.#line;
    this.#trouble.firstBad = `${this.#place(json.mistakeAt)}: ${json.mistake ?? "it cannot be read"}`;
  }

  /** `12:5` */
  #place(at: number): string {
    return `${this.#window.line}:${at - this.#window.start + 1}`;
  }

  #event(kind: EventKind): void {
    const line = this.#line;
    const index = this.#names[kind].find(line.name, line.nameStart, line.nameEnd);
    const event = this.#events[kind][index];
    if (event === undefined) {
      if (this.#trouble.unknownEvents++ === 0)
        this.#trouble.firstUnknownEvent = decoder.decode(line.name.subarray(line.nameStart, Math.min(line.nameEnd, line.nameStart + 80)));
      return;
    }
    const batch = this.#begin();
    this.#tasks.tell(batch, line);
    this.#record(batch, event);
    if (line.kstack >= 0 && !this.#stacks.kernel(batch, line, this.#window.end)) this.#badValue("kstack", line.kstack);
    if (line.ustack >= 0 && !this.#stacks.user(batch, line, this.#window.end)) this.#badValue("ustack", line.ustack);
    this.#isPending = true;
  }

  #timeOf(): number {
    const { tsLow, tsHigh } = this.#line;
    const ns = (tsHigh - this.#baseHigh) * TWO_32 + (tsLow - this.#baseLow);
    if (ns >= 0) return ns;
    this.#trouble.earlyTimes++;
    return 0;
  }

  #record(batch: Batch, event: LineEvent): void {
    const line = this.#line;
    const { plan, code } = event;
    const { end, start } = this.#window;
    const at = batch.begin(Math.min(plan.fixedBytes + 8 * (end - start) + 64, plan.fixedBytes + MOST_RECORD_BYTES));
    batch.bytes.fill(0, at, at + plan.fixedBytes);
    writeCommon(batch, at, plan.id, line.pid);
    batch.bytes[at + 2] = line.flags;
    batch.bytes[at + 3] = line.preemptCount;
    if (code !== null) {
      batch.view.setInt32(at + code.offset, code.low, true);
      if (code.sizeBytes === 8) batch.view.setInt32(at + code.offset + 4, code.high, true);
    }
    this.#values.start(batch, at, plan.fixedBytes);
    if (line.raw >= 0) {
      line.json.start(line.json.bytes, line.raw, end);
      if (!this.#values.writeRaw()) this.#badValue("raw must be hexadecimal", line.raw);
    }
    const given = this.#arguments(plan);
    if (given < plan.given) this.#trouble.lackingValues++;
    batch.end(at, this.#values.bytes);
  }

  /** Returns how many of the fields got a value. */
  #arguments(plan: EventPlan): number {
    const line = this.#line;
    const { json } = line;
    const { bytes, end } = this.#window;
    let given = 0;
    for (const own of line.ownArgs) {
      const name = encoder.encode(own.key);
      json.start(bytes, own.at, end);
      given += this.#argument(plan, name, 0, name.length);
    }
    if (line.args < 0) return given;
    json.start(bytes, line.args, end);
    if (!json.object()) return given;
    do {
      if (!json.key()) break;
      given += this.#argument(plan, json.text, json.textStart, json.textEnd);
    } while (json.moreMembers());
    return given;
  }

  /** 1: the field has a value, 0: the value is for no field, or does not fit. */
  #argument(plan: EventPlan, name: Uint8Array, start: number, end: number): number {
    const { json } = this.#line;
    const at = json.at;
    const index = plan.names.find(name, start, end);
    const field = plan.fields[index];
    if (field === undefined) {
      if (this.#trouble.badValues === 0) this.#badValue(`no field is called ${decoder.decode(name.subarray(start, end))}`, at);
      else this.#trouble.badValues++;
      json.skip();
      return 0;
    }
    if (this.#values.write(field, index)) return field.isOwn ? 1 : 0;
    this.#badValue("the value does not fit its field", at);
    return 0;
  }

  #badValue(what: string, at: number): void {
    if (this.#trouble.badValues++ === 0) this.#trouble.firstBadValue = `${this.#place(at)}: ${what}`;
  }
}
