import { sourceBytes } from "../diagnostics/source-bytes.ts";

/** Byte strings: one character per byte. Formats and separators travel as such, so any byte survives. */
export function bytesToText(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Bytes of a text from outside (a positional parameter, a probe name). */
export const textToBytes = (text: string): Uint8Array => sourceBytes(text);
