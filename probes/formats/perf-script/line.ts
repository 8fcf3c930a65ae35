/** Lines of perf script. */
import type { EventBook } from "../text/event-book.ts";
import { isBlank, skipBlanks } from "../text/head.ts";
import * as lines from "../text/line.ts";
import type { TextLine } from "../text/line.ts";
import { isDigit, readDecimal, value } from "../text/number.ts";
import type { DeltaClock } from "./delta-clock.ts";
import { readSampleHead } from "./head.ts";

const [HASH, COLON, TAB, BLANK] = [35, 58, 9, 32];

/** `PERF_RECORD_` */
const RECORD = Uint8Array.from("PERF_RECORD_", (c) => c.charCodeAt(0));
const TWO_32 = 2 ** 32;

export function isOwnRecord(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < RECORD.length; i++) if (bytes[at + i] !== RECORD[i]) return false;
  return true;
}

/** ` ABI:` */
const ABI = Uint8Array.from(" ABI:", (c) => c.charCodeAt(0));

/**
 * Where the event's own text ends: registers may follow (-F iregs,uregs), ` ABI:2    AX:0x0    BX:0x0 `, each with a blank behind it
 * (tools/perf/builtin-script.c, perf_sample__fprintf_regs()).
 */
function endOfText(bytes: Uint8Array, from: number, end: number): number {
  if (bytes[end - 1] !== BLANK) return end;
  for (let at = from - 1; at + ABI.length < end; at++) {
    let same = 0;
    while (same < ABI.length && bytes[at + same] === ABI[same]) same++;
    if (same === ABI.length && isDigit(bytes[at + same])) return Math.max(at, from);
  }
  return end;
}

function readEvent(bytes: Uint8Array, end: number, line: TextLine, book: EventBook): number {
  let at = line.head.body;
  line.period = 0;
  const behind = isDigit(bytes[at]) ? readDecimal(bytes, at, end) : -1;
  if (behind >= 0 && isBlank(bytes[behind])) {
    line.period = (value.hi >>> 0) * TWO_32 + (value.lo >>> 0);
    at = skipBlanks(bytes, behind);
  }
  if (at >= end) return lines.NOTHING;
  if (bytes[at] === RECORD[0] && isOwnRecord(bytes, at)) {
    line.from = at;
    line.to = end;
    return lines.TASK;
  }
  const name = at;
  while (at < end && bytes[at] !== BLANK) at++;
  if (bytes[at - 1] !== COLON) return lines.NOTHING;
  line.nameStart = name;
  line.nameEnd = at;
  line.from = Math.min(end, skipBlanks(bytes, at));
  line.to = endOfText(bytes, line.from, end);
  line.event = book.find(bytes, name, at);
  if (line.event !== null) return lines.EVENT;
  // `sched:sched_switch:` has a category, `cycles:` and `cycles:u:` have none.
  return isModifier(bytes, name, at) || isWatchpoint(bytes, name) ? lines.SAMPLE : lines.UNKNOWN;
}

/** Whether the name has one colon only, or letters of perf's event modifiers behind the first. */
function isModifier(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (bytes[at] !== COLON) at++;
  for (at++; at < end - 1; at++) if (!"ukhHGIppPSDWe".includes(String.fromCharCode(bytes[at]!))) return false;
  return true;
}

/** `mem:0x` */
const WATCHPOINT = Uint8Array.from("mem:0x", (c) => c.charCodeAt(0));

function isWatchpoint(bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < WATCHPOINT.length; i++) if (bytes[start + i] !== WATCHPOINT[i]) return false;
  return true;
}

/** Where in its source a frame's code is, `  read.c:26` behind the frame (-F +srcline). */
export const isSourceLine = (bytes: Uint8Array, start: number): boolean =>
  bytes[start] === BLANK && bytes[start + 1] === BLANK && bytes[start + 2] !== BLANK;

function readScriptLine(bytes: Uint8Array, start: number, end: number, line: TextLine, book: EventBook, clock: DeltaClock): number {
  if (start === end || bytes[start] === HASH) return lines.NOTHING;
  line.from = end;
  line.to = end;
  // Frames come behind blanks: an address of up to 16 digits, its symbol, its file.
  if (bytes[start] === TAB) {
    line.from = skipBlanks(bytes, start);
    line.to = end;
    return lines.FRAME;
  }
  // A frame without an address adds none.
  if (!readSampleHead(bytes, start, end, line.head)) return isSourceLine(bytes, start) ? lines.FRAME : lines.NOTHING;
  clock.pass(line.head);
  return readEvent(bytes, end, line, book);
}

export const scriptLines =
  (clock: DeltaClock): lines.ReadLine =>
  (bytes, start, end, line, book) =>
    readScriptLine(bytes, start, end, line, book, clock);
