/** The text of a call behind its name: `(…arguments…) = RET …`, taken apart at top-level commas. */
import {
  LIMITS_ARGUMENTS,
  STATE,
  STATE_COUNT,
  STATE_DURATION,
  STATE_ENDS,
  STATE_HAS_CUT,
  STATE_IS_VALUE,
  STATE_NUMBERS,
  STATE_RESULT,
  STATE_STARTS,
  STATE_UNSURE,
} from "./layout";
import { find } from "./names";
import { duration, result } from "./result";
import {
  at,
  BACKSLASH,
  BAR,
  BLANK,
  CLOSE,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  DOT,
  EQUALS,
  GREATER,
  isDigit,
  isLetter,
  LESS,
  MINUS,
  OPEN,
  OPEN_BRACE,
  OPEN_BRACKET,
  PLUS,
  QUOTE,
  skipBlanks,
  SLASH,
  STAR,
  wordEnd,
} from "./text";

const CAPITAL_D: u32 = 0x44;
const TILDE: u32 = 0x7e;
const UNDERSCORE: u32 = 0x5f;

function isClosing(byte: u32): bool {
  return byte == CLOSE || byte == CLOSE_BRACKET || byte == CLOSE_BRACE;
}

/** Bits of the bytes below 64 and of those above that mean something between arguments: `"`, `(`, `)`, `,`, `/`, `<`; `[`, `]`, `{`, `}`. */
const LOW_SIGNS: u64 = (1 << 0x22) | (1 << 0x28) | (1 << 0x29) | (1 << 0x2c) | (1 << 0x2f) | (1 << 0x3c);
const HIGH_SIGNS: u64 = (1 << (0x5b - 64)) | (1 << (0x5d - 64)) | (1 << (0x7b - 64)) | (1 << (0x7d - 64));

function isPlain(byte: u32): bool {
  return byte >= 128 || (((byte < 64 ? LOW_SIGNS : HIGH_SIGNS) >>> (byte & 63)) & 1) == 0;
}

/** Behind the closing quote of the string at `start`. */
function skipString(start: usize, end: usize): usize {
  let place = start + 1;
  while (place < end) {
    const byte = at(place);
    if (byte == QUOTE) break;
    place += byte == BACKSLASH ? 2 : 1;
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
function skipToken(start: usize, end: usize): usize {
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

/** Whether every name in the text, which is of numbers, is known. Where that takes more than a look, it is not said. */
function isKnown(start: usize, end: usize): bool {
  let place = start;
  while (place < end) {
    const first = at(place);
    if (isDigit(first)) {
      place = wordEnd(place, end);
    } else if (isLetter(first) || first == UNDERSCORE) {
      const name = place;
      place = wordEnd(place, end);
      if (at(place) == OPEN || find(STATE + STATE_NUMBERS, name, place) < 0) return false;
    } else if (first == MINUS && isDigit(at(place + 1))) {
      place = wordEnd(place + 1, end);
    } else return first != MINUS && first != PLUS && first != TILDE && first != BLANK;
    if (place >= end) return true;
    const next = at(place);
    if (next == STAR || (next == LESS && at(place + 1) == LESS)) return false;
    if (next != BAR) return true;
    place++;
  }
  return true;
}

function add(first: usize, last: usize): void {
  const start = skipBlanks(first, last);
  let end = last;
  while (end > start && at(end - 1) == BLANK) end--;
  const count = load<u32>(STATE + STATE_COUNT);
  if (start == end || count == LIMITS_ARGUMENTS) return;
  store<u32>(STATE + STATE_STARTS + (count << 2), start);
  store<u32>(STATE + STATE_ENDS + (count << 2), end);
  store<u32>(STATE + STATE_COUNT, count + 1);
  if (!isKnown(start, end)) store<u32>(STATE + STATE_UNSURE, load<u32>(STATE + STATE_UNSURE) | (1 << count));
}

/** Where the result begins, behind `   = `; -1 if that does not follow. */
function resultAt(start: usize, end: usize): usize {
  const place = skipBlanks(start, end);
  if (at(place) != EQUALS || at(place + 1) != BLANK) return -1;
  return min<usize>(place + 2, end);
}

/** Takes the text at [start, end) apart, which begins behind the opening parenthesis; behind it are bytes that may be looked at. */
export function call(start: usize, end: usize): void {
  store<u32>(STATE + STATE_COUNT, 0);
  store<u32>(STATE + STATE_UNSURE, 0);
  store<u32>(STATE + STATE_RESULT, -1);
  store<u32>(STATE + STATE_IS_VALUE, 0);
  store<f64>(STATE + STATE_DURATION, -1);
  let hasCut: u32 = 0;
  let depth = 0;
  let first = start;
  let place = start;
  let behind: usize = 0;
  while (place < end) {
    const byte = at(place);
    // Letters, digits and blanks, which are most, do nothing.
    if (isPlain(byte)) {
      place++;
      continue;
    }
    if (byte == QUOTE) {
      place = skipString(place, end);
      if (at(place) == DOT && at(place + 1) == DOT) hasCut = 1;
      continue;
    }
    if (byte == COMMA) {
      if (depth == 0) {
        add(first, place);
        first = place + 1;
      }
    } else if (byte == OPEN || byte == OPEN_BRACKET || byte == OPEN_BRACE) {
      depth++;
    } else if (isClosing(byte)) {
      if (--depth < 0) {
        behind = place + 1;
        break;
      }
    } else if (byte == LESS || byte == SLASH) {
      const next = skipToken(place, end);
      // Whoever looks for strings only may find one in here.
      for (; place < next; place++) if (at(place) == QUOTE) hasCut = 1;
      continue;
    }
    place++;
  }
  add(first, behind ? place : end);
  store<u32>(STATE + STATE_HAS_CUT, hasCut);
  if (!behind) return;
  const from = resultAt(behind, end);
  store<u32>(STATE + STATE_RESULT, from);
  if (from == -1) return;
  const rest = result(from, end);
  if (rest) store<f64>(STATE + STATE_DURATION, duration(rest, end));
}
