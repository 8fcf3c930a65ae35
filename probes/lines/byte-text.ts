/** Texts as bytes. */

const encoder = new TextEncoder();

export const codes = (text: string): Uint8Array => encoder.encode(text);

/** Whether `text` is at `at`. */
export function startsWith(bytes: Uint8Array, at: number, end: number, text: Uint8Array): boolean {
  if (end - at < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

/** Below that a loop is faster. */
const LEAST_BLOCK = 256;

/** Copies [start, end) to `at`. */
export function copyBytes(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start >= LEAST_BLOCK) to.set(from.subarray(start, end), at);
  else for (let i = start, j = at; i < end; i++, j++) to[j] = from[i]!;
}
