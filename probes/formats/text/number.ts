/** Numbers in text: read byte by byte into one 64-bit value, without objects. */

/** What was read last, modulo 2^64: both halves as signed 32-bit numbers. */
export const value = { hi: 0, lo: 0 };

export const NOT_A_NUMBER = -1;

const TWO_32 = 2 ** 32;
const DIGIT_0 = 48;
const MINUS = 45;
/** So many decimal digits always fit into a double. */
const SAFE_DIGITS = 15;

/** Value of a hexadecimal digit by its byte; -1: none. */
export const hexDigits: Int8Array = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit++) {
  const text = digit.toString(16);
  hexDigits[text.charCodeAt(0)] = digit;
  hexDigits[text.toUpperCase().charCodeAt(0)] = digit;
}

export const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= DIGIT_0 && byte <= DIGIT_0 + 9;

function negate(): void {
  value.lo = -value.lo | 0;
  value.hi = (~value.hi + (value.lo === 0 ? 1 : 0)) | 0;
}

/** `-?[0-9]+`: where it ends, or NOT_A_NUMBER. */
export function readDecimal(bytes: Uint8Array, from: number, end: number): number {
  const negative = bytes[from] === MINUS;
  const first = negative ? from + 1 : from;
  let at = first;
  let small = 0;
  const safe = Math.min(end, first + SAFE_DIGITS);
  for (; at < safe; at++) {
    const digit = bytes[at]! - DIGIT_0;
    if (digit < 0 || digit > 9) break;
    small = small * 10 + digit;
  }
  if (at === first) return NOT_A_NUMBER;
  value.lo = small | 0;
  value.hi = small < TWO_32 ? 0 : Math.floor(small / TWO_32) | 0;
  for (; at < end; at++) {
    const digit = bytes[at]! - DIGIT_0;
    if (digit < 0 || digit > 9) break;
    const low = (value.lo >>> 0) * 10 + digit;
    value.hi = (Math.imul(value.hi, 10) + Math.floor(low / TWO_32)) | 0;
    value.lo = low | 0;
  }
  if (negative) negate();
  return at;
}

/** `(0x)?[0-9a-f]+`: where it ends, or NOT_A_NUMBER. */
export function readHex(bytes: Uint8Array, from: number, end: number): number {
  const isPrefixed = bytes[from] === DIGIT_0 && (bytes[from + 1]! | 0x20) === 0x78 && from + 1 < end;
  const first = isPrefixed ? from + 2 : from;
  let at = first;
  let hi = 0;
  let lo = 0;
  for (; at < end; at++) {
    const digit = hexDigits[bytes[at]!]!;
    if (digit < 0) break;
    hi = (hi << 4) | (lo >>> 28);
    lo = (lo << 4) | digit;
  }
  if (at === first) return NOT_A_NUMBER;
  value.hi = hi;
  value.lo = lo;
  return at;
}

export function readOctal(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  let total = 0;
  for (; at < end; at++) {
    const digit = bytes[at]! - DIGIT_0;
    if (digit < 0 || digit > 7) break;
    total = total * 8 + digit;
  }
  if (at === from) return NOT_A_NUMBER;
  value.lo = total | 0;
  value.hi = Math.floor(total / TWO_32) | 0;
  return at;
}

/** Hexadecimal with `0x`, else decimal. */
export function readNumber(bytes: Uint8Array, from: number, end: number): number {
  const digits = bytes[from] === MINUS ? from + 1 : from;
  if (bytes[digits] !== DIGIT_0 || (bytes[digits + 1]! | 0x20) !== 0x78) return readDecimal(bytes, from, end);
  const at = readHex(bytes, digits, end);
  if (at >= 0 && digits !== from) negate();
  return at;
}

/** Puts the value's low bytes where a field is; `merge`: beside the bits that are there. */
export function store(view: DataView, offset: number, sizeBytes: number, merge: boolean): void {
  let { hi, lo } = value;
  switch (sizeBytes) {
    case 8:
      if (merge) {
        lo |= view.getInt32(offset, true);
        hi |= view.getInt32(offset + 4, true);
      }
      view.setInt32(offset, lo, true);
      view.setInt32(offset + 4, hi, true);
      break;
    case 4:
      view.setInt32(offset, merge ? lo | view.getInt32(offset, true) : lo, true);
      break;
    case 2:
      view.setInt16(offset, merge ? lo | view.getInt16(offset, true) : lo, true);
      break;
    default:
      view.setInt8(offset, merge ? lo | view.getInt8(offset) : lo);
  }
}

/** The value times 2^bits. */
export function shiftLeft(bits: number): void {
  if (bits >= 32) {
    value.hi = value.lo << (bits - 32);
    value.lo = 0;
  } else if (bits > 0) {
    value.hi = (value.hi << bits) | (value.lo >>> (32 - bits));
    value.lo <<= bits;
  }
}
