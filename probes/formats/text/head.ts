/** What stands in front of the body of a line. */

export interface LineHead {
  /** Of the task's name, in the line's buffer; equal: there is none. */
  commStart: number;
  commEnd: number;
  /** Thread id; -1: the line tells none. */
  pid: number;
  /** Process id; -1: the line tells none. */
  tgid: number;
  cpu: number;
  /** As in a record's common fields. */
  flags: number;
  preempt: number;
  seconds: number;
  /** Below one second. */
  nanoseconds: number;
  /** The time was written as seconds with a dot, not as a count of the clock. */
  isSeconds: boolean;
  /** The time counts from the first event, not from the clock's zero. */
  isRelative: boolean;
  /** Where the text behind the time begins. */
  body: number;
}

/** Maps have room for every CPU that a text tells of: a line with a higher number is damaged. */
export const MOST_CPU = 4095;

export const newHead = (): LineHead => ({
  commStart: 0,
  commEnd: 0,
  pid: -1,
  tgid: -1,
  cpu: 0,
  flags: 0,
  preempt: 0,
  seconds: 0,
  nanoseconds: 0,
  isSeconds: true,
  isRelative: false,
  body: 0,
});

const [DIGIT_0, DOT, COLON, BLANK, TAB] = [48, 46, 58, 32, 9];
const BILLION = 1e9;
/** What makes nanoseconds of so many digits behind the dot. */
const scales = [1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 10, 1];
const MOST_DIGITS = 19;

export const isBlank = (byte: number | undefined): boolean => byte === BLANK || byte === TAB;

export function skipBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === BLANK || bytes[at] === TAB) at++;
  return at;
}

/** A time with its colon, `12.345678:`; without a dot it is a count of the clock. Where the text behind it begins; -1: there is no time. */
export function readTime(bytes: Uint8Array, from: number, head: LineHead): number {
  let at = from;
  let whole = 0;
  let digit = bytes[at]! - DIGIT_0;
  while (digit >= 0 && digit <= 9) {
    whole = whole * 10 + digit;
    digit = bytes[++at]! - DIGIT_0;
  }
  if (at === from || at - from > MOST_DIGITS) return -1;
  head.isSeconds = bytes[at] === DOT;
  if (bytes[at] === COLON) {
    head.seconds = Math.floor(whole / BILLION);
    head.nanoseconds = whole - head.seconds * BILLION;
    return at + 1;
  }
  if (bytes[at] !== DOT) return -1;
  const fraction = ++at;
  let part = 0;
  digit = bytes[at]! - DIGIT_0;
  while (digit >= 0 && digit <= 9) {
    part = part * 10 + digit;
    digit = bytes[++at]! - DIGIT_0;
  }
  const scale = scales[at - fraction];
  if (bytes[at] !== COLON || scale === undefined) return -1;
  head.seconds = whole;
  head.nanoseconds = part * scale;
  return at + 1;
}
