/** Columns that characters take on a terminal. */

/** Ranges of double width (Unicode East Asian Width W and F, and emoji), inclusive. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

const ZERO = /^[\p{Mn}\p{Me}\p{Cf}]$/u;

/** Of one character (a code point). */
export function charWidth(c: string): 0 | 1 | 2 {
  const code = c.codePointAt(0)!;
  if (code < 0x300) return 1;
  if (ZERO.test(c)) return 0;
  return WIDE.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}

export const textWidth = (text: string): number => Array.from(text).reduce<number>((sum, c) => sum + charWidth(c), 0);
