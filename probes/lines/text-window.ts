/** The lines of a text, one after the other, with a look at what follows them: in a window of fixed size that moves over the file. */
import type { ByteSource } from "../byte-source.ts";
import { LINE_FEED, nextLineFeed } from "./line-feed.ts";

const WINDOW_BYTES = 4 << 20;
/** Text behind the line at hand that is in the window as long as the file has it. */
const AHEAD_BYTES = 1 << 20;
/** Behind a window: for the line feed that stands behind what was read, and for the word that it is in. */
const GUARD_BYTES = 8;
const RETURN = 0x0d;

/** Where a window may be: `sizeBytes` from `start` on, and 8 more behind it. */
export interface WindowRoom {
  /** Begins at a multiple of four in its memory. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly sizeBytes: number;
}

function ownRoom(fileBytes: number): WindowRoom {
  const sizeBytes = Math.max(1, Math.min(WINDOW_BYTES, fileBytes));
  return { bytes: new Uint8Array((sizeBytes + GUARD_BYTES) & ~3), start: 0, sizeBytes };
}

export class TextWindow {
  /** Behind what was read there is a line feed. */
  readonly bytes: Uint8Array;
  readonly #words: Int32Array;
  /** Of the bytes: where the window begins, and how far it goes. */
  readonly #first: number;
  readonly #last: number;
  /** The line at hand, without its newline. */
  start = 0;
  end = 0;
  /** Lines so far. */
  line = 0;
  /** Lines that are longer than the window: left out. */
  longLines = 0;
  /** Where the line behind the one at hand begins. */
  next = 0;
  /** Of the file: where the window begins. */
  #base = 0;
  /** Where what was read ends. */
  #filled = 0;
  readonly #source: ByteSource;
  readonly #from: number;

  /**
   * `from`: offset of the first line to be read; what is before counts as one line. `room`: where the window is to be, with as much memory behind
   * it; absent: in memory of its own.
   */
  constructor(source: ByteSource, from = 0, room: WindowRoom = ownRoom(source.sizeBytes)) {
    this.#source = source;
    this.#from = from;
    this.#base = from;
    this.line = from > 0 ? 1 : 0;
    this.bytes = room.bytes;
    this.#words = new Int32Array(room.bytes.buffer, room.bytes.byteOffset, room.bytes.length >> 2);
    this.#first = room.start;
    this.#last = room.start + room.sizeBytes;
    this.#clear();
  }

  rewind(): void {
    this.#clear();
    this.longLines = 0;
    this.line = this.#from > 0 ? 1 : 0;
    this.#base = this.#from;
  }

  #clear(): void {
    this.start = this.end = this.next = this.#filled = this.#first;
    this.bytes[this.#filled] = LINE_FEED;
  }

  /** Of the file, for a place in the window. */
  offsetOf(at: number): number {
    return this.#base + at - this.#first;
  }

  /** The place in the window; -1 if it has left it, or is not there yet. */
  placeOf(offset: number): number {
    const at = offset - this.#base + this.#first;
    return at >= this.#first && at < this.#filled ? at : -1;
  }

  /** Where the window begins. */
  get first(): number {
    return this.#first;
  }

  /** Where the text in the window ends. */
  get filled(): number {
    return this.#filled;
  }

  /** End of the line that begins or goes on at `at`; the end of the window if it is cut there. */
  lineEnd(at: number): number {
    return at >= this.#filled ? this.#filled : nextLineFeed(this.bytes, this.#words, at);
  }

  /** Whether there is more at `next`. */
  hasNext(): boolean {
    if (this.#filled - this.next < AHEAD_BYTES) this.#refill();
    return this.next < this.#filled;
  }

  /** Where a line begins that has less than that behind it, though the file has more. */
  get limit(): number {
    const isLast = this.offsetOf(this.#filled) >= this.#source.sizeBytes;
    return isLast ? this.#filled : this.#filled - AHEAD_BYTES + 1;
  }

  /** Goes on over `lines` lines, of which somebody has seen that the last is at [start, end), and where the next one begins. */
  skip(lines: number, start: number, end: number, next: number): void {
    this.start = start;
    this.end = end;
    this.next = next;
    this.line += lines;
  }

  /** Goes on to the next line; false at the end. */
  advance(): boolean {
    if (!this.hasNext()) return false;
    for (;;) {
      if (this.next >= this.#filled) return false;
      this.start = this.next;
      const end = this.lineEnd(this.start);
      const isCut = end === this.#filled && this.offsetOf(this.#filled) < this.#source.sizeBytes;
      if (!isCut) {
        this.next = Math.min(end + 1, this.#filled);
        this.line++;
        this.end = end > this.start && this.bytes[end - 1] === RETURN ? end - 1 : end;
        return true;
      }
      if (this.start > this.#first) this.#refill();
      else this.#dropLongLine();
    }
  }

  #refill(): void {
    const source = this.#source;
    if (this.offsetOf(this.#filled) >= source.sizeBytes) return;
    this.bytes.copyWithin(this.#first, this.next, this.#filled);
    this.#base += this.next - this.#first;
    this.#filled -= this.next - this.#first;
    this.start = this.end = this.next = this.#first;
    const got = source.readAt(this.offsetOf(this.#filled), this.bytes.subarray(this.#filled, this.#last));
    this.#filled += got;
    this.bytes[this.#filled] = LINE_FEED;
  }

  /** The window is full of one line. */
  #dropLongLine(): void {
    this.longLines++;
    this.line++;
    for (;;) {
      this.next = this.#filled;
      const before = this.offsetOf(this.#filled);
      this.#refill();
      if (this.offsetOf(this.#filled) === before) return;
      const end = this.lineEnd(this.#first);
      if (end === this.#filled) continue;
      this.next = end + 1;
      return;
    }
  }
}
