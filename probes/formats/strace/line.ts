/**
 * The head of a line: `[pid 12] `, `12 `, `12<comm> `, the time in one of its forms, `[ 257] ` (-n), `[00007ffa542abb1d] ` (-i); and what follows.
 * Source: strace 6.1, printleader() and manual page.
 */
import { codes, startsWith } from "../../lines/byte-text.ts";
import { hexDigit, isDigit } from "../../lines/digits.ts";
import { isWord } from "./number.ts";

const [BLANK, OPEN, COLON, DOT, LESS, GREATER, MINUS, PLUS] = [0x20, 0x5b, 0x3a, 0x2e, 0x3c, 0x3e, 0x2d, 0x2b];
const [CLOSE, PARENTHESIS, CLOSE_PARENTHESIS, UNKNOWN_DIGIT] = [0x5d, 0x28, 0x29, 0x3f];

export type LineKind =
  /** name(… */
  | "call"
  /** <... name resumed>… */
  | "resumed"
  /** --- SIGCHLD {…} --- */
  | "signal"
  /** +++ exited with 0 +++ */
  | "end"
  /** ` > /path(symbol+0x51) [0xf8011]`, ` > unexpected_backtracing_error` */
  | "frame"
  /** strace: Process 12 attached */
  | "notice"
  | "other";

/** How times are written: seconds of the epoch, seconds since the last line, time of day, or not at all. */
export type TimeForm = "unix" | "relative" | "day" | "none";

/** Seconds that are no time between two lines: strace is older than relative times of three years. */
const FIRST_UNIX_SECOND = 100_000_000;
const RESUMED = codes("<... ");
const NOTICE = codes("strace: ");

/** Reads the heads of lines, one after the other; the fields are those of the last one. */
export class LineHead {
  /** -1: the line does not say. */
  pid = -1;
  /** Name behind the pid (-Y), empty if there is none. */
  commStart = 0;
  commEnd = 0;
  form: TimeForm = "none";
  /** Since the epoch, midnight or the last line. */
  seconds = 0;
  /** Below a second, ns. */
  fraction = 0;
  /** With -r and another: seconds since the last line, ns; -1 if it is not there. */
  sinceLastNs = -1;
  /** -n; -1 if it is not there. */
  syscall = -1;
  /** -i; 0 if it is not there. */
  ipLow = 0;
  ipHigh = 0;
  kind: LineKind = "other";
  /** Where the rest begins. */
  body = 0;

  read(bytes: Uint8Array, start: number, end: number): void {
    this.pid = -1;
    this.commEnd = this.commStart = 0;
    this.form = "none";
    this.seconds = this.fraction = 0;
    this.sinceLastNs = -1;
    this.syscall = -1;
    this.ipLow = this.ipHigh = 0;
    this.kind = "other";
    this.body = start;
    if (start + 2 < end && bytes[start] === BLANK && bytes[start + 1] === GREATER && bytes[start + 2] === BLANK) {
      this.kind = "frame";
      return;
    }
    let at = this.#pid(bytes, start, end);
    at = this.#time(bytes, at, end);
    at = this.#brackets(bytes, at, end);
    this.body = at;
    this.kind = kindOf(bytes, at, end);
  }

