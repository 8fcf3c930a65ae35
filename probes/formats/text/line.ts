/** What a line of text is, as the formats tell their lines apart for the source that makes records of them. */
import type { EventBook } from "./event-book.ts";
import { newHead, type LineHead } from "./head.ts";
import type { NamedEvent } from "./named-event.ts";

/** Headers, blank lines, what is not understood. */
export const NOTHING = 0;
/** Of a name that the book knows: `event`, with its text at [from, to). */
export const EVENT = 1;
/** Of a name that it does not know yet, at [nameStart, nameEnd) with its sign (a colon, or of system calls `(` and a blank); its text at [from, to). */
export const UNKNOWN = 2;
/** A stack begins, of the event before. */
export const KERNEL_STACK = 3;
export const USER_STACK = 4;
/** A frame of the stack at hand, at [from, to). */
export const FRAME = 5;
/** Events were lost: `lost` of them. */
export const LOST = 6;
/** Function tracer: `func <-parent` at [from, to). */
export const FUNCTION = 7;
/** Function graph: what happens to the task's stack of calls is at [from, to). */
export const GRAPH = 8;
/** Free text written by a program, at [from, to); who wrote it is at [nameStart, nameEnd). */
export const PRINT = 9;
/** A sample of something counted, named at [nameStart, nameEnd); its address at [from, to). */
export const SAMPLE = 10;
/** What perf tells of tasks and mappings, at [from, to). */
export const TASK = 11;

/** Nothing of a recording's, as is known. */
export const ASIDE = 12;

export interface TextLine {
  readonly head: LineHead;
  event: NamedEvent | null;
  nameStart: number;
  nameEnd: number;
  from: number;
  to: number;
  /** null: an unknown number. */
  lost: number | null;
  /** Of a sample: what it counted since the one before; 0: not told. */
  period: number;
}

export const newLine = (): TextLine => ({
  head: newHead(),
  event: null,
  nameStart: 0,
  nameEnd: 0,
  from: 0,
  to: 0,
  lost: null,
  period: 0,
});

/** Tells the line at [start, end) apart, and fills `line` with its parts; returns one of the numbers above. */
export type ReadLine = (bytes: Uint8Array, start: number, end: number, line: TextLine, book: EventBook) => number;
