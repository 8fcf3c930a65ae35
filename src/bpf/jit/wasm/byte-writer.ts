/** A growing byte buffer with the number formats of WebAssembly (LEB128). */
export class ByteWriter {
  private buffer: Uint8Array;
  private used = 0;

  constructor(capacity = 256) {
    this.buffer = new Uint8Array(capacity);
  }

  get length(): number {
    return this.used;
  }

  /** A view, valid until the next write. */
  view(): Uint8Array {
    return this.buffer.subarray(0, this.used);
  }

  u8(value: number): void {
    if (this.used === this.buffer.length) this.grow(1);
    this.buffer[this.used++] = value;
  }

  /** Unsigned, 0 … 2^32-1. */
  u32(value: number): void {
    while (value > 127) {
      this.u8((value & 127) | 128);
      value >>>= 7;
    }
    this.u8(value);
  }

  /** Signed, -2^31 … 2^31-1. */
  s32(value: number): void {
    while (value < -64 || value > 63) {
      this.u8((value & 127) | 128);
      value >>= 7;
    }
    this.u8(value & 127);
  }

  /** Signed; taken modulo 2^64. */
  s64(value: bigint): void {
    // In two words: shifting BigInts byte by byte costs more than all the rest of a constant.
    let low = Number(BigInt.asIntN(32, value));
    let high = Number(BigInt.asIntN(32, value >> 32n));
    while (high !== low >> 31 || low < -64 || low > 63) {
      this.u8((low & 127) | 128);
      low = (low >>> 7) | (high << 25);
      high >>= 7;
    }
    this.u8(low & 127);
  }

  bytes(source: Uint8Array): void {
    if (this.used + source.length > this.buffer.length) this.grow(source.length);
    this.buffer.set(source, this.used);
    this.used += source.length;
  }

  /** Length, then the bytes: how WebAssembly writes sections, function bodies and names. */
  sized(source: Uint8Array): void {
    this.u32(source.length);
    this.bytes(source);
  }

  private grow(by: number): void {
    const next = new Uint8Array(Math.max(this.buffer.length * 2, this.used + by));
    next.set(this.buffer);
    this.buffer = next;
  }
}
