/** Text put together of pieces, in the scanner's memory. */
import { copyBytes } from "../../lines/byte-text.ts";
import type { Room, Scanner } from "./scanner.ts";

const LINE_FEED = 0x0a;

/** Behind it is a line feed, as behind a line: what an older text has left there is not read. */
export class JoinedText {
  readonly bytes: Uint8Array;
  /** Where it begins and ends. */
  readonly start: number;
  end: number;
  readonly #last: number;

  /** `room`: of the scanner. Holds two lines, or more that are shorter: what is beyond is left out. */
  constructor({ bytes }: Scanner, { start, sizeBytes }: Room) {
    this.bytes = bytes;
    this.start = this.end = start;
    this.#last = start + sizeBytes;
  }

  clear(): void {
    this.end = this.start;
    this.bytes[this.end] = LINE_FEED;
  }

  add(from: Uint8Array, start: number, end: number): void {
    const stop = Math.min(end, start + this.#last - this.end);
    copyBytes(from, start, stop, this.bytes, this.end);
    this.end += Math.max(0, stop - start);
    this.bytes[this.end] = LINE_FEED;
  }
}
