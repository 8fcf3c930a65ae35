/** The text of a call behind its name: `(…arguments…) = RET …`, taken apart at top-level commas. */
import { isDigit } from "../../lines/digits.ts";

const [QUOTE, BACKSLASH, COMMA, BLANK, LESS, GREATER, EQUALS, DOT] = [0x22, 0x5c, 0x2c, 0x20, 0x3c, 0x3e, 0x3d, 0x2e];
const [STAR, SLASH] = [0x2a, 0x2f];
const CAPITAL_D = 0x44;

const isOpening = (byte: number): boolean => byte === 0x28 || byte === 0x5b || byte === 0x7b;
const isClosing = (byte: number): boolean => byte === 0x29 || byte === 0x5d || byte === 0x7d;

/** More than any call has; what is beyond is left out. */
export const MAX_ARGUMENTS = 12;

/** Behind the closing quote of the string at `start`. */
export function skipString(bytes: Uint8Array, start: number, end: number): number {
  let at = start + 1;
  while (at < end && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return Math.min(at + 1, end);
}

/** Behind what -y writes behind a file descriptor, `<…>`: a `>` in a path is not escaped, so what follows has to fit too. */
function skipAnnotation(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start + 1; at < end; at++) {
    if (bytes[at] !== GREATER) continue;
    const next = at + 1 < end ? bytes[at + 1]! : COMMA;
    if (next === COMMA || next === BLANK || isClosing(next) || next === GREATER) return at + 1;
  }
  return end;
}

/** Behind the text at `start`: a string, an annotation of the number before it, a comment, or one byte. */
export function skipToken(bytes: Uint8Array, start: number, end: number): number {
  const byte = bytes[start]!;
  if (byte === QUOTE) return skipString(bytes, start, end);
  if (byte === LESS) {
    const before = bytes[start - 1] ?? 0;
    const isAnnotation = (isDigit(before) || before === CAPITAL_D) && bytes[start + 1] !== LESS;
    return isAnnotation ? skipAnnotation(bytes, start, end) : start + 1;
  }
  if (byte === SLASH && bytes[start + 1] === STAR) {
    let at = start + 2;
    while (at + 1 < end && !(bytes[at] === STAR && bytes[at + 1] === SLASH)) at++;
    return Math.min(at + 2, end);
  }
  return start + 1;
}

/** What a byte of a call's text does; most do nothing. */
const [PLAIN, OPENS, CLOSES, SEPARATES, TOKEN] = [0, 1, 2, 3, 4];
const actions = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (isOpening(byte)) return OPENS;
  if (isClosing(byte)) return CLOSES;
  if (byte === COMMA) return SEPARATES;
  return byte === QUOTE || byte === LESS || byte === SLASH ? TOKEN : PLAIN;
});

/** Takes one call apart after the other; the fields are those of the last one. */
export class CallText {
  count = 0;
  readonly starts = new Int32Array(MAX_ARGUMENTS);
  readonly ends = new Int32Array(MAX_ARGUMENTS);
  /** Where the result begins; -1: the text ends before. */
  result = -1;

  /** `start` is behind the opening parenthesis. */
  split(bytes: Uint8Array, start: number, end: number): void {
    this.count = 0;
    this.result = -1;
    let depth = 0;
    let first = start;
    let at = start;
    while (at < end) {
      const action = actions[bytes[at]!]!;
      if (action === PLAIN) {
        at++;
        continue;
      }
      if (action === TOKEN) {
        at = skipToken(bytes, at, end);
        continue;
      }
      if (action === OPENS) depth++;
      else if (action === CLOSES) {
        if (--depth < 0) {
          this.#add(bytes, first, at);
          this.result = resultAt(bytes, at + 1, end);
          return;
        }
      } else if (depth === 0) {
        this.#add(bytes, first, at);
        first = at + 1;
      }
      at++;
    }
    this.#add(bytes, first, end);
  }

  #add(bytes: Uint8Array, first: number, last: number): void {
    let start = first;
    let end = last;
    while (start < end && bytes[start] === BLANK) start++;
    while (end > start && bytes[end - 1] === BLANK) end--;
    if (start === end || this.count === MAX_ARGUMENTS) return;
    this.starts[this.count] = start;
    this.ends[this.count++] = end;
  }
}

/** Behind `   = `; -1 if that does not follow. */
function resultAt(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] === BLANK) at++;
  if (bytes[at] !== EQUALS || bytes[at + 1] !== BLANK) return -1;
  return Math.min(at + 2, end);
}

/** ns of `<0.000123>` at the end of a line; -1 if it is not there. */
export function durationNs(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 5 || bytes[end - 1] !== GREATER) return -1;
  let at = end - 2;
  let fraction = 0;
  let unit = 1;
  for (; at > start && isDigit(bytes[at]!); at--) {
    fraction += (bytes[at]! - 0x30) * unit;
    unit *= 10;
  }
  let seconds = 0;
  if (bytes[at] === DOT) {
    let place = 1;
    for (at--; at > start && isDigit(bytes[at]!); at--) {
      seconds += (bytes[at]! - 0x30) * place;
      place *= 10;
    }
  } else {
    seconds = fraction;
    fraction = 0;
    unit = 1;
  }
  return bytes[at] === LESS && unit <= 1e9 && at < end - 2 ? seconds * 1e9 + (fraction * 1e9) / unit : -1;
}
