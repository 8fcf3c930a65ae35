/** What is written between a call's parentheses: strings, annotations, comments, brackets. */
import {
  at,
  BACKSLASH,
  BLANK,
  CLOSE,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  GREATER,
  isDigit,
  LESS,
  OPEN,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  SLASH,
  STAR,
} from "./text";

const CAPITAL_D: u32 = 0x44;

export function isClosing(byte: u32): bool {
  return byte == CLOSE || byte == CLOSE_BRACKET || byte == CLOSE_BRACE;
}

/** Behind the closing quote of the string at `start`. */
export function skipString(start: usize, end: usize): usize {
  let place = start + 1;
  while (place < end) {
    const bytes = v128.load(place);
    const signs = v128.or(i8x16.eq(bytes, i8x16.splat(<i8>QUOTE)), i8x16.eq(bytes, i8x16.splat(<i8>BACKSLASH)));
    const found = <u32>i8x16.bitmask(signs);
    if (!found) {
      place += 16;
      continue;
    }
    place += <usize>ctz<u32>(found);
    if (place >= end || at(place) == QUOTE) break;
    place += 2;
  }
  return min<usize>(place + 1, end);
}

/** Behind what -y writes behind a file descriptor, `<…>`: a `>` in a path is not escaped, so what follows has to fit too. */
function skipAnnotation(start: usize, end: usize): usize {
  for (let place = start + 1; place < end; place++) {
    if (at(place) != GREATER) continue;
    const next = place + 1 < end ? at(place + 1) : COMMA;
    if (next == COMMA || next == BLANK || isClosing(next) || next == GREATER) return place + 1;
  }
  return end;
}

/** Behind the text at `start`: an annotation of the number before it, a comment, or one byte. */
export function skipToken(start: usize, end: usize): usize {
  if (at(start) == LESS) {
    const before = at(start - 1);
    const isAnnotation = (isDigit(before) || before == CAPITAL_D) && at(start + 1) != LESS;
    return isAnnotation ? skipAnnotation(start, end) : start + 1;
  }
  if (at(start + 1) != STAR) return start + 1;
  let place = start + 2;
  while (place + 1 < end && !(at(place) == STAR && at(place + 1) == SLASH)) place++;
  return min<usize>(place + 2, end);
}

/** By the upper half of a byte a bit, and by the lower half the bits that it goes with: `"`, `(`, `)`, `/`; `<`; `[`, `]`; `{`, `}`. */
const UPPER: v128 = i8x16(0, 0, 1, 2, 0, 4, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0);
const LOWER: v128 = i8x16(0, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 12, 2, 12, 0, 1);

/** Where the next of these signs is, at `start` or behind it; not before `end`: there is none. */
function nextSign(start: usize, end: usize): usize {
  for (let place = start; place < end; place += 16) {
    const bytes = v128.load(place);
    const upper = i8x16.swizzle(UPPER, i8x16.shr_u(bytes, 4));
    const lower = i8x16.swizzle(LOWER, v128.and(bytes, i8x16.splat(15)));
    const found = <u32>i8x16.bitmask(i8x16.ne(v128.and(upper, lower), i8x16.splat(0)));
    if (found) return place + <usize>ctz<u32>(found);
  }
  return end;
}

/** Brackets that are open where `behind` has stopped. */
export let depth: i32 = 0;

/** The text at hand ended in a string, an annotation or a comment, or right behind one. */
export let isInToken: bool = false;

/** Goes over the arguments at [start, end), in front of which are `open` brackets. Returns the place behind the parenthesis that ends them, or 0. */
export function behind(start: usize, end: usize, open: i32): usize {
  depth = open;
  isInToken = false;
  let place = start;
  while (true) {
    place = nextSign(place, end);
    if (place >= end) return 0;
    const byte = at(place);
    if (byte == QUOTE) {
      place = skipString(place, end);
      isInToken = place >= end;
    } else if (byte == LESS || byte == SLASH) {
      place = skipToken(place, end);
      isInToken = place >= end;
    } else {
      place++;
      if (byte == OPEN || byte == OPEN_BRACKET || byte == OPEN_BRACE) depth++;
      else if (--depth < 0) return place;
    }
  }
}
