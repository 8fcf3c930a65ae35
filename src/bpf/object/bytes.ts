/** Little-endian bytes that grow. */
export interface ByteWriter {
  u8(value: number): void;
  u16(value: number): void;
  u32(value: number): void;
  u64(value: bigint): void;
  bytes(value: Uint8Array): void;
  /** Zeros up to the next multiple. */
  align(to: number): void;
  length(): number;
  finish(): Uint8Array;
}

export function byteWriter(): ByteWriter {
  let buffer = new Uint8Array(1024);
  let view = new DataView(buffer.buffer);
  let length = 0;
  const reserve = (count: number): number => {
    const at = length;
    length += count;
    if (length > buffer.length) {
      const larger = new Uint8Array(Math.max(length, buffer.length * 2));
      larger.set(buffer);
      buffer = larger;
      view = new DataView(buffer.buffer);
    }
    return at;
  };
  // `view` and `buffer` may be new ones after `reserve`.
  return {
    u8(value) {
      const at = reserve(1);
      view.setUint8(at, value);
    },
    u16(value) {
      const at = reserve(2);
      view.setUint16(at, value, true);
    },
    u32(value) {
      const at = reserve(4);
      view.setUint32(at, value, true);
    },
    u64(value) {
      const at = reserve(8);
      view.setBigUint64(at, value, true);
    },
    bytes(value) {
      const at = reserve(value.length);
      buffer.set(value, at);
    },
    align: (to) => void reserve((to - (length % to)) % to),
    length: () => length,
    finish: () => buffer.slice(0, length),
  };
}

/** NUL-terminated strings, each once; offset 0 is the empty one. */
export interface StringTable {
  readonly add: (text: string) => number;
  finish(): Uint8Array;
}

export function stringTable(): StringTable {
  const writer = byteWriter();
  const offsets = new Map<string, number>([["", 0]]);
  const encoder = new TextEncoder();
  writer.u8(0);
  return {
    add(text) {
      const known = offsets.get(text);
      if (known !== undefined) return known;
      const offset = writer.length();
      offsets.set(text, offset);
      writer.bytes(encoder.encode(text));
      writer.u8(0);
      return offset;
    },
    finish: () => writer.finish(),
  };
}
