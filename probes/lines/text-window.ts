/** The lines of a text, one after the other, with a look at what follows them: in a window of fixed size that moves over the file. */
import type { ByteSource } from "../byte-source.ts";

const WINDOW_BYTES = 4 << 20;
/** Text behind the line at hand that is in the window as long as the file has it. */
const AHEAD_BYTES = 1 << 20;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

export class TextWindow {
  readonly bytes: Uint8Array;
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
  /** In the window: what was read. */
  #filled = 0;
  readonly #source: ByteSource;
  readonly #from: number;

  /** `from`: offset of the first line to be read; what is before counts as one line. */
  constructor(source: ByteSource, from = 0) {
    this.#source = source;
    this.#from = from;
    this.#base = from;
    this.line = from > 0 ? 1 : 0;
    this.bytes = new Uint8Array(Math.max(1, Math.min(WINDOW_BYTES, source.sizeBytes)));
  }

  rewind(): void {
    this.start = this.end = this.next = this.longLines = this.#filled = 0;
    this.line = this.#from > 0 ? 1 : 0;
    this.#base = this.#from;
  }

  /** Of the file, for a place in the window. */
  offsetOf(at: number): number {
    return this.#base + at;
  }

  /** The place in the window; -1 if it has left it, or is not there yet. */
  placeOf(offset: number): number {
    const at = offset - this.#base;
    return at >= 0 && at < this.#filled ? at : -1;
  }

  /** Where the text in the window ends. */
  get filled(): number {
    return this.#filled;
  }

  /** End of the line that begins or goes on at `at`; the end of the window if it is cut there. */
  lineEnd(at: number): number {
    const found = this.bytes.indexOf(NEWLINE, at);
    return found < 0 || found >= this.#filled ? this.#filled : found;
  }

  /** Goes on to the next line; false at the end. */
  advance(): boolean {
    if (this.#filled - this.next < AHEAD_BYTES) this.#refill();
    for (;;) {
      if (this.next >= this.#filled) return false;
      this.start = this.next;
      const end = this.lineEnd(this.start);
      const isCut = end === this.#filled && this.#base + this.#filled < this.#source.sizeBytes;
      if (!isCut) {
        this.next = Math.min(end + 1, this.#filled);
        this.line++;
        this.end = end > this.start && this.bytes[end - 1] === RETURN ? end - 1 : end;
        return true;
      }
      if (this.start > 0) this.#refill();
      else this.#dropLongLine();
    }
  }

  #refill(): void {
    const source = this.#source;
    if (this.#base + this.#filled >= source.sizeBytes) return;
    this.bytes.copyWithin(0, this.next, this.#filled);
    this.#base += this.next;
    this.#filled -= this.next;
    this.start = this.end = this.next = 0;
    const got = source.readAt(this.#base + this.#filled, this.bytes.subarray(this.#filled));
    this.#filled += got;
  }

  /** The window is full of one line. */
  #dropLongLine(): void {
    this.longLines++;
    this.line++;
    for (;;) {
      this.next = this.#filled;
      const before = this.#base + this.#filled;
      this.#refill();
      if (this.#base + this.#filled === before) return;
      const end = this.bytes.indexOf(NEWLINE);
      if (end < 0 || end >= this.#filled) continue;
      this.next = end + 1;
      return;
    }
  }
}
