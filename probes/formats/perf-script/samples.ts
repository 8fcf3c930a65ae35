/** Samples of what was counted, and what perf tells of tasks: as the records that stand for them. */
import type { SampledEvent } from "../../../lang/catalogue.ts";
import { PERF_EVENT_DATA, registerSlots } from "../../../lang/registers.ts";
import { countedByName } from "../perf-data/sampled-events.ts";
import { ByteNames } from "../text/byte-names.ts";
import * as kinds from "../text/line.ts";
import type { TextLine } from "../text/line.ts";
import { value } from "../text/number.ts";
import { ownLayout, type OwnIds } from "../text/own-records.ts";
import type { Extras } from "../text/source.ts";
import { COMM_BYTES } from "../text/tasks.ts";
import type { TextWriter } from "../text/writer.ts";
import type { DeltaClock } from "./delta-clock.ts";
import type { ScriptFrames } from "./frames.ts";

const MOST_EVENTS = 256;
const CLONE_THREAD = 0x10000;
const TWO_32 = 2 ** 32;
/** Behind the common fields of a sample's record. */
const IP = 8;
const PERIOD = 16;
const SAMPLE_BYTES = 24;
const latin1 = new TextDecoder("latin1");

interface Counter {
  readonly id: number;
  readonly name: string;
  period: number;
  /** Its samples do not all have the same period. */
  varies: boolean;
  hasIp: boolean;
}

/** `mem:0x404028:`, `mem:0x404028/4:w:u`: perf prints what was asked for, or the address alone. */
function breakpointOf(name: string): SampledEvent["breakpoint"] {
  const found = /^mem:0x([0-9a-f]{1,16})(?:\/(\d{1,2}))?(?::([rwx]+))?(?::\w*)?$/i.exec(name);
  if (found === null) return null;
  const [, address, length, mode] = found;
  return {
    address: BigInt(`0x${address!}`),
    length: length === undefined ? null : BigInt(length),
    mode: mode === undefined ? null : Array.from(mode).sort().join(""),
  };
}

export class Samples implements Extras {
  readonly framesFollow = true;
  readonly #frames: ScriptFrames;
  readonly #clock: DeltaClock;
  readonly #ids: OwnIds;
  readonly #newId: () => number;
  readonly #names = new ByteNames(MOST_EVENTS);
  readonly #counters: Counter[] = [];
  /** Lines of side-band events are told in steps: a task's process, then the rest. */
  #step = 0;

  constructor(frames: ScriptFrames, clock: DeltaClock, ids: OwnIds, newId: () => number) {
    this.#frames = frames;
    this.#clock = clock;
    this.#ids = ids;
    this.#newId = newId;
  }

  readFrame(bytes: Uint8Array, from: number, to: number): "kernel" | "user" | null {
    return this.#frames.read(bytes, from, to);
  }

