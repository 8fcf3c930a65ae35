/** Texts as bytes. */

const encoder = new TextEncoder();

export const codes = (text: string): Uint8Array => encoder.encode(text);

/** Whether `text` is at `at`. */
export function startsWith(bytes: Uint8Array, at: number, end: number, text: Uint8Array): boolean {
  if (end - at < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}
