/** Encodes calls as the records of their events. */
import type { WantedRecords } from "../../recording.ts";
import { type Batch, NO_ID, writeCommon } from "../../stream/batch.ts";
import { type CallText, MAX_ARGUMENTS } from "./call-text.ts";
import {
  argumentKinds,
  enterLocation,
  eventIds,
  exitLocation,
  FIRST_ARGUMENT,
  FIRST_FIELD,
  FIRST_POINTER,
  type CallEvents,
} from "./events.ts";
import type { Frames } from "./frames.ts";
import { MemoryReader, type When } from "./memory.ts";
import { type Constants, NumberReader } from "./number.ts";
import type { Task } from "./tasks.ts";
import { depths, WantedDepth } from "./wanted-depth.ts";
import { isWord } from "./words.ts";

const RAW_ENTER_BYTES = 64;
const RAW_EXIT_BYTES = 24;
const RAW_ARGUMENTS = 6;
/** Of the memory in one record; a page of the stream holds 64 KiB. */
const MEMORY_BYTES = 60_000;
/** Stand-ins for pointers that strace shows the content of: non-canonical, 64 KiB apart. */
const STAND_IN_HIGH = 0x4853_8000;

/** strace names the arguments of clone(), and has another order than the kernel. */
const CLONE_NAMES: Readonly<Record<string, string>> = {
  child_stack: "newsp",
  flags: "clone_flags",
  parent_tid: "parent_tidptr",
  parent_tidptr: "parent_tidptr",
  child_tidptr: "child_tidptr",
  tls: "tls",
};

export class CallEncoder {
  readonly numbers: NumberReader;
  readonly memory: MemoryReader;
  /** Arguments whose names have no number here, and the first of them. */
  unknownNames = 0;
  firstUnknownName = "";
  readonly #frames: Frames;
  readonly #calls: readonly CallEvents[];
  readonly #depth: WantedDepth;
  /** Of the call at hand. */
  readonly #low = new Int32Array(MAX_ARGUMENTS);
  readonly #high = new Int32Array(MAX_ARGUMENTS);
  /** Where the parameter's text is; equal: it is not there. */
  readonly #starts = new Int32Array(MAX_ARGUMENTS);
  readonly #ends = new Int32Array(MAX_ARGUMENTS);

  /** `frames`: the stack of the call, behind each of its records. */
  constructor(constants: Constants, calls: readonly CallEvents[], frames: Frames) {
    this.#frames = frames;
    this.#calls = calls;
    this.#depth = new WantedDepth(calls);
    this.numbers = new NumberReader(constants);
    this.memory = new MemoryReader(this.numbers);
  }

  want(wanted: WantedRecords | null): void {
    this.#depth.set(wanted, this.#calls);
    this.#frames.depth = this.#depth.of[eventIds.userStack]!;
  }

  /** Of the records of the call's four events nobody reads more than the common fields, and it changes nothing else. */
  isBare(call: CallEvents): boolean {
    const { of } = this.#depth;
    const deepest = of[call.enterId]! | of[call.exitId]! | of[eventIds.rawEnter]! | of[eventIds.rawExit]!;
    return call.effect === null && deepest === depths.common;
  }

  /** Reads the arguments, as numbers those that are wanted. `serial` makes stand-ins for pointers. */
  read(call: CallEvents | null, text: Uint8Array, args: CallText, serial: number): void {
    const { argumentsOf, argumentsOfOthers } = this.#depth;
    const wanted = call === null ? argumentsOfOthers : call.effect === null ? argumentsOf[call.enterId]! : MAX_ARGUMENTS;
    // Nobody will look at any of them.
    if (wanted === 0) return;
    // By hand, as there are few: a call of fill() takes longer.
    for (let i = 0; i < MAX_ARGUMENTS; i++) this.#low[i] = this.#high[i] = this.#starts[i] = this.#ends[i] = 0;
    const isNamed = call !== null && call.isClone;
    for (let i = 0; i < args.count; i++) {
      let start = args.starts[i]!;
      const end = args.ends[i]!;
      let index = i;
      if (isNamed) {
        let stop = start;
        while (stop < end && isWord(text[stop]!)) stop++;
        if (text[stop] === 0x3d) {
          index = cloneParameter(call, text, start, stop);
          start = stop + 1;
        }
      }
      if (index < 0) continue;
      this.#starts[index] = start;
      this.#ends[index] = end;
      if (index < wanted) this.#argument(call?.kinds[index] ?? argumentKinds.long, index, text, start, end, serial);
    }
  }

