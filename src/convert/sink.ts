/** Where a converted recording goes. Writes are collected: the sink below sees large pieces. */

export interface Sink {
  write(bytes: Uint8Array): void;
  /** Overwrites bytes that were written before. */
  patch(offset: number, bytes: Uint8Array): void;
}

const BUFFER_BYTES = 1 << 20;
const encoder = new TextEncoder();

export class BufferedSink {
  readonly #sink: Sink;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #used = 0;
  #written = 0;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** Bytes so far. */
  get position(): number {
    return this.#written + this.#used;
  }

  flush(): void {
    if (this.#used > 0) this.#sink.write(this.#buffer.subarray(0, this.#used));
    this.#written += this.#used;
    this.#used = 0;
  }

  bytes(bytes: Uint8Array): void {
    if (bytes.length > BUFFER_BYTES - this.#used) this.flush();
    if (bytes.length > BUFFER_BYTES) {
      this.#sink.write(bytes);
      this.#written += bytes.length;
      return;
    }
    this.#buffer.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  text(text: string): void {
    // UTF-8 takes three bytes at most for what is one unit in a string.
    if (3 * text.length > BUFFER_BYTES) return this.bytes(encoder.encode(text));
    if (3 * text.length > BUFFER_BYTES - this.#used) this.flush();
    this.#used += encoder.encodeInto(text, this.#buffer.subarray(this.#used)).written;
  }

  patch(offset: number, bytes: Uint8Array): void {
    this.flush();
    this.#sink.patch(offset, bytes);
  }
}
