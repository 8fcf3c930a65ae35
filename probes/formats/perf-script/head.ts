/** Heads of lines of perf script: `COMM PID/TID [CPU] TIME: PERIOD EVENT:`, of which -F leaves parts out. */
import { isDigit } from "../text/number.ts";
import { isBlank, MOST_CPU, readTime, skipBlanks, type LineHead } from "../text/head.ts";

const [DASH, SLASH, OPEN, CLOSE, DIGIT_0] = [45, 47, 91, 93, 48];
/** tools/perf/builtin-script.c, perf_sample__fprintf_start() */
const isMiscLetter = new Uint8Array(256);
for (const letter of "KUHGgMESp") isMiscLetter[letter.charCodeAt(0)] = 1;

/** What was read last. */
let number = 0;

function readNumber(bytes: Uint8Array, from: number): number {
  let at = from;
  number = 0;
  let digit = bytes[at]! - DIGIT_0;
  while (digit >= 0 && digit <= 9) {
    number = number * 10 + digit;
    digit = bytes[++at]! - DIGIT_0;
  }
  return at;
}

/** Letters of perf_event_header.misc, `K`, `Sp`: what follows them; `from`: there are none. */
function skipMisc(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isMiscLetter[bytes[at]!] === 1) at++;
  return isBlank(bytes[at]) ? skipBlanks(bytes, at) : from;
}

/** The time of day, `2026-11-20 11:26:55.963349`: what follows it; `from`: there is none. */
function skipTimeOfDay(bytes: Uint8Array, from: number): number {
  if (bytes[from + 4] !== DASH || bytes[from + 7] !== DASH || !isBlank(bytes[from + 10])) return from;
  let at = skipBlanks(bytes, from + 10);
  while (at < bytes.length && !isBlank(bytes[at])) at++;
  return skipBlanks(bytes, at);
}

/** What stands in front of the time: `[001]`, and what -F misc and -F tod add. */
function readCpuAndTime(bytes: Uint8Array, from: number, head: LineHead): boolean {
  let at = from;
  head.cpu = 0;
  if (bytes[at] === OPEN) {
    at = readNumber(bytes, at + 1);
    if (bytes[at] !== CLOSE || number > MOST_CPU) return false;
    head.cpu = number;
    at = skipBlanks(bytes, at + 1);
  }
  at = readTime(bytes, skipTimeOfDay(bytes, skipMisc(bytes, at)), head);
  if (at < 0) return false;
  head.body = skipBlanks(bytes, at);
  return true;
}

/** `1234`, `1234/1235`, `-1`: what follows it, or -1. */
function readTask(bytes: Uint8Array, from: number, head: LineHead): number {
  const isNegative = bytes[from] === DASH;
  const first = isNegative ? from + 1 : from;
  let at = readNumber(bytes, first);
  if (at === first) return -1;
  head.tgid = -1;
  head.pid = isNegative ? -1 : number | 0;
  if (bytes[at] === SLASH) {
    at = bytes[at + 1] === DASH ? at + 2 : at + 1;
    const tid = readNumber(bytes, at);
    if (tid === at) return -1;
    head.tgid = head.pid;
    head.pid = number | 0;
    at = tid;
  }
  return isBlank(bytes[at]) ? skipBlanks(bytes, at) : -1;
}

/** Reads the head of the line at [start, end); false: it has none. */
export function readSampleHead(bytes: Uint8Array, start: number, end: number, head: LineHead): boolean {
  // Frames of a stack are indented by a tab.
  if (bytes[start] === 9) return false;
  let at = skipBlanks(bytes, start);
  head.commStart = at;
  head.flags = 0;
  head.preempt = 0;
  for (let word = at; word < end;) {
    const digits = bytes[word] === DASH ? word + 1 : word;
    if (isDigit(bytes[digits]) || bytes[word] === OPEN) {
      const behind = bytes[word] === OPEN ? -1 : readTask(bytes, word, head);
      if (behind >= 0 && readCpuAndTime(bytes, behind, head)) {
        trimComm(bytes, word, head);
        return head.body <= end;
      }
      // Without pid and tid.
      if (readCpuAndTime(bytes, word, head)) {
        trimComm(bytes, word, head);
        head.pid = -1;
        head.tgid = -1;
        return head.body <= end;
      }
    }
    at = word;
    while (at < end && !isBlank(bytes[at])) at++;
    word = skipBlanks(bytes, at);
  }
  return false;
}

function trimComm(bytes: Uint8Array, word: number, head: LineHead): void {
  let end = word;
  while (end > head.commStart && isBlank(bytes[end - 1])) end--;
  head.commEnd = end;
}
