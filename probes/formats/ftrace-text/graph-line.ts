/** The columns of the function graph tracer: `TIME | CPU) COMM-PID | FLAGS MARK DURATION | CALL`. */
import { isDigit, NOT_A_NUMBER, readNumber, value } from "../text/number.ts";
import { skipBlanks } from "../text/head.ts";

const [BAR, OPEN, CLOSE, DASH, DOT, BLANK, SEMICOLON, BRACE, END_BRACE, SLASH, STAR, EQUALS, DIGIT_0] = [
  124, 40, 41, 45, 46, 32, 59, 123, 125, 47, 42, 61, 48,
];

export type CallKind = "entry" | "leaf" | "exit" | "comment" | "switch" | "none";

export interface GraphLine {
  kind: CallKind;
  /** -1: the line does not tell. */
  seconds: number;
  nanoseconds: number;
  cpu: number;
  pid: number;
  /** Of the task's name. */
  commStart: number;
  commEnd: number;
  /** Of the call, ns; -1: not told. */
  duration: number;
  depth: number;
  /** Of the function's name; equal: not told. */
  nameStart: number;
  nameEnd: number;
  /** Of what is in brackets behind the name. */
  argsStart: number;
  argsEnd: number;
  /** Of what is in the comment. */
  noteStart: number;
  noteEnd: number;
}

export const newGraphLine = (): GraphLine => ({
  kind: "none",
  seconds: -1,
  nanoseconds: 0,
  cpu: 0,
  pid: -1,
  commStart: 0,
  commEnd: 0,
  duration: -1,
  depth: 0,
  nameStart: 0,
  nameEnd: 0,
  argsStart: 0,
  argsEnd: 0,
  noteStart: 0,
  noteEnd: 0,
});

function find(bytes: Uint8Array, from: number, end: number, sign: number): number {
  let at = from;
  while (at < end && bytes[at] !== sign) at++;
  return at;
}

/** `12.315 us` in the column, whatever stands in front of it. */
function readDuration(bytes: Uint8Array, from: number, end: number, line: GraphLine): void {
  line.duration = -1;
  let at = end - 1;
  while (at > from && bytes[at] === BLANK) at--;
  if (bytes[at] !== 115 || bytes[at - 1] !== 117) return;
  at -= 2;
  while (at > from && bytes[at] === BLANK) at--;
  let [scale, ns, fraction] = [1, 0, 0];
  for (; at >= from && (isDigit(bytes[at]) || bytes[at] === DOT); at--) {
    if (bytes[at] === DOT) {
      fraction = ns / scale;
      [scale, ns] = [1, 0];
    } else {
      ns += (bytes[at]! - DIGIT_0) * scale;
      scale *= 10;
    }
  }
  line.duration = Math.round((ns + fraction) * 1000);
}

/** What follows the last bar: ` vfs_read() {`. False: no call and no comment. */
export function readCall(bytes: Uint8Array, from: number, end: number, line: GraphLine): boolean {
  const at = skipBlanks(bytes, from);
  line.depth = Math.max(0, (at - from - 2) >> 1);
  line.nameStart = line.nameEnd = line.argsStart = line.argsEnd = line.noteStart = line.noteEnd = at;
  if (at >= end) return false;
  // The comment is at the end.
  let last = end;
  while (last > at && bytes[last - 1] === BLANK) last--;
  if (bytes[last - 1] === SLASH && bytes[last - 2] === STAR) {
    let note = at;
    while (note + 1 < last && !(bytes[note] === SLASH && bytes[note + 1] === STAR)) note++;
    line.noteStart = Math.min(last, skipBlanks(bytes, note + 2));
    line.noteEnd = Math.max(line.noteStart, last - 2);
    while (line.noteEnd > line.noteStart && bytes[line.noteEnd - 1] === BLANK) line.noteEnd--;
    last = note;
    while (last > at && bytes[last - 1] === BLANK) last--;
  }
  if (last === at) {
    line.kind = "comment";
    return true;
  }
  if (bytes[at] === END_BRACE) {
    line.kind = "exit";
    return true;
  }
  const closing = bytes[last - 1];
  if (closing !== SEMICOLON && closing !== BRACE) return false;
  line.kind = closing === SEMICOLON ? "leaf" : "entry";
  const open = find(bytes, at, last, OPEN);
  line.nameEnd = open;
  while (line.nameEnd > at && bytes[line.nameEnd - 1] === BLANK) line.nameEnd--;
  line.argsStart = Math.min(last, open + 1);
  let close = last - 1;
  while (close > open && bytes[close] !== CLOSE) close--;
  line.argsEnd = Math.max(line.argsStart, close);
  return line.nameEnd > line.nameStart;
}

/** `+ 12.315 us |  }` as in trace-cmd report, from behind the event's name. */
export function readDurationAndCall(bytes: Uint8Array, from: number, end: number, line: GraphLine): boolean {
  const bar = find(bytes, from, end, BAR);
  if (bar === end) return false;
  readDuration(bytes, from, bar, line);
  return readCall(bytes, bar + 1, end, line);
}

