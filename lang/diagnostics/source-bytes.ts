/**
 * Scripts are bytes, mostly UTF-8. As a string every byte that is no UTF-8 is one lone surrogate, U+DC80 to U+DCFF, which no UTF-8 stands
 * for: so each has a place of its own, and comes out as it went in.
 */

const FIRST = 0xdc00;
const encoder = new TextEncoder();
// A byte order mark stays what it is.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decoded(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

const sequenceBytes = (lead: number): number => (lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);

export function sourceText(bytes: Uint8Array): string {
  const whole = decoded(bytes);
  if (whole !== null) return whole;
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const length = sequenceBytes(bytes[at]!);
    const character = decoded(bytes.subarray(at, at + length));
    text += character ?? String.fromCharCode(FIRST + bytes[at]!);
    at += character === null ? 1 : length;
  }
  return text;
}

export function sourceBytes(text: string): Uint8Array {
  if (!/[\udc80-\udcff]/u.test(text)) return encoder.encode(text);
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code >= FIRST + 0x80 && code <= FIRST + 0xff) bytes.push(code - FIRST);
    else bytes.push(...encoder.encode(character));
  }
  return Uint8Array.from(bytes);
}
