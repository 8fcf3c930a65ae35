/** The scanner (assembly/) as an object: lines and calls of a text in its memory, taken apart. */
import type { ByteNames } from "../../lines/byte-names.ts";
import { once } from "../../once.ts";
import { found, limits, names, STATE, state, task, waiting } from "./scanner-layout.ts";
import { scannerBytes } from "./scanner.wasm.ts";

/** What the scanner does: assembly/index.ts. */
export interface ScannerCode {
  /** The head of a line, and a call: each fills the state of its kind (scanner-layout.ts). */
  readonly line: (start: number, end: number) => number;
  readonly call: (start: number, end: number) => void;
  /** Goes over lines from `start` to `limit` of a text that ends before `filled`; returns one of `stops` (assembly/run.ts). */
  readonly run: (start: number, limit: number, filled: number) => number;
  /** Moves the clock on to the line whose head was read last; returns its time. */
  readonly timeOf: () => number;
  /** Address of a new entry for the task, 0: there is none; the others (assembly/tasks.ts). */
  readonly addTask: (pid: number) => number;
  readonly removeTask: (pid: number) => void;
  readonly clearTasks: () => void;
  /** What waits for its time (assembly/waiting.ts, turns.ts). */
  readonly wait: (time: number, pid: number, first: number, second: number, batch: number) => void;
  readonly nextWaiting: () => void;
  readonly drain: (until: number) => number;
  /** Where the next `<... ` is; 0: there is none. */
  readonly nextResumed: (from: number, end: number) => number;
  /** Index among the names of calls, -1: it is none of them. */
  readonly callNamed: (start: number, end: number) => number;
  /** ns of the duration at the end of the text; -1: there is none. */
  readonly duration: (start: number, end: number) => number;
}

const WASM_PAGE = 65_536;
/** Some 4,000 names of numbers and 500 of calls take a quarter of that. */
const TABLE_BYTES = 1 << 20;
/** The state is below. */
const FIRST_TABLE = 4096;
/** In front of a text and behind it may be looked at. */
const MARGIN_BYTES = 64;
const WINDOW_BYTES = 4 << 20;
const WORD_BYTES = 4;
/** More than one line adds to what waits. */
const MOST_AT_ONCE = 16;

const compiled = once(() => new WebAssembly.Module(scannerBytes()));

/** A part of the scanner's memory. */
export interface Room {
  readonly start: number;
  readonly sizeBytes: number;
}

export class Scanner {
  /** All of the memory: places in it are those of texts. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
  readonly doubles: Float64Array<ArrayBuffer>;
  /** For the text itself, and for two that are put together of its pieces. */
  readonly window: Room;
  readonly joined: readonly [Room, Room];
  /** What waits for its time, and records that the scanner has made. */
  readonly waiting: Room;
  readonly records: Room;
  /** By name of a call: id of its entry's event where records of the common fields are enough, else 0. */
  bareIds: Uint16Array<ArrayBuffer> = new Uint16Array(0);
  readonly code: ScannerCode;
  #freeTable = FIRST_TABLE;

  /** `textBytes`: of all of the text. */
  constructor(textBytes: number) {
    const windowBytes = Math.max(1, Math.min(WINDOW_BYTES, textBytes));
    const joinedBytes = 2 * windowBytes;
    let at = FIRST_TABLE + TABLE_BYTES + MARGIN_BYTES;
    const take = (sizeBytes: number): Room => {
      const start = at;
      // Whole words, as a line feed is looked for in those.
      at += (sizeBytes + MARGIN_BYTES + 7) & ~7;
      return { start, sizeBytes };
    };
    this.window = take(windowBytes);
    this.joined = [take(joinedBytes), take(joinedBytes)];
    this.waiting = take((limits.waiting + MOST_AT_ONCE) * waiting.sizeBytes);
    this.records = take(limits.recordBytes);
    const tasks = take(limits.slots * WORD_BYTES + limits.tasks * task.sizeBytes);
    const memory = new WebAssembly.Memory({ initial: Math.ceil(at / WASM_PAGE) });
    const instance = new WebAssembly.Instance(compiled(), { env: { memory } });
    this.code = instance.exports as unknown as ScannerCode;
    this.bytes = new Uint8Array(memory.buffer);
    this.words = new Int32Array(memory.buffer);
    this.doubles = new Float64Array(memory.buffer);
    this.#word(state.waiting, this.waiting.start);
    this.#word(state.records, this.records.start);
    this.#word(state.tasks, tasks.start);
  }

  /** Tells the names of calls. */
  setCalls(calls: ByteNames): void {
    this.#setNames(state.calls, calls);
    const count = calls.tables.ends.length;
    const at = this.#table(new Uint8Array(count * Uint16Array.BYTES_PER_ELEMENT));
    this.#word(state.bareIds, at);
    this.bareIds = new Uint16Array(this.bytes.buffer, at, count);
  }

  /** Tells the names of numbers, with the low word of each. */
  setNumbers(numbers: ByteNames, values: Int32Array): void {
    this.#setNames(state.numbers, numbers);
    this.#word(state.numbers + names.values, this.#table(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)));
  }

  #setNames(at: number, { tables: { text, ends, slots } }: ByteNames): void {
    this.#word(at + names.slots, this.#table(new Uint8Array(slots.buffer)));
    this.#word(at + names.mask, slots.length - 1);
    this.#word(at + names.ends, this.#table(new Uint8Array(ends.buffer)));
    this.#word(at + names.text, this.#table(text));
    this.#word(at + names.cache, this.#table(new Uint8Array(found.count * found.sizeBytes)));
  }

  #word(field: number, value: number): void {
    this.words[(STATE + field) >> 2] = value;
  }

  #table(bytes: Uint8Array): number {
    const at = this.#freeTable;
    if (at + bytes.length > FIRST_TABLE + TABLE_BYTES) throw new Error("no room for more names");
    this.bytes.set(bytes, at);
    this.#freeTable = (at + bytes.length + 7) & ~7;
    return at;
  }
}