  #pid(bytes: Uint8Array, start: number, end: number): number {
    const isBracket = bytes[start] === OPEN && bytes[start + 1] === 0x70 && bytes[start + 2] === 0x69 && bytes[start + 3] === 0x64;
    let at = isBracket ? start + 4 : start;
    if (isBracket) while (at < end && bytes[at] === BLANK) at++;
    let pid = 0;
    const digits = at;
    while (at < end && isDigit(bytes[at]!)) pid = pid * 10 + bytes[at++]! - 0x30;
    const next = at < end ? bytes[at] : 0;
    if (at === digits || at - digits > 10) return start;
    if (!isBracket && next !== BLANK && next !== LESS) return start;
    if (next === LESS) {
      this.commStart = at + 1;
      for (at++; at < end && !(bytes[at] === GREATER && (bytes[at + 1] === BLANK || bytes[at + 1] === CLOSE)); at++);
      this.commEnd = at++;
    }
    if (isBracket) {
      if (bytes[at] !== CLOSE) return start;
      at++;
    }
    this.pid = pid;
    while (at < end && bytes[at] === BLANK) at++;
    return at;
  }

  #time(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && bytes[at] === BLANK) at++;
    const digits = at;
    let value = 0;
    while (at < end && isDigit(bytes[at]!)) value = value * 10 + bytes[at++]! - 0x30;
    if (at === digits) return start;
    if (bytes[at] === COLON) {
      const minutes = twoDigits(bytes, at + 1);
      const seconds = bytes[at + 3] === COLON ? twoDigits(bytes, at + 4) : -1;
      if (minutes < 0 || seconds < 0 || value > 23) return start;
      this.form = "day";
      this.seconds = value * 3600 + minutes * 60 + seconds;
      at = bytes[at + 6] === DOT ? this.#fractionAt(bytes, at + 7, end) : at + 6;
    } else if (bytes[at] === DOT) {
      this.form = value >= FIRST_UNIX_SECOND ? "unix" : "relative";
      this.seconds = value;
      at = this.#fractionAt(bytes, at + 1, end);
    } else if (bytes[at] === BLANK && value >= FIRST_UNIX_SECOND) {
      this.form = "unix";
      this.seconds = value;
    } else return start;
    while (at < end && bytes[at] === BLANK) at++;
    return bytes[at] === PARENTHESIS && bytes[at + 1] === PLUS ? this.#sinceLast(bytes, at, end) : at;
  }

  /** `(+     0.000284) ` */
  #sinceLast(bytes: Uint8Array, start: number, end: number): number {
    let at = start + 2;
    while (at < end && bytes[at] === BLANK) at++;
    let seconds = 0;
    while (at < end && isDigit(bytes[at]!)) seconds = seconds * 10 + bytes[at++]! - 0x30;
    const fraction = this.fraction;
    if (bytes[at] === DOT) at = this.#fractionAt(bytes, at + 1, end);
    else this.fraction = 0;
    if (bytes[at] === CLOSE_PARENTHESIS) this.sinceLastNs = seconds * 1e9 + this.fraction;
    this.fraction = fraction;
    for (at++; at < end && bytes[at] === BLANK; at++);
    return at;
  }

  #fractionAt(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    let unit = 1e9;
    let value = 0;
    for (; at < end && isDigit(bytes[at]!); at++) {
      unit /= 10;
      if (unit >= 1) value += (bytes[at]! - 0x30) * unit;
    }
    this.fraction = value;
    return at;
  }

  #brackets(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (bytes[at] === OPEN) {
      let stop = at + 1;
      while (stop < end && bytes[stop] === BLANK) stop++;
      const first = stop;
      while (stop < end && (hexDigit(bytes[stop]!) >= 0 || bytes[stop] === UNKNOWN_DIGIT)) stop++;
      if (bytes[stop] !== CLOSE || stop === first) return at;
      if (stop - first === 16) this.#ip(bytes, first);
      else {
        let value = 0;
        for (let i = first; i < stop; i++) value = value * 10 + bytes[i]! - 0x30;
        this.syscall = value;
      }
      for (at = stop + 1; at < end && bytes[at] === BLANK; at++);
    }
    return at;
  }

  #ip(bytes: Uint8Array, start: number): void {
    if (bytes[start] === UNKNOWN_DIGIT) return;
    for (let i = 0; i < 8; i++) this.ipHigh = (this.ipHigh << 4) | hexDigit(bytes[start + i]!);
    for (let i = 8; i < 16; i++) this.ipLow = (this.ipLow << 4) | hexDigit(bytes[start + i]!);
  }
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const [tens, ones] = [bytes[at] ?? 0, bytes[at + 1] ?? 0];
  return isDigit(tens) && isDigit(ones) ? (tens - 0x30) * 10 + ones - 0x30 : -1;
}

function kindOf(bytes: Uint8Array, at: number, end: number): LineKind {
  if (at >= end) return "other";
  const first = bytes[at]!;
  const isTriple = bytes[at + 1] === first && bytes[at + 2] === first && bytes[at + 3] === BLANK;
  if (first === MINUS) return isTriple ? "signal" : "other";
  if (first === PLUS) return isTriple ? "end" : "other";
  if (first === LESS) return startsWith(bytes, at, end, RESUMED) ? "resumed" : "other";
  let stop = at;
  while (stop < end && isWord(bytes[stop]!)) stop++;
  if (stop > at && bytes[stop] === PARENTHESIS) return "call";
  return startsWith(bytes, at, end, NOTICE) ? "notice" : "other";
}