/** ` bash-1234 ` at the end of a column: the pid, and where the name is; false: it is none. */
function readProcess(bytes: Uint8Array, from: number, end: number, line: GraphLine): boolean {
  let last = end;
  while (last > from && bytes[last - 1] === BLANK) last--;
  let first = last;
  while (first > from && isDigit(bytes[first - 1])) first--;
  if (first === last || first === from || bytes[first - 1] !== DASH) return false;
  let pid = 0;
  for (let at = first; at < last; at++) pid = pid * 10 + bytes[at]! - DIGIT_0;
  line.pid = pid | 0;
  line.commStart = skipBlanks(bytes, from);
  line.commEnd = first - 1;
  return line.commEnd > line.commStart;
}

/** ` 0)   bash-1234    =>   cat-1240` */
function readSwitch(bytes: Uint8Array, from: number, end: number, line: GraphLine): boolean {
  let at = from;
  while (at + 1 < end && !(bytes[at] === EQUALS && bytes[at + 1] === 62)) at++;
  if (at + 1 >= end || !readProcess(bytes, at + 2, end, line)) return false;
  line.kind = "switch";
  return true;
}

/** Reads a line of the tracer's own layout; false: it is none. */
export function readGraphLine(bytes: Uint8Array, start: number, end: number, line: GraphLine): boolean {
  line.seconds = -1;
  line.pid = -1;
  line.kind = "none";
  let at = skipBlanks(bytes, start);
  if (!isDigit(bytes[at])) return false;
  let whole = 0;
  for (; isDigit(bytes[at]); at++) whole = whole * 10 + bytes[at]! - DIGIT_0;
  if (bytes[at] === DOT) {
    let [fraction, scale] = [0, 1e9];
    for (at++; isDigit(bytes[at]); at++) {
      scale /= 10;
      fraction += (bytes[at]! - DIGIT_0) * scale;
    }
    at = skipBlanks(bytes, at);
    if (bytes[at] !== BAR) return false;
    line.seconds = whole;
    line.nanoseconds = Math.round(fraction);
    at = skipBlanks(bytes, at + 1);
    whole = 0;
    if (!isDigit(bytes[at])) return false;
    for (; isDigit(bytes[at]); at++) whole = whole * 10 + bytes[at]! - DIGIT_0;
  }
  if (bytes[at] !== CLOSE || whole > 65_535) return false;
  line.cpu = whole;
  let bar = find(bytes, at + 1, end, BAR);
  if (bar === end) return readSwitch(bytes, at + 1, end, line);
  let column = at + 1;
  if (readProcess(bytes, column, bar, line)) {
    column = bar + 1;
    bar = find(bytes, column, end, BAR);
    if (bar === end) return false;
  }
  readDuration(bytes, column, bar, line);
  return readCall(bytes, bar + 1, end, line);
}

/** The result in a comment, `ret=-22` or `= 0x10`, into `value`; false: none is told. */
export function readResult(bytes: Uint8Array, { noteStart, noteEnd }: GraphLine): boolean {
  for (let at = noteStart; at + 1 < noteEnd; at++) {
    if (bytes[at] !== EQUALS) continue;
    const isNamed = bytes[at - 1] === 116 && bytes[at - 2] === 101 && bytes[at - 3] === 114;
    if (!isNamed && bytes[at + 1] !== BLANK) continue;
    if (readNumber(bytes, skipBlanks(bytes, at + 1), noteEnd) !== NOT_A_NUMBER) return true;
  }
  return false;
}

/** The name behind a closing brace, `vfs_read ret=0x10` in its comment; false: there is none. */
export function readTail(bytes: Uint8Array, line: GraphLine): boolean {
  let at = line.noteStart;
  while (at < line.noteEnd && bytes[at] !== BLANK && bytes[at] !== EQUALS) at++;
  if (at === line.noteStart || bytes[at] === EQUALS || bytes[line.noteStart] === 60) return false;
  line.nameStart = line.noteStart;
  line.nameEnd = at;
  return true;
}

/** The values of `file=0xff…, count=4096, {…}` or `0x1, 0x2`, at most `into.length / 2` of them, as halves (low, high); returns how many. */
export function readArguments(bytes: Uint8Array, start: number, end: number, into: Int32Array): number {
  let count = 0;
  let at = skipBlanks(bytes, start);
  while (at < end && 2 * count < into.length) {
    let from = at;
    let comma = at;
    for (let depth = 0; comma < end; comma++) {
      const byte = bytes[comma]!;
      if (byte === EQUALS && from === at) from = comma + 1;
      else if (byte === OPEN || byte === BRACE || byte === 91) depth++;
      else if (byte === CLOSE || byte === END_BRACE || byte === 93) depth--;
      else if (byte === 44 && depth <= 0) break;
    }
    value.lo = value.hi = 0;
    readNumber(bytes, from, comma);
    into[2 * count] = value.lo;
    into[2 * count + 1] = value.hi;
    count++;
    at = skipBlanks(bytes, comma + 1);
  }
  return count;
}