  scan(kind: number, bytes: Uint8Array, line: TextLine): boolean {
    const counter = kind === kinds.SAMPLE ? this.#counterOf(bytes, line, true) : null;
    if (counter === null) return false;
    if (line.period > 0) {
      if (counter.period !== 0 && counter.period !== line.period) counter.varies = true;
      counter.period = line.period;
    }
    if (line.from < line.to && this.#frames.read(bytes, line.from, line.to) !== null) counter.hasIp = true;
    return false;
  }

  #counterOf(bytes: Uint8Array, { nameStart, nameEnd }: TextLine, isNew: boolean): Counter | null {
    const number = isNew ? this.#names.add(bytes, nameStart, nameEnd - 1) : this.#names.find(bytes, nameStart, nameEnd - 1);
    if (number < 0) return null;
    return (this.#counters[number] ??= { id: this.#newId(), name: this.#names.text(number), period: 0, varies: false, hasIp: false });
  }

  sampled(): SampledEvent[] {
    return this.#counters.map(({ id, name, period, hasIp }) => {
      const field = (offset: number) => ({ kind: "field", offset, sizeBytes: 8, signed: false }) as const;
      return {
        label: name,
        counted: countedByName(name),
        breakpoint: breakpointOf(name),
        rate: { kind: "period", count: BigInt(Math.max(1, period)) },
        records: {
          eventId: id,
          only: null,
          recipe: {
            registers: [
              ...(hasIp ? [{ slot: registerSlots.ip, from: field(IP) }] : []),
              ...(period > 0 ? [{ slot: PERF_EVENT_DATA.samplePeriod, from: field(PERIOD) }] : []),
            ],
            memory: [],
            typed: [],
          },
          fields: [],
          returnIndex: 0,
          address: null,
          callerOffset: null,
        },
      };
    });
  }

  emit(kind: number, bytes: Uint8Array, line: TextLine, writer: TextWriter): boolean {
    if (kind === kinds.SAMPLE) return this.#putSample(bytes, line, writer);
    if (kind !== kinds.TASK || !this.#putTask(latin1.decode(bytes.subarray(line.from, line.to)), line, writer)) return kind !== kinds.TASK;
    this.#step = 0;
    return true;
  }

  rewind(): void {
    this.#step = 0;
    this.#clock.rewind();
  }

  #putSample(bytes: Uint8Array, line: TextLine, writer: TextWriter): boolean {
    const counter = this.#counterOf(bytes, line, false);
    if (counter === null) return true;
    writer.begin(counter.id, SAMPLE_BYTES);
    const { view } = writer.record;
    if (line.from < line.to && this.#frames.read(bytes, line.from, line.to) !== null) {
      view.setInt32(IP, value.lo, true);
      view.setInt32(IP + 4, value.hi, true);
    }
    view.setUint32(PERIOD, line.period % TWO_32, true);
    view.setUint32(PERIOD + 4, Math.floor(line.period / TWO_32), true);
    return writer.put(line.head, writer.timeOf(line.head), SAMPLE_BYTES);
  }

  /** `PERF_RECORD_COMM exec: probe:8744/8744`, `PERF_RECORD_FORK(8745:8745):(8744:8744)`, `PERF_RECORD_EXIT(…)`, `PERF_RECORD_LOST lost 12` */
  #putTask(text: string, line: TextLine, writer: TextWriter): boolean {
    const comm = /^PERF_RECORD_COMM(?: exec)?: (.*):(\d+)\/(\d+)\s*$/.exec(text);
    if (comm !== null) return this.#putComm(line, comm[1]!, Number(comm[2]), Number(comm[3]), writer);
    const fork = /^PERF_RECORD_(FORK|EXIT)\((\d+):(\d+)\):\((\d+):(\d+)\)/.exec(text);
    if (fork !== null) {
      const [pid, tid, parent, parentTid] = fork.slice(2, 6).map(Number) as [number, number, number, number];
      return fork[1] === "FORK" ? this.#putFork(line, pid, tid, parent, parentTid, writer) : this.#putExit(line, tid, writer);
    }
    const lost = /^PERF_RECORD_LOST(?:_SAMPLES)?:? (?:lost )?(\d+)/.exec(text);
    if (lost !== null) writer.pages!.lost(Number(lost[1]));
    return true;
  }

  #put(line: TextLine, tid: number, length: number, writer: TextWriter): boolean {
    const { pid } = line.head;
    line.head.pid = tid;
    const isPut = writer.put(line.head, writer.timeOf(line.head), length);
    line.head.pid = pid;
    return isPut;
  }

  #putComm(line: TextLine, comm: string, pid: number, tid: number, writer: TextWriter): boolean {
    if (this.#step === 0) {
      writer.begin(this.#ids.tgid, ownLayout.tgid + 4);
      writer.record.view.setInt32(ownLayout.tgid, pid, true);
      if (!this.#put(line, tid, ownLayout.tgid + 4, writer)) return false;
      this.#step = 1;
    }
    const length = ownLayout.comm + COMM_BYTES;
    writer.begin(this.#ids.task, length);
    for (let i = 0; i < Math.min(comm.length, COMM_BYTES - 1); i++) writer.record.bytes[ownLayout.comm + i] = comm.charCodeAt(i);
    return this.#put(line, tid, length, writer);
  }

  #putFork(line: TextLine, pid: number, tid: number, parent: number, parentTid: number, writer: TextWriter): boolean {
    const length = ownLayout.forkFlags + 8;
    writer.begin(this.#ids.fork, length);
    writer.record.view.setInt32(ownLayout.forkChild, tid, true);
    writer.record.view.setInt32(ownLayout.forkFlags, pid === parent ? CLONE_THREAD : 0, true);
    return this.#put(line, parentTid, length, writer);
  }

  #putExit(line: TextLine, tid: number, writer: TextWriter): boolean {
    writer.begin(this.#ids.exit, 8);
    return this.#put(line, tid, 8, writer);
  }
}
