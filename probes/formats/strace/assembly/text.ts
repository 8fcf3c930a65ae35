/** Bytes of the text. */

export const NEWLINE: u32 = 0x0a;
export const BLANK: u32 = 0x20;
export const QUOTE: u32 = 0x22;
export const OPEN: u32 = 0x28;
export const CLOSE: u32 = 0x29;
export const STAR: u32 = 0x2a;
export const PLUS: u32 = 0x2b;
export const COMMA: u32 = 0x2c;
export const MINUS: u32 = 0x2d;
export const DOT: u32 = 0x2e;
export const SLASH: u32 = 0x2f;
export const COLON: u32 = 0x3a;
export const LESS: u32 = 0x3c;
export const EQUALS: u32 = 0x3d;
export const GREATER: u32 = 0x3e;
export const QUESTION: u32 = 0x3f;
export const OPEN_BRACKET: u32 = 0x5b;
export const BACKSLASH: u32 = 0x5c;
export const CLOSE_BRACKET: u32 = 0x5d;
export const BAR: u32 = 0x7c;
export const OPEN_BRACE: u32 = 0x7b;
export const CLOSE_BRACE: u32 = 0x7d;

// @inline
export function at(place: usize): u32 {
  return load<u8>(place);
}

// @inline
export function isDigit(byte: u32): bool {
  return byte - 0x30 <= 9;
}

// @inline
export function isLetter(byte: u32): bool {
  return (byte | 0x20) - 0x61 <= 25;
}

// @inline
export function isWord(byte: u32): bool {
  return isLetter(byte) || isDigit(byte) || byte == 0x5f;
}

/** -1: none. */
export function hexDigit(byte: u32): i32 {
  if (isDigit(byte)) return byte - 0x30;
  const letter = (byte | 0x20) - 0x61;
  return letter <= 5 ? letter + 10 : -1;
}

export function skipBlanks(from: usize, end: usize): usize {
  let place = from;
  while (place < end && at(place) == BLANK) place++;
  return place;
}

export function wordEnd(from: usize, end: usize): usize {
  let place = from;
  while (place < end && isWord(at(place))) place++;
  return place;
}

/** The line feed at or behind `start`: there is one. */
export function lineFeed(start: usize): usize {
  let place = start;
  let found: u32 = 0;
  while (true) {
    found = <u32>i8x16.bitmask(i8x16.eq(v128.load(place), i8x16.splat(<i8>NEWLINE)));
    if (found) break;
    place += 16;
  }
  return place + <usize>ctz<u32>(found);
}

/** Four bytes, the first one lowest. */
// @inline
export function four(place: usize): u32 {
  return load<u32>(place);
}
