/** The text of a call behind its name: `(…arguments…) = RET …`, taken apart at top-level commas. */
import { LIMITS_ARGUMENTS, STATE, STATE_COUNT, STATE_DURATION, STATE_ENDS, STATE_IS_VALUE, STATE_RESULT, STATE_STARTS } from "./layout";
import { duration, result } from "./result";
import { at, BLANK, COMMA, EQUALS, LESS, OPEN, OPEN_BRACE, OPEN_BRACKET, QUOTE, skipBlanks, SLASH } from "./text";
import { isClosing, skipString, skipToken } from "./tokens";

/** Bits of the bytes below 64 and of those above that mean something between arguments: `"`, `(`, `)`, `,`, `/`, `<`; `[`, `]`, `{`, `}`. */
const LOW_SIGNS: u64 = (1 << 0x22) | (1 << 0x28) | (1 << 0x29) | (1 << 0x2c) | (1 << 0x2f) | (1 << 0x3c);
const HIGH_SIGNS: u64 = (1 << (0x5b - 64)) | (1 << (0x5d - 64)) | (1 << (0x7b - 64)) | (1 << (0x7d - 64));

function isPlain(byte: u32): bool {
  return byte >= 128 || (((byte < 64 ? LOW_SIGNS : HIGH_SIGNS) >>> (byte & 63)) & 1) == 0;
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
}

/** Where the result begins, behind `   = `; -1 if that does not follow. */
export function resultAt(start: usize, end: usize): usize {
  const place = skipBlanks(start, end);
  if (at(place) != EQUALS || at(place + 1) != BLANK) return -1;
  return min<usize>(place + 2, end);
}

/** Takes the text at [start, end) apart, which begins behind the opening parenthesis; behind it are bytes that may be looked at. */
export function call(start: usize, end: usize): void {
  store<u32>(STATE + STATE_COUNT, 0);
  store<u32>(STATE + STATE_RESULT, -1);
  store<u32>(STATE + STATE_IS_VALUE, 0);
  store<f64>(STATE + STATE_DURATION, -1);
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
      place = skipToken(place, end);
      continue;
    }
    place++;
  }
  add(first, behind ? place : end);
  if (!behind) return;
  const from = resultAt(behind, end);
  store<u32>(STATE + STATE_RESULT, from);
  if (from == -1) return;
  const rest = result(from, end);
  if (rest) store<f64>(STATE + STATE_DURATION, duration(rest, end));
}
