/** The lines of a text, one after the other in one buffer. */
import type { ByteSource } from "../../byte-source.ts";
import { LINE_FEED, nextLineFeed } from "../../lines/line-feed.ts";

const PIECE_BYTES = 1 << 20;
/** Longer lines are cut: no event prints so much. */
const LONGEST_LINE = 1 << 16;
const CARRIAGE_RETURN = 13;

export class Lines {
  /** Valid until the next call; a line feed is behind every line. */
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(PIECE_BYTES + LONGEST_LINE + 8);
  readonly #words: Int32Array = new Int32Array(this.bytes.buffer);
  readonly #source: ByteSource;
  /** Of the file: where the next piece begins. */
  #offset = 0;
  /** Bytes that the buffer holds, and where the next line begins in it. */
  #held = 0;
  #next = 0;
  /** The line, without its line feed. */
  start = 0;
  end = 0;
  /** Lines that were too long. */
  cut = 0;

  constructor(source: ByteSource) {
    this.#source = source;
    this.rewind();
  }

  rewind(): void {
    this.#offset = 0;
    this.#held = 0;
    this.#next = 0;
    this.bytes.fill(LINE_FEED, 0, 8);
    this.cut = 0;
  }

  /** Goes to the next line; false: there is none. */
  next(): boolean {
    let start = this.#next;
    let feed = this.#lineFeed(start);
    if (feed >= this.#held) {
      if (!this.#fill() && this.#next >= this.#held) return false;
      start = this.#next;
      feed = this.#lineFeed(start);
      if (feed >= this.#held && feed - start >= LONGEST_LINE) this.#skipRest();
    }
    this.start = start;
    this.end = feed > start && this.bytes[feed - 1] === CARRIAGE_RETURN ? feed - 1 : feed;
    this.#next = feed + 1;
    return true;
  }

  /** Where the next line feed is: behind what is held there always is one. */
  #lineFeed(from: number): number {
    return nextLineFeed(this.bytes, this.#words, from);
  }

  /** Reads on; false: the file has no more. */
  #fill(): boolean {
    const { bytes } = this;
    const rest = Math.max(0, this.#held - this.#next);
    bytes.copyWithin(0, this.#next, this.#held);
    const got = rest >= LONGEST_LINE ? 0 : this.#source.readAt(this.#offset, bytes.subarray(rest, rest + PIECE_BYTES));
    this.#offset += got;
    this.#held = rest + got;
    this.#next = 0;
    bytes.fill(LINE_FEED, this.#held, this.#held + 8);
    return got > 0;
  }

  /** The line goes on behind the buffer: what is left of it is passed over. */
  #skipRest(): void {
    this.cut++;
    const piece = new Uint8Array(LONGEST_LINE);
    for (;;) {
      const got = this.#source.readAt(this.#offset, piece);
      const feed = piece.subarray(0, got).indexOf(LINE_FEED);
      this.#offset += feed < 0 ? got : feed + 1;
      if (feed >= 0 || got === 0) return;
    }
  }
}