  #argument(kind: number, index: number, text: Uint8Array, start: number, end: number, serial: number): void {
    const { numbers } = this;
    const found = numbers.read(text, start, end);
    if (found === "none") {
      const number = (serial % 2 ** 27) * 16 + index;
      this.#low[index] = number << 16;
      this.#high[index] = STAND_IN_HIGH | (number >>> 16);
      return;
    }
    if (found === "unknown_name") {
      if (this.unknownNames++ > 0) return;
      const last = Math.min(numbers.unknownEnd, numbers.unknownStart + 40);
      this.firstUnknownName = String.fromCharCode(...text.subarray(numbers.unknownStart, last));
      return;
    }
    this.#low[index] = numbers.low;
    const isInt = numbers.high === -1 && numbers.low < 0;
    if (kind === argumentKinds.word || (kind === argumentKinds.long && isInt && numbers.negative)) this.#high[index] = 0;
    else this.#high[index] = numbers.high;
  }

  rewind(): void {
    this.unknownNames = 0;
    this.memory.cutStrings = 0;
  }

  /** Low word of an argument, read before. */
  argument(index: number): number {
    return this.#low[index]!;
  }

  argumentStart(index: number): number {
    return this.#starts[index]!;
  }

  argumentEnd(index: number): number {
    return this.#ends[index]!;
  }

  /** `number`: -1 if nobody knows it; then there is no event of raw_syscalls. */
  enter(batch: Batch, task: Task, call: CallEvents | null, number: number, text: Uint8Array): void {
    if (call !== null && this.#frames.count === 0 && this.isBare(call)) {
      batch.bare(task.pid, number >= 0 ? eventIds.rawEnter : NO_ID, call.enterId);
      return;
    }
    if (number >= 0) this.#rawEnter(batch, task, number);
    if (call === null) return;
    const depth = this.#depth.of[call.enterId]!;
    if (depth === depths.common) return this.#bare(batch, task, call.enterId);
    const at = batch.begin(depth === depths.memory ? call.enterBytes + MEMORY_BYTES : call.enterBytes);
    const { view } = batch;
    writeCommon(batch, at, call.enterId, task.pid);
    view.setInt32(at + FIRST_FIELD, number, true);
    view.setInt32(at + FIRST_FIELD + 4, 0, true);
    for (let i = 0; i < call.kinds.length; i++) this.#putArgument(view, at + FIRST_ARGUMENT + 8 * i, i);
    let bytes = call.enterBytes;
    const cutStrings = this.memory.cutStrings;
    for (let i = 0; i < call.kinds.length; i++) {
      const index = call.enterMemory[i]!;
      if (index < 0) continue;
      if (depth < depths.memory) view.setUint32(at + enterLocation(call, index), 0, true);
      else bytes = this.#putMemory(batch, at, enterLocation(call, index), bytes, i, call.elementBytes[i]!, text, "entry");
    }
    // The exit has all that the entry has.
    if (this.#depth.of[call.exitId] === depths.memory) this.memory.cutStrings = cutStrings;
    batch.end(at, bytes);
    this.#frames.write(batch, task);
  }

  #putArgument(view: DataView, at: number, index: number): void {
    view.setInt32(at, this.#low[index]!, true);
    view.setInt32(at + 4, this.#high[index]!, true);
  }

  /** A record of which nobody reads more than the common fields. */
  #bare(batch: Batch, task: Task, eventId: number): void {
    const at = batch.begin(FIRST_FIELD);
    writeCommon(batch, at, eventId, task.pid);
    batch.end(at, FIRST_FIELD);
    this.#frames.write(batch, task);
  }

  #rawEnter(batch: Batch, task: Task, number: number): void {
    if (this.#depth.of[eventIds.rawEnter] === depths.common) return this.#bare(batch, task, eventIds.rawEnter);
    const at = batch.begin(RAW_ENTER_BYTES);
    const { view } = batch;
    writeCommon(batch, at, eventIds.rawEnter, task.pid);
    view.setInt32(at + FIRST_FIELD, number, true);
    view.setInt32(at + FIRST_FIELD + 4, number >> 31, true);
    for (let i = 0; i < RAW_ARGUMENTS; i++) this.#putArgument(view, at + FIRST_ARGUMENT + 8 * i, i);
    batch.end(at, RAW_ENTER_BYTES);
    this.#frames.write(batch, task);
  }

  /** After `read` of the same call. */
  exit(batch: Batch, task: Task, call: CallEvents | null, number: number, text: Uint8Array, low: number, high: number): void {
    if (call !== null && this.#frames.count === 0 && this.isBare(call)) {
      batch.bare(task.pid, number >= 0 ? eventIds.rawExit : NO_ID, call.exitId);
      return;
    }
    if (number >= 0) this.#rawExit(batch, task, number, low, high);
    if (call === null) return;
    const depth = this.#depth.of[call.exitId]!;
    if (depth === depths.common) this.#bare(batch, task, call.exitId);
    else this.#exit(batch, task, call, number, text, low, high, depth);
  }

  #exit(batch: Batch, task: Task, call: CallEvents, number: number, text: Uint8Array, low: number, high: number, depth: number): void {
    const at = batch.begin(depth === depths.memory ? call.exitBytes + MEMORY_BYTES : call.exitBytes);
    const { view } = batch;
    writeCommon(batch, at, call.exitId, task.pid);
    view.setInt32(at + FIRST_FIELD, number, true);
    view.setInt32(at + FIRST_FIELD + 4, 0, true);
    view.setInt32(at + FIRST_ARGUMENT, low, true);
    view.setInt32(at + FIRST_ARGUMENT + 4, high, true);
    let bytes = call.exitBytes;
    for (let i = 0; i < call.kinds.length; i++) {
      const index = call.exitMemory[i]!;
      if (index < 0) continue;
      this.#putArgument(view, at + FIRST_POINTER + 8 * index, i);
      if (depth < depths.memory) view.setUint32(at + exitLocation(call, index), 0, true);
      else bytes = this.#putMemory(batch, at, exitLocation(call, index), bytes, i, call.elementBytes[i]!, text, "exit");
    }
    batch.end(at, bytes);
    this.#frames.write(batch, task);
  }

  #rawExit(batch: Batch, task: Task, number: number, low: number, high: number): void {
    if (this.#depth.of[eventIds.rawExit] === depths.common) return this.#bare(batch, task, eventIds.rawExit);
    const at = batch.begin(RAW_EXIT_BYTES);
    const { view } = batch;
    writeCommon(batch, at, eventIds.rawExit, task.pid);
    view.setInt32(at + FIRST_FIELD, number, true);
    view.setInt32(at + FIRST_FIELD + 4, number >> 31, true);
    view.setInt32(at + FIRST_ARGUMENT, low, true);
    view.setInt32(at + FIRST_ARGUMENT + 4, high, true);
    batch.end(at, RAW_EXIT_BYTES);
    this.#frames.write(batch, task);
  }

  /** Behind the `bytes` that the record has; returns how many it has then. */
  #putMemory(
    batch: Batch,
    at: number,
    location: number,
    bytes: number,
    index: number,
    elementBytes: 4 | 8,
    text: Uint8Array,
    when: When,
  ): number {
    const start = this.#starts[index]!;
    const end = this.#ends[index]!;
    const limit = at + MEMORY_BYTES;
    const used = (bytes + 7) & ~7;
    const length =
      start === end
        ? 0
        : this.memory.read(
            text,
            start,
            end,
            batch.bytes,
            batch.view,
            at + used,
            limit,
            this.#low[index]!,
            this.#high[index]!,
            elementBytes,
            when,
          );
    batch.view.setUint32(at + location, length === 0 ? 0 : ((length << 16) | used) >>> 0, true);
    if (length === 0) return bytes;
    for (let i = bytes; i < used; i++) batch.bytes[at + i] = 0;
    return used + length;
  }
}

