/** Heads of lines in latency format with the option `verbose` (kernel/trace/trace_output.c, trace_print_lat_context()). */
import { hexDigits, isDigit } from "../text/number.ts";
import { MOST_CPU, skipBlanks, type LineHead } from "../text/head.ts";

const [BLANK, OPEN, CLOSE, COLON, DOT, DIGIT_0, LETTER_M, LETTER_S] = [32, 91, 93, 58, 46, 48, 109, 115];
const COMM_COLUMNS = 16;
const PREEMPT_DIGITS = 8;

/** What was read last. */
let number = 0;

/** Digits behind blanks, with a blank behind them: where that is; -1: there are none. */
function readNumber(bytes: Uint8Array, from: number): number {
  const first = skipBlanks(bytes, from);
  let at = first;
  number = 0;
  for (; isDigit(bytes[at]); at++) number = number * 10 + bytes[at]! - DIGIT_0;
  return at > first && bytes[at] === BLANK ? at : -1;
}

function readHex(bytes: Uint8Array, from: number): number {
  let at = from;
  number = 0;
  for (; hexDigits[bytes[at]!]! >= 0; at++) number = number * 16 + hexDigits[bytes[at]!]!;
  return at > from ? at : -1;
}

/** `22.170ms`: behind it; -1: it is not there. */
function skipMilliseconds(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isDigit(bytes[at]) || bytes[at] === DOT) at++;
  return at > from && bytes[at] === LETTER_M && bytes[at + 1] === LETTER_S ? at + 2 : -1;
}

/**
 * `            true   21722   1 0 00000000 00000002 [1843c154c] 22.668ms (+0.018ms): body`: task, process, CPU, flags, preempt count, number of the
 * line; the time in microseconds, since the first line, and up to the next one. False: it is no such head.
 */
export function readVerboseHead(bytes: Uint8Array, start: number, end: number, head: LineHead): boolean {
  const commEnd = start + COMM_COLUMNS;
  if (commEnd >= end || bytes[commEnd] !== BLANK) return false;
  let at = readNumber(bytes, commEnd);
  if (at < 0) return false;
  const pid = number;
  at = readNumber(bytes, at);
  if (at < 0 || number > MOST_CPU) return false;
  const cpu = number;
  at = readNumber(bytes, at);
  if (at < 0 || number > 255) return false;
  const flags = number;
  const preemptAt = at + 1;
  at = readHex(bytes, preemptAt);
  if (at !== preemptAt + PREEMPT_DIGITS || bytes[at] !== BLANK) return false;
  const preempt = number & 255;
  at = readHex(bytes, at + 1);
  if (at < 0 || bytes[at] !== BLANK || bytes[at + 1] !== OPEN) return false;
  at = readHex(bytes, at + 2);
  if (at < 0 || bytes[at] !== CLOSE || bytes[at + 1] !== BLANK) return false;
  const micros = number;
  at = skipMilliseconds(bytes, at + 2);
  if (at < 0 || bytes[at] !== BLANK || bytes[at + 1] !== 40 || bytes[at + 2] !== 43) return false;
  at = skipMilliseconds(bytes, at + 3);
  if (at < 0 || bytes[at] !== 41 || bytes[at + 1] !== COLON || at + 2 > end) return false;
  head.commEnd = commEnd;
  head.commStart = Math.min(skipBlanks(bytes, start), commEnd);
  head.pid = pid | 0;
  head.tgid = -1;
  head.cpu = cpu;
  head.flags = flags;
  head.preempt = preempt;
  head.isRelative = false;
  head.isSeconds = true;
  head.seconds = Math.floor(micros / 1e6);
  head.nanoseconds = (micros % 1e6) * 1000;
  head.body = bytes[at + 2] === BLANK ? at + 3 : at + 2;
  return true;
}
