/** A call that is not finished. Some of it is in the task's entry, which the scanner shares (scanner-layout.ts, `task`). */
import { copyBytes } from "../../lines/byte-text.ts";
import type { CallEvents } from "./events.ts";
import { task } from "./scanner-layout.ts";

const LEAST_BYTES = 256;
const EMPTY = new Uint8Array(0);
const OPEN = 0x28;
const word = (field: number): number => field >> 2;
const ENTERED_AT = task.enteredAt >> 3;

/** Bytes put together of pieces. */
export class TextBuffer {
  bytes: Uint8Array = EMPTY;
  length = 0;

  add(from: Uint8Array, start: number, end: number): void {
    const length = this.length + end - start;
    if (length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(length, this.bytes.length * 2, LEAST_BYTES));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    copyBytes(from, start, end, this.bytes, this.length);
    this.length = length;
  }
}

export class Pending {
  call: CallEvents | null = null;
  /** For raw_syscalls; -1: not known. */
  number = -1;
  /** Stand-in pointers come from it. */
  serial = 0;
  /** Behind the opening parenthesis. */
  readonly text = new TextBuffer();
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;

  constructor(words: Int32Array, doubles: Float64Array) {
    this.#words = words;
    this.#doubles = doubles;
  }

  get active(): boolean {
    return this.#words[word(task.isActive)] !== 0;
  }

  set active(isActive: boolean) {
    this.#words[word(task.isActive)] = isActive ? 1 : 0;
    // The scanner leaves calls alone that it has not seen beginning.
    this.#words[word(task.depth)] = -1;
  }

  /** ns since the base; of the line that the call begins on. */
  get time(): number {
    return this.#doubles[ENTERED_AT]!;
  }

  set time(ns: number) {
    this.#doubles[ENTERED_AT] = ns;
  }

  /** Index of the name of a call that the scanner has seen beginning, of which only that is known; -1: it is another. */
  get scannedName(): number {
    return this.active && this.#words[word(task.depth)]! >= 0 ? this.#words[word(task.name)]! : -1;
  }

  /** Takes over what the scanner knows of such a call. */
  adopt(call: CallEvents | null, number: number): void {
    const printed = this.#words[word(task.number)]!;
    this.call = call;
    this.number = printed >= 0 ? printed : number;
    this.text.length = 0;
    // Of its arguments the result tells where they end.
    const open = new Uint8Array(this.#words[word(task.depth)]!).fill(OPEN);
    this.text.add(open, 0, open.length);
    this.active = true;
  }

  /** Goes on with what another task has begun. */
  moveFrom(other: Pending): void {
    this.call = other.call;
    this.number = other.number;
    this.time = other.time;
    this.serial = other.serial;
    this.active = true;
    this.text.length = 0;
    this.text.add(other.text.bytes, 0, other.text.length);
    // Of what only the scanner has seen, the entry tells.
    for (const field of [task.name, task.number, task.depth]) this.#words[word(field)] = other.#words[word(field)]!;
  }
}
