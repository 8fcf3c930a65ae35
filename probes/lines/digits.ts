/** Digits in bytes. */

export const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** -1: none. */
export function hexDigit(byte: number): number {
  if (isDigit(byte)) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
