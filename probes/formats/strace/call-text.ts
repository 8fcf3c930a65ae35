/** The text of a call behind its name, as the scanner takes it apart (assembly/call.ts); and steps over what is written in it. */
import { isDigit } from "../../lines/digits.ts";
import { limits, STATE, state } from "./scanner-layout.ts";
import type { Scanner } from "./scanner.ts";

const [QUOTE, BACKSLASH, COMMA, BLANK, LESS, GREATER] = [0x22, 0x5c, 0x2c, 0x20, 0x3c, 0x3e];
const [STAR, SLASH] = [0x2a, 0x2f];
const CAPITAL_D = 0x44;

const isClosing = (byte: number): boolean => byte === 0x29 || byte === 0x5d || byte === 0x7d;

/** More than any call has; what is beyond is left out. */
export const MAX_ARGUMENTS = limits.arguments;

const word = (field: number): number => (STATE + field) >> 2;
const WORD_BYTES = 4;

/** Takes one call apart after the other; the fields are those of the last one. */
export class CallText {
  count = 0;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Where the result begins; -1: the text ends before. */
  result = -1;
  /** The result is a number, in these two words; false: it is another, or has to be looked at. */
  isValue = false;
  low = 0;
  high = 0;
  /** ns; -1 where it is not there, or the result is no such number. */
  duration = -1;
  readonly #scanner: Scanner;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
    this.starts = new Int32Array(scanner.bytes.buffer, STATE + state.starts, MAX_ARGUMENTS);
    this.ends = new Int32Array(scanner.bytes.buffer, STATE + state.starts + WORD_BYTES * MAX_ARGUMENTS, MAX_ARGUMENTS);
  }

  /** `start` is behind the opening parenthesis. */
  split(start: number, end: number): void {
    this.#scanner.code.call(start, end);
    this.load();
  }

  /** What the scanner has taken apart last. */
  load(): void {
    const { words, doubles } = this.#scanner;
    this.count = words[word(state.count)]!;
    this.result = words[word(state.result)]!;
    this.isValue = words[word(state.isValue)] !== 0;
    this.low = words[word(state.low)]!;
    this.high = words[word(state.high)]!;
    this.duration = doubles[(STATE + state.duration) >> 3]!;
  }
}

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
