import { sourceBytes } from "../diagnostics/source-bytes.ts";

export interface StringProblem {
  /** Without "syntax: ". */
  readonly message: string;
  /** Offsets into the text given. */
  readonly start: number;
  readonly end: number;
}

const simpleEscapes: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, '"': 34, "\\": 92 };

/**
 * Bytes of a string literal's inside (no quotes). Escapes: \n \t \r \" \\, octal of 1 to 3 digits up to 255, \x with 1 or 2
 * hexadecimal digits (row 2.46); other characters are the bytes that they were read from. A wrong escape is reported and left out.
 */
export function decodeString(text: string): { readonly bytes: Uint8Array; readonly problems: readonly StringProblem[] } {
  if (!text.includes("\\")) return { bytes: sourceBytes(text), problems: [] };
  const bytes: number[] = [];
  const problems: StringProblem[] = [];
  let pos = 0;
  while (pos < text.length) {
    const escape = text.indexOf("\\", pos);
    const plainEnd = escape < 0 ? text.length : escape;
    for (const byte of sourceBytes(text.slice(pos, plainEnd))) bytes.push(byte);
    if (escape < 0) break;
    pos = decodeEscape(text, escape, bytes, problems);
  }
  return { bytes: Uint8Array.from(bytes), problems };
}

/** Returns where the text goes on. */
function decodeEscape(text: string, start: number, bytes: number[], problems: StringProblem[]): number {
  const letter = text.charAt(start + 1);
  const simple = simpleEscapes[letter];
  if (simple !== undefined) {
    bytes.push(simple);
    return start + 2;
  }
  const octal = /^[0-7]{1,3}/.exec(text.slice(start + 1, start + 4))?.[0];
  if (octal !== undefined) {
    const end = start + 1 + octal.length;
    const value = parseInt(octal, 8);
    if (value <= 255) bytes.push(value);
    else problems.push({ message: `octal escape sequence out of range '\\${octal}'`, start, end });
    return end;
  }
  if (letter === "x" || letter === "X") {
    const hex = /^[0-9a-fA-F]{1,2}/.exec(text.slice(start + 2, start + 4))?.[0];
    if (hex === undefined) {
      problems.push({ message: "invalid hex escape sequence", start, end: start + 2 });
      return start + 2;
    }
    bytes.push(parseInt(hex, 16));
    return start + 2 + hex.length;
  }
  const character = String.fromCodePoint(text.codePointAt(start + 1) ?? 0x5c);
  const end = Math.min(text.length, start + 1 + character.length);
  problems.push({ message: `invalid escape character '\\${text.slice(start + 1, end)}'`, start, end });
  return end;
}
