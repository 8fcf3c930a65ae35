/** Lines of a `trace` file, of trace_pipe, and of trace-cmd report. */
import type { EventBook } from "../text/event-book.ts";
import { isBlank, skipBlanks } from "../text/head.ts";
import * as lines from "../text/line.ts";
import type { ReadLine, TextLine } from "../text/line.ts";
import type { GraphLines } from "./graph-clock.ts";
import { readTraceHead } from "./head.ts";

const [HASH, BLANK, COLON, OPEN_PAREN, CLOSE_PAREN, LESS, MINUS, EQUALS, GREATER] = [35, 32, 58, 40, 41, 60, 45, 61, 62];
const latin1 = new TextDecoder("latin1");

const wordAt = (bytes: Uint8Array, at: number, word: string): boolean => {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false;
  return true;
};

/** `CPU:1 [LOST 2244 EVENTS]`, `CPU:0 [LOST EVENTS]`, `CPU:0 [EVENTS DROPPED]`, `CPU:0 [123 EVENTS DROPPED]` */
function readLoss(bytes: Uint8Array, start: number, end: number, line: TextLine): number {
  const text = latin1.decode(bytes.subarray(start, Math.min(end, start + 100)));
  const found = /^CPU:\s*\d+ \[(?:LOST )?(?:(\d{1,15}) )?EVENTS(?: DROPPED)?\]/.exec(text);
  if (found === null) return lines.NOTHING;
  line.lost = found[1] === undefined ? null : Number(found[1]);
  return lines.LOST;
}

/** Lines without a head: frames of stacks, losses, headers. */
function readOther(bytes: Uint8Array, start: number, end: number, line: TextLine): number {
  const at = skipBlanks(bytes, start);
  if (bytes[at] === EQUALS && bytes[at + 1] === GREATER && at < end) {
    line.from = skipBlanks(bytes, at + 2);
    line.to = end;
    return lines.FRAME;
  }
  return wordAt(bytes, start, "CPU:") ? readLoss(bytes, start, end, line) : lines.NOTHING;
}

/** What stands at [from, to) behind the name of an event of the tracers themselves. */
const ownNames: Readonly<Record<string, number>> = {
  "tracing_mark_write:": lines.PRINT,
  "print:": lines.PRINT,
  "bprint:": lines.PRINT,
  "bputs:": lines.PRINT,
  "kernel_stack:": lines.KERNEL_STACK,
  "user_stack:": lines.USER_STACK,
  "function:": lines.FUNCTION,
  "funcgraph_entry:": lines.GRAPH,
  "funcgraph_exit:": lines.GRAPH,
};

function ownKind(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > 20) return lines.NOTHING;
  const name = latin1.decode(bytes.subarray(start, end));
  return Object.hasOwn(ownNames, name) ? ownNames[name]! : lines.NOTHING;
}

/** Whether ` <-` is somewhere in the text: the function tracer's. */
function hasArrow(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from + 1; at + 1 < to; at++) if (bytes[at] === LESS && bytes[at + 1] === MINUS && bytes[at - 1] === BLANK) return true;
  return false;
}

/** The event whose text begins at `line.from`, named at [nameStart, nameEnd] with the sign behind it. */
function readNamed(bytes: Uint8Array, end: number, line: TextLine, book: EventBook, name: number, sign: number): number {
  line.nameStart = name;
  line.nameEnd = sign + 1;
  const event = book.find(bytes, name, sign + 1);
  line.event = event;
  line.to = end;
  const byte = bytes[sign];
  if (byte === COLON) {
    line.from = skipBlanks(bytes, sign + 1);
    if (event !== null) return lines.EVENT;
    const kind = ownKind(bytes, name, sign + 1);
    if (kind === lines.NOTHING) return hasArrow(bytes, line.from, end) && bytes[sign + 1] !== BLANK ? lines.FUNCTION : lines.UNKNOWN;
    if (kind === lines.PRINT && bytes[sign + 1] === BLANK && bytes[name] === 116) line.from = sign + 2;
    return kind;
  }
  // Functions that the tracer shows with their arguments end with their caller.
  const isCall = event !== null || (wordAt(bytes, name, "sys_") && !hasArrow(bytes, name, end));
  if (isCall && byte === OPEN_PAREN && (event !== null || bytes[end - 1] === CLOSE_PAREN)) {
    line.from = sign + 1;
    line.to = bytes[end - 1] === CLOSE_PAREN ? end - 1 : end;
    return event === null ? lines.UNKNOWN : lines.EVENT;
  }
  // `sys_read -> 0x1`
  if (isCall && byte === BLANK && bytes[sign + 1] === MINUS && bytes[sign + 2] === GREATER) {
    line.from = sign + 4;
    return event === null ? lines.UNKNOWN : lines.EVENT;
  }
  line.from = name;
  return hasArrow(bytes, name, end) ? lines.FUNCTION : lines.NOTHING;
}

function readBody(bytes: Uint8Array, from: number, end: number, line: TextLine, book: EventBook): number {
  if (bytes[from] === LESS) {
    if (wordAt(bytes, from, "<stack trace")) return lines.KERNEL_STACK;
    return wordAt(bytes, from, "<user stack trace") ? lines.USER_STACK : lines.NOTHING;
  }
  const name = skipBlanks(bytes, from);
  for (let at = name; at < end; at++) {
    const byte = bytes[at]!;
    if (byte !== COLON && byte !== OPEN_PAREN && byte !== BLANK) continue;
    return readNamed(bytes, end, line, book, name, at);
  }
  return lines.NOTHING;
}

/** Reads lines of a trace; `graph` those of the graph tracer's own layout. */
export function traceLines(graph: GraphLines): ReadLine {
  return (bytes, start, end, line, book) => {
    if (bytes[start] === HASH || start === end) return lines.NOTHING;
    line.from = end;
    line.to = end;
    if (readTraceHead(bytes, start, end, line.head)) return readBody(bytes, line.head.body, end, line, book);
    const other = readOther(bytes, start, end, line);
    return other === lines.NOTHING ? graph.read(bytes, start, end, line, book, readBody) : other;
  };
}

/** Without heads (`nocontext-info`): bodies alone. */
export const readBareLine: ReadLine = (bytes, start, end, line, book) => {
  if (bytes[start] === HASH || start === end) return lines.NOTHING;
  line.from = end;
  line.to = end;
  const other = isBlank(bytes[start]) || wordAt(bytes, start, "CPU:") ? readOther(bytes, start, end, line) : lines.NOTHING;
  if (other !== lines.NOTHING) return other;
  line.head.pid = -1;
  return readBody(bytes, start, end, line, book);
};
