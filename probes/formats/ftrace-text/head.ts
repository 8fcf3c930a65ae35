/** Heads of lines of a `trace` file, of trace_pipe and of trace-cmd report: `COMM-PID (TGID) [CPU] FLAGS TIME:`. */
import { isDigit } from "../text/number.ts";
import { MOST_CPU, readTime, skipBlanks, type LineHead } from "../text/head.ts";
import { readVerboseHead } from "./verbose-head.ts";

const [DASH, OPEN, CLOSE, OPEN_PAREN, CLOSE_PAREN, BLANK, DIGIT_0, COLON, DOT, PLUS] = [45, 91, 93, 40, 41, 32, 48, 58, 46, 43];
/** Names of tasks are right-aligned to so many columns; cut to fewer in latency format. */
const COMM_COLUMNS = 16;
const LATENCY_COLUMNS = 8;

/** Letters of the first three columns, and what they mean in common_flags (include/linux/trace_events.h, trace_print_lat_fmt()). */
function letterFlags(letters: Readonly<Record<string, number>>): Int16Array {
  const flags = new Int16Array(256).fill(-1);
  for (const [letter, bits] of Object.entries(letters)) flags[letter.charCodeAt(0)] = bits;
  return flags;
}
const IRQS_OFF = 0x01;
const BH_OFF = 0x80;
const NEED_RESCHED = 0x04;
const PREEMPT_RESCHED = 0x20;
const NEED_RESCHED_LAZY = 0x02;
const HARD = 0x08;
const SOFT = 0x10;
const NMI = 0x40;
const irqs = letterFlags({ ".": 0, d: IRQS_OFF, b: BH_OFF, D: IRQS_OFF | BH_OFF, X: 0x02 });
const resched = letterFlags({
  ".": 0,
  n: NEED_RESCHED,
  p: PREEMPT_RESCHED,
  N: NEED_RESCHED | PREEMPT_RESCHED,
  l: NEED_RESCHED_LAZY,
  b: NEED_RESCHED | NEED_RESCHED_LAZY,
  g: PREEMPT_RESCHED | NEED_RESCHED_LAZY,
  L: PREEMPT_RESCHED | NEED_RESCHED_LAZY,
  B: NEED_RESCHED | PREEMPT_RESCHED | NEED_RESCHED_LAZY,
});
const context = letterFlags({ ".": 0, Z: NMI | HARD, z: NMI, H: HARD | SOFT, h: HARD, s: SOFT, "#": SOFT });
/** What uprobes of some kernels have in place of the flags: `DNZff`. */
const NO_FLAGS = 0xff;

const depth = (byte: number): number => {
  if (byte >= DIGIT_0 && byte <= DIGIT_0 + 9) return byte - DIGIT_0;
  return byte >= 97 && byte <= 102 ? byte - 87 : byte === DOT ? 0 : -1;
};

/** `d..2.` or `d..2`: where they end; -1: there are none. */
function readFlags(bytes: Uint8Array, from: number, head: LineHead): number {
  const first = irqs[bytes[from]!]!;
  const second = resched[bytes[from + 1]!]!;
  const third = context[bytes[from + 2]!]!;
  if (first < 0 || second < 0 || third < 0) return -1;
  const preempt = depth(bytes[from + 3]!);
  if (preempt < 0) return -1;
  const migrate = depth(bytes[from + 4]!);
  head.preempt = migrate < 0 ? preempt : (migrate << 4) | preempt;
  head.flags = first | second | third;
  if (head.preempt === NO_FLAGS && bytes[from] === 68 && bytes[from + 1] === 78 && bytes[from + 2] === 90) head.flags = NO_FLAGS;
  return migrate < 0 ? from + 4 : from + 5;
}

/** The dash in front of the pid where it is not in its column: names that are cut, lines that were indented otherwise. */
function findDash(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    if (bytes[at] !== DASH || !isDigit(bytes[at + 1])) continue;
    let next = at + 1;
    while (isDigit(bytes[next])) next++;
    if (bytes[next] !== BLANK) continue;
    next = skipBlanks(bytes, next);
    if (bytes[next] === OPEN && isDigit(bytes[next + 1])) return at;
    if (bytes[next] === OPEN_PAREN && (isDigit(bytes[next + 1]) || bytes[next + 1] === BLANK || bytes[next + 1] === DASH)) return at;
    if (isDigit(bytes[next]) && at - start <= COMM_COLUMNS) return at;
  }
  return -1;
}

/** What the column of the process has: `( 1234)`, `(-----)`. */
function readTgid(bytes: Uint8Array, from: number, head: LineHead): number {
  let at = skipBlanks(bytes, from);
  let tgid = 0;
  const first = at;
  for (; isDigit(bytes[at]); at++) tgid = tgid * 10 + bytes[at]! - DIGIT_0;
  head.tgid = at === first ? -1 : tgid | 0;
  while (bytes[at] === DASH || bytes[at] === BLANK) at++;
  return bytes[at] === CLOSE_PAREN ? skipBlanks(bytes, at + 1) : -1;
}

