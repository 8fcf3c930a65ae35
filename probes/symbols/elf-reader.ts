/** Bytes of an ELF file by their place, in the byte order and class of the file. */

const MAGIC = 0x7f454c46;

/** Reads of what lies outside the file give 0. */
export interface ElfReader {
  readonly wide: boolean;
  u8(at: number): number;
  u16(at: number): number;
  u32(at: number): number;
  /** An address or offset: 4 or 8 bytes by the class of the file. */
  word(at: number): bigint;
  readonly sizeBytes: number;
  text(at: number, end: number): string;
  hex(at: number, length: number): string;
}

/** Null: no ELF file. */
export function elfReader(bytes: Uint8Array): ElfReader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 52 || view.getUint32(0, false) !== MAGIC) return null;
  const wide = bytes[4] === 2;
  const little = bytes[5] !== 2;
  const fits = (at: number, size: number): boolean => at >= 0 && at + size <= bytes.length;
  const u32 = (at: number): number => (fits(at, 4) ? view.getUint32(at, little) : 0);
  return {
    wide,
    sizeBytes: bytes.length,
    u8: (at) => bytes[at] ?? 0,
    u16: (at) => (fits(at, 2) ? view.getUint16(at, little) : 0),
    u32,
    word: (at) => (wide ? (fits(at, 8) ? view.getBigUint64(at, little) : 0n) : BigInt(u32(at))),
    text(at, end) {
      let to = at;
      while (to < end && to < bytes.length && bytes[to] !== 0) to++;
      return new TextDecoder("latin1").decode(bytes.subarray(at, to));
    },
    hex: (at, length) => [...bytes.subarray(at, at + length)].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
  };
}
