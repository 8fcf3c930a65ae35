/** Numbers and strings in a row, in either byte order. */
export interface ByteList {
  u8(...values: readonly number[]): ByteList;
  u16(...values: readonly number[]): ByteList;
  u32(...values: readonly number[]): ByteList;
  u64(...values: readonly (number | bigint)[]): ByteList;
  bytes(value: Uint8Array): ByteList;
  /** With its NUL, filled up to a multiple of `align`. */
  text(value: string, align?: number): ByteList;
  readonly length: number;
  done(): Uint8Array;
}

export function byteList(byteOrder: "little" | "big"): ByteList {
  const parts: Uint8Array[] = [];
  let length = 0;
  const add = (bytes: Uint8Array): ByteList => {
    parts.push(bytes);
    length += bytes.length;
    return list;
  };
  const number = (sizeBytes: number, value: number | bigint): Uint8Array => {
    const bytes = new Uint8Array(sizeBytes);
    const v = BigInt.asUintN(64, BigInt(value));
    for (let i = 0; i < sizeBytes; i++) bytes[byteOrder === "little" ? i : sizeBytes - 1 - i] = Number((v >> BigInt(8 * i)) & 255n);
    return bytes;
  };
  const numbers =
    (sizeBytes: number) =>
    (...values: readonly (number | bigint)[]): ByteList => {
      for (const value of values) add(number(sizeBytes, value));
      return list;
    };
  const list: ByteList = {
    u8: numbers(1),
    u16: numbers(2),
    u32: numbers(4),
    u64: numbers(8),
    bytes: add,
    text(value, align = 8) {
      const encoded = new TextEncoder().encode(`${value}\0`);
      const padded = new Uint8Array(Math.ceil(encoded.length / align) * align);
      padded.set(encoded);
      return add(padded);
    },
    get length() {
      return length;
    },
    done() {
      const all = new Uint8Array(length);
      let at = 0;
      for (const part of parts) {
        all.set(part, at);
        at += part.length;
      }
      return all;
    },
  };
  return list;
}