/** Index of the parameter that strace calls so, -1: none. */
function cloneParameter(call: CallEvents, text: Uint8Array, start: number, end: number): number {
  const name = String.fromCharCode(...text.subarray(start, Math.min(end, start + 20)));
  const own = Object.hasOwn(CLONE_NAMES, name) ? CLONE_NAMES[name] : undefined;
  return call.syscall.parameters.findIndex((parameter) => parameter.name === own);
}

/** What a call returned. */
export type ResultKind = "value" | "unknown_error" | "none";

export class ResultReader {
  low = 0;
  high = 0;
  /** Behind the number. */
  end = 0;
  readonly #numbers: NumberReader;

  constructor(numbers: NumberReader) {
    this.#numbers = numbers;
  }

  /** `none`: it did not return. */
  read(text: Uint8Array, start: number, end: number): ResultKind {
    const numbers = this.#numbers;
    const isOpen = text[start] === 0x3f;
    if (isOpen) {
      // `? ERESTARTSYS (To be restarted if SA_RESTART is set)`
      if (text[start + 1] !== 0x20 || text[start + 2] !== 0x45) return "none";
      return this.#error(text, start + 2, end) ? "value" : "none";
    }
    if (numbers.read(text, start, end) !== "number") return "none";
    this.low = numbers.low;
    this.high = numbers.high;
    this.end = numbers.end;
    if (numbers.low !== -1 || numbers.high !== -1 || text[this.end] !== 0x20) return "value";
    const next = text[this.end + 1]!;
    if (next === 0x45) return this.#error(text, this.end + 1, end) ? "value" : "unknown_error";
    // `-1 (errno 524)`
    if (next !== 0x28 || text[this.end + 2] !== 0x65) return "value";
    if (numbers.read(text, this.end + "_(errno_".length, end) !== "number") return "unknown_error";
    this.low = -numbers.low | 0;
    return "value";
  }

  #error(text: Uint8Array, start: number, end: number): boolean {
    if (this.#numbers.read(text, start, end) !== "number") return false;
    this.end = this.#numbers.end;
    this.low = -this.#numbers.low | 0;
    this.high = -1;
    return true;
  }
}
