/** A file read from its start on, through a window that grows with the largest piece that is asked for. */
import type { ByteSource } from "../byte-source.ts";

const READ_BYTES = 1 << 18;

export class ByteWindow {
  /** The bytes at hand: `offset` of the file is at `at`, and `end` is one past the last. */
  bytes: Uint8Array = new Uint8Array(READ_BYTES * 2);
  view: DataView = new DataView(this.bytes.buffer);
  at = 0;
  end = 0;
  readonly #source: ByteSource;
  #fileEnd = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Offset in the file of the byte at `at`. */
  get offset(): number {
    return this.#fileEnd - (this.end - this.at);
  }

  /** To an offset of the file. */
  seek(offset: number): void {
    this.#fileEnd = offset;
    this.at = 0;
    this.end = 0;
  }

  /** Whether `count` more bytes are at hand, after reading on if need be; false near the end of the file. */
  has(count: number): boolean {
    return this.end - this.at >= count || this.#fill(count);
  }

  /** Moves on by any number of bytes. */
  skip(count: number): void {
    if (count <= this.end - this.at) this.at += count;
    else this.seek(this.offset + count);
  }

  #fill(count: number): boolean {
    if (this.at + count + READ_BYTES > this.bytes.length) this.#makeRoom(count);
    const want = Math.min(this.bytes.length - this.end, this.#source.sizeBytes - this.#fileEnd);
    if (want > 0) {
      const got = this.#source.readAt(this.#fileEnd, this.bytes.subarray(this.end, this.end + want));
      this.#fileEnd += got;
      this.end += got;
    }
    return this.end - this.at >= count;
  }

  /** What is left goes to the front, of a larger window if it must be. */
  #makeRoom(count: number): void {
    const rest = this.bytes.subarray(this.at, this.end);
    if (count + READ_BYTES > this.bytes.length) {
      const bytes = new Uint8Array(count + READ_BYTES);
      bytes.set(rest);
      this.bytes = bytes;
      this.view = new DataView(bytes.buffer);
    } else this.bytes.copyWithin(0, this.at, this.end);
    this.end -= this.at;
    this.at = 0;
  }
}
