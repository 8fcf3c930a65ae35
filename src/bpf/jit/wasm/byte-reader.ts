/** Reads WebAssembly's number formats. The module comes out of our own build, so damage is our bug: it throws. */
export class ByteReader {
  private readonly buffer: Uint8Array;
  position: number;

  constructor(buffer: Uint8Array, position = 0) {
    this.buffer = buffer;
    this.position = position;
  }

  get atEnd(): boolean {
    return this.position >= this.buffer.length;
  }

  u8(): number {
    const value = this.buffer[this.position++];
    if (value === undefined) throw new Error("runtime module ends early");
    return value;
  }

  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.u8();
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  }

  /** A view of the next bytes. */
  bytes(length: number): Uint8Array {
    const start = this.position;
    if (start + length > this.buffer.length) throw new Error("runtime module ends early");
    this.position = start + length;
    return this.buffer.subarray(start, this.position);
  }

  rest(): Uint8Array {
    return this.bytes(this.buffer.length - this.position);
  }

  /** Names that we look for are ASCII. */
  name(): string {
    return String.fromCharCode(...this.bytes(this.u32()));
  }
}
