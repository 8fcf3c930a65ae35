/** Bytes as JSON: text where they are text, else as they are. */

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const [FIRST_PRINTABLE, QUOTE, BACKSLASH, DELETE] = [0x20, 0x22, 0x5c, 0x7f];

/** `"00ff"` */
export function digitsText(bytes: Uint8Array, start: number, end: number): string {
  let text = '"';
  for (let at = start; at < end; at++) text += HEX[bytes[at]!]!;
  return `${text}"`;
}

/** `{"hex":"00ff"}` */
export const hexText = (bytes: Uint8Array, start: number, end: number): string => `{"hex":${digitsText(bytes, start, end)}}`;

/** A JSON string of UTF-8; what is no UTF-8 comes as hexadecimal bytes. */
export function stringText(bytes: Uint8Array, start: number, end: number): string {
  let text = '"';
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte < FIRST_PRINTABLE || byte === QUOTE || byte === BACKSLASH || byte >= DELETE) return escapedText(bytes, start, end);
    text += String.fromCharCode(byte);
  }
  return `${text}"`;
}

function escapedText(bytes: Uint8Array, start: number, end: number): string {
  try {
    return JSON.stringify(utf8.decode(bytes.subarray(start, end)));
  } catch {
    return hexText(bytes, start, end);
  }
}

const SAFE_HIGH = 0x1f_ffff;

/** Numbers that a double does not hold exactly are strings. `high`: signed or not, as the number is. */
export function wordText(low: number, high: number, sign: "signed" | "unsigned"): string {
  const top = sign === "signed" ? high | 0 : high >>> 0;
  if (top >= -SAFE_HIGH && top <= SAFE_HIGH) return String(top * 2 ** 32 + (low >>> 0));
  const word = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  return `"${sign === "signed" ? BigInt.asIntN(64, word) : word}"`;
}

/** `"0xffff…"` */
export function addressText(low: number, high: number): string {
  const top = high >>> 0;
  return top === 0 ? `"0x${(low >>> 0).toString(16)}"` : `"0x${top.toString(16)}${(low >>> 0).toString(16).padStart(8, "0")}"`;
}
