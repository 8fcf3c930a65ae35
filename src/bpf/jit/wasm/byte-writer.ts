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
    let rest = BigInt.asIntN(64, value);
    while (rest < -64n || rest > 63n) {
      this.u8(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    this.u8(Number(rest & 127n));
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
