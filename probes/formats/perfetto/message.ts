/** Reads the fields of a protobuf message one after the other, without allocating. Source: protobuf.dev, "Encoding". */

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

const HIGHEST_TAG = 2 ** 32 - 1;
const NOTHING = new Uint8Array(0);

export class Message {
  bytes: Uint8Array = NOTHING;
  /** Where the next field begins, and the message ends. */
  at = 0;
  end = 0;
  /** The field that was read last. */
  field = 0;
  wire = 0;
  /** Its number: both halves, of 32 bits each (signed numbers are as 64-bit ones). */
  lo = 0;
  hi = 0;
  /** Its bytes, when it is bytes, text or a message: [start, stop). */
  start = 0;
  stop = 0;
  /** The bytes are no message from `at` on. */
  isDamaged = false;

  open(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.isDamaged = false;
    return this;
  }

  /** The next field; false at the end, or at damage. */
  next(): boolean {
    if (this.at >= this.end) return false;
    const begin = this.at;
    if (!this.varint() || this.number > HIGHEST_TAG) return this.#damaged(begin);
    this.field = this.lo >>> 3;
    this.wire = this.lo & 7;
    if (this.field === 0) return this.#damaged(begin);
    switch (this.wire) {
      case VARINT:
        return this.varint() || this.#damaged(begin);
      case FIXED64:
        if (this.at + 8 > this.end) return this.#damaged(begin);
        this.lo = this.#word();
        this.hi = this.#word();
        return true;
      case FIXED32:
        if (this.at + 4 > this.end) return this.#damaged(begin);
        this.lo = this.#word();
        this.hi = 0;
        return true;
      case BYTES: {
        if (!this.varint()) return this.#damaged(begin);
        const length = this.number;
        if (length > this.end - this.at) return this.#damaged(begin);
        this.start = this.at;
        this.stop = this.at + length;
        this.at = this.stop;
        return true;
      }
      default:
        return this.#damaged(begin);
    }
  }

  /** A bare number at `at`, into lo and hi; false: it is cut, or longer than one can be. */
  varint(): boolean {
    const { bytes, end } = this;
    let { at } = this;
    if (at >= end) return false;
    let byte = bytes[at++]!;
    let lo = byte & 0x7f;
    let hi = 0;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      if (at >= end || shift > 63) return false;
      byte = bytes[at++]!;
      const bits = byte & 0x7f;
      if (shift < 28) lo |= bits << shift;
      else if (shift === 28) {
        lo |= bits << 28;
        hi = bits >>> 4;
      } else hi |= bits << (shift - 32);
    }
    this.at = at;
    this.lo = lo;
    this.hi = hi;
    return true;
  }

  /** The number as a double: exact below 2^53. */
  get number(): number {
    return (this.hi >>> 0) * 2 ** 32 + (this.lo >>> 0);
  }

  get big(): bigint {
    return (BigInt(this.hi >>> 0) << 32n) | BigInt(this.lo >>> 0);
  }

  /** Its bytes as UTF-8. */
  get text(): string {
    return new TextDecoder().decode(this.bytes.subarray(this.start, this.stop));
  }

  #word(): number {
    const { bytes, at } = this;
    this.at += 4;
    return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  }

  #damaged(begin: number): false {
    this.at = begin;
    this.isDamaged = true;
    return false;
  }
}