/** Reads the head of the line at [start, end); false: it has none, so it belongs to the line before it or to none. */
export function readTraceHead(bytes: Uint8Array, start: number, end: number, head: LineHead): boolean {
  let at = start + COMM_COLUMNS;
  if (at >= end || bytes[at] !== DASH || !isDigit(bytes[at + 1])) {
    at = bytes[start + LATENCY_COLUMNS] === DASH && isDigit(bytes[start + LATENCY_COLUMNS + 1]) ? start + LATENCY_COLUMNS : -1;
    if (at < 0 && readVerboseHead(bytes, start, end, head)) return true;
    if (at < 0) at = findDash(bytes, start, end);
    if (at < 0) return false;
  }
  head.commEnd = at;
  let commStart = Math.max(start, at - COMM_COLUMNS);
  while (commStart < at && bytes[commStart] === BLANK) commStart++;
  head.commStart = commStart;
  let pid = 0;
  let digit = bytes[++at]! - DIGIT_0;
  while (digit >= 0 && digit <= 9) {
    pid = pid * 10 + digit;
    digit = bytes[++at]! - DIGIT_0;
  }
  head.pid = pid | 0;
  head.tgid = -1;
  head.flags = 0;
  head.preempt = 0;
  head.isRelative = false;
  at = skipBlanks(bytes, at);
  if (bytes[at] === OPEN_PAREN) {
    at = readTgid(bytes, at + 1, head);
    if (at < 0) return false;
  }
  return bytes[at] === OPEN ? readBehindCpu(bytes, at + 1, end, head) : readLatency(bytes, at, end, head);
}

function readCpu(bytes: Uint8Array, from: number, head: LineHead): number {
  let at = from;
  let cpu = 0;
  let digit = bytes[at]! - DIGIT_0;
  while (digit >= 0 && digit <= 9) {
    cpu = cpu * 10 + digit;
    digit = bytes[++at]! - DIGIT_0;
  }
  if (at === from || cpu > MOST_CPU) return -1;
  head.cpu = cpu;
  return at;
}

/** Behind `trace-cmd report --ts-diff`'s `(+82)   `, the time since the line before. */
function skipDifference(bytes: Uint8Array, from: number): number {
  if (bytes[from] !== OPEN_PAREN || (bytes[from + 1] !== PLUS && bytes[from + 1] !== DASH)) return from;
  let at = from + 2;
  while (isDigit(bytes[at])) at++;
  return bytes[at] === CLOSE_PAREN ? skipBlanks(bytes, at + 1) : from;
}

function readBehindCpu(bytes: Uint8Array, from: number, end: number, head: LineHead): boolean {
  let at = readCpu(bytes, from, head);
  if (at < 0 || bytes[at] !== CLOSE) return false;
  at = skipBlanks(bytes, at + 1);
  if (!isDigit(bytes[at])) {
    at = readFlags(bytes, at, head);
    if (at < 0) return false;
    at = skipBlanks(bytes, at);
  }
  at = readTime(bytes, at, head);
  if (at < 0 || at > end) return false;
  head.body = skipDifference(bytes, bytes[at] === BLANK ? at + 1 : at);
  return true;
}

/** `1d..2. 262754us : body`: time since the first record, with a mark for the gap that follows; or `0d..2.  1242.934204: body`. */
function readLatency(bytes: Uint8Array, from: number, end: number, head: LineHead): boolean {
  let at = readCpu(bytes, from, head);
  if (at < 0) return false;
  at = readFlags(bytes, at, head);
  if (at < 0) return false;
  at = skipBlanks(bytes, at);
  const absolute = readTime(bytes, at, head);
  if (absolute >= 0 && absolute <= end) {
    head.body = skipDifference(bytes, bytes[absolute] === BLANK ? absolute + 1 : absolute);
    return true;
  }
  let micros = 0;
  const first = at;
  for (; isDigit(bytes[at]); at++) micros = micros * 10 + bytes[at]! - DIGIT_0;
  if (at === first || bytes[at] !== 117 || bytes[at + 1] !== 115) return false;
  at += 2;
  // The mark is one character, or a blank.
  if (bytes[at] !== COLON) at++;
  if (bytes[at] !== COLON || at >= end) return false;
  head.isRelative = true;
  head.isSeconds = true;
  head.seconds = Math.floor(micros / 1e6);
  head.nanoseconds = (micros % 1e6) * 1000;
  head.body = bytes[at + 1] === BLANK ? at + 2 : at + 1;
  return true;
}
