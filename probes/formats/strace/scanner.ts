/** The scanner (assembly/) as an object: lines and calls of a text in its memory, taken apart. */
import type { ByteNames } from "../../lines/byte-names.ts";
import { once } from "../../once.ts";
import { found, names, STATE, state } from "./scanner-layout.ts";
import { scannerBytes } from "./scanner.wasm.ts";

interface Exports {
  readonly line: (start: number, end: number) => number;
  readonly call: (start: number, end: number) => void;
  readonly plain: (start: number, filled: number) => number;
  readonly next_resumed: (from: number, end: number) => number;
  readonly call_named: (start: number, end: number) => number;
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
  /** Each fills the state of its kind (scanner-layout.ts). */
  readonly line: Exports["line"];
  readonly call: Exports["call"];
  /** The head of the line at `start`, and its call where the line is plain: then it is not 0. `filled`: where the text ends. */
  readonly plain: Exports["plain"];
  /** Where the next `<... ` is; 0: there is none. */
  readonly nextResumed: Exports["next_resumed"];
  /** Index among the names of calls, -1: it is none of them. */
  readonly callNamed: Exports["call_named"];
  /** ns of the duration at the end of the text; -1: there is none. */
  readonly duration: Exports["duration"];
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
    const memory = new WebAssembly.Memory({ initial: Math.ceil(at / WASM_PAGE) });
    const instance = new WebAssembly.Instance(compiled(), { env: { memory } });
    const exports = instance.exports as unknown as Exports;
    this.line = exports.line;
    this.call = exports.call;
    this.plain = exports.plain;
    this.nextResumed = exports.next_resumed;
    this.callNamed = exports.call_named;
    this.duration = exports.duration;
    this.bytes = new Uint8Array(memory.buffer);
    this.words = new Int32Array(memory.buffer);
    this.doubles = new Float64Array(memory.buffer);
  }

  /** Tells the names of calls. */
  setCalls(calls: ByteNames): void {
    this.#setNames(state.calls, calls);
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
