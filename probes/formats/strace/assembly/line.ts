/**
 * The head of a line: `[pid 12] `, `12 `, `12<comm> `, the time in one of its forms, `[ 257] ` (-n), `[00007ffa542abb1d] ` (-i); and what follows.
 * Source: strace 6.1, printleader() and manual page.
 */
import {
  FORM_DAY,
  FORM_NONE,
  FORM_RELATIVE,
  FORM_UNIX,
  KIND_CALL,
  KIND_END,
  KIND_FRAME,
  KIND_NOTICE,
  KIND_OTHER,
  KIND_RESUMED,
  KIND_SIGNAL,
  STATE,
  STATE_BODY,
  STATE_COMM_END,
  STATE_COMM_START,
  STATE_FORM,
  STATE_FRACTION,
  STATE_IP_HIGH,
  STATE_IP_LOW,
  STATE_KIND,
  STATE_NAME,
  STATE_NAME_END,
  STATE_PID,
  STATE_SECONDS,
  STATE_SINCE_LAST,
  STATE_SYSCALL,
} from "./layout";
import { call_named } from "./names";
import {
  at,
  BLANK,
  CLOSE,
  CLOSE_BRACKET,
  COLON,
  DOT,
  four,
  GREATER,
  hexDigit,
  isDigit,
  LESS,
  MINUS,
  OPEN,
  OPEN_BRACKET,
  PLUS,
  QUESTION,
  skipBlanks,
  wordEnd,
} from "./text";

/** Seconds that are no time between two lines: strace is older than relative times of three years. */
const FIRST_UNIX_SECOND: u64 = 100_000_000;
const NS_DIGITS: usize = 9;
const PID_DIGITS: usize = 10;
const IP_DIGITS: usize = 16;
/** `[pid`, `<...`, `stra`, `ce: ` as four bytes. */
const PID: u32 = 0x6469705b;
const RESUMED: u32 = 0x2e2e2e3c;
const STRA: u32 = 0x61727473;
const CE: u32 = 0x203a6563;

// @inline
function set(field: usize, value: u32): void {
  store<u32>(STATE + field, value);
}

/** Reads the head of the line at [start, end), behind which are bytes that may be looked at. Returns what kind of line it is. */
export function line(start: usize, end: usize): u32 {
  set(STATE_PID, -1);
  set(STATE_COMM_START, 0);
  set(STATE_COMM_END, 0);
  set(STATE_FORM, FORM_NONE);
  store<f64>(STATE + STATE_SECONDS, 0);
  set(STATE_FRACTION, 0);
  store<f64>(STATE + STATE_SINCE_LAST, -1);
  set(STATE_SYSCALL, -1);
  set(STATE_IP_LOW, 0);
  set(STATE_IP_HIGH, 0);
  set(STATE_BODY, start);
  let found = KIND_FRAME;
  if (!(start + 2 < end && at(start) == BLANK && at(start + 1) == GREATER && at(start + 2) == BLANK)) {
    const body = brackets(time(pid(start, end), end), end);
    set(STATE_BODY, body);
    found = kindOf(body, end);
  }
  set(STATE_KIND, found);
  return found;
}

function pid(start: usize, end: usize): usize {
  const isBracket = four(start) == PID;
  let place = isBracket ? skipBlanks(start + 4, end) : start;
  let number: u64 = 0;
  const digits = place;
  while (place < end && isDigit(at(place))) number = number * 10 + (at(place++) - 0x30);
  const next = place < end ? at(place) : 0;
  if (place == digits || place - digits > PID_DIGITS) return start;
  if (!isBracket && next != BLANK && next != LESS) return start;
  if (next == LESS) {
    set(STATE_COMM_START, place + 1);
    for (place++; place < end; place++) {
      if (at(place) == GREATER && (at(place + 1) == BLANK || at(place + 1) == CLOSE_BRACKET)) break;
    }
    set(STATE_COMM_END, place++);
  }
  if (isBracket) {
    if (at(place) != CLOSE_BRACKET) return start;
    place++;
  }
  set(STATE_PID, <u32>number);
  return skipBlanks(place, end);
}

function time(start: usize, end: usize): usize {
  let place = skipBlanks(start, end);
  const digits = place;
  let value: u64 = 0;
  while (place < end && isDigit(at(place))) value = value * 10 + (at(place++) - 0x30);
  if (place == digits) return start;
  const next = at(place);
  if (next == COLON) {
    const minutes = twoDigits(place + 1);
    const seconds = at(place + 3) == COLON ? twoDigits(place + 4) : -1;
    if (minutes < 0 || seconds < 0 || value > 23) return start;
    tell(FORM_DAY, value * 3600 + minutes * 60 + seconds);
    place = at(place + 6) == DOT ? fractionAt(place + 7, end) : place + 6;
  } else if (next == DOT) {
    tell(value >= FIRST_UNIX_SECOND ? FORM_UNIX : FORM_RELATIVE, value);
    place = fractionAt(place + 1, end);
  } else if (next == BLANK && value >= FIRST_UNIX_SECOND) {
    tell(FORM_UNIX, value);
  } else return start;
  place = skipBlanks(place, end);
  return at(place) == OPEN && at(place + 1) == PLUS ? sinceLast(place, end) : place;
}

function tell(form: u32, seconds: u64): void {
  set(STATE_FORM, form);
  store<f64>(STATE + STATE_SECONDS, <f64>seconds);
}

/** `(+     0.000284) ` */
function sinceLast(start: usize, end: usize): usize {
  let place = skipBlanks(start + 2, end);
  let seconds: u64 = 0;
  while (place < end && isDigit(at(place))) seconds = seconds * 10 + (at(place++) - 0x30);
  const fraction = load<u32>(STATE + STATE_FRACTION);
  if (at(place) == DOT) place = fractionAt(place + 1, end);
  else set(STATE_FRACTION, 0);
  if (at(place) == CLOSE) store<f64>(STATE + STATE_SINCE_LAST, <f64>seconds * 1e9 + <f64>load<u32>(STATE + STATE_FRACTION));
  set(STATE_FRACTION, fraction);
  return skipBlanks(place + 1, end);
}

function fractionAt(start: usize, end: usize): usize {
  let place = start;
  let value: u32 = 0;
  const known = min<usize>(end, start + NS_DIGITS);
  for (; place < known && isDigit(at(place)); place++) value = value * 10 + (at(place) - 0x30);
  for (let digits = place - start; digits < NS_DIGITS; digits++) value *= 10;
  set(STATE_FRACTION, value);
  while (place < end && isDigit(at(place))) place++;
  return place;
}

function brackets(start: usize, end: usize): usize {
  let place = start;
  while (at(place) == OPEN_BRACKET) {
    const first = skipBlanks(place + 1, end);
    let stop = first;
    while (stop < end && (hexDigit(at(stop)) >= 0 || at(stop) == QUESTION)) stop++;
    if (at(stop) != CLOSE_BRACKET || stop == first) return place;
    if (stop - first == IP_DIGITS) instructionPointer(first);
    else {
      let value: u32 = 0;
      for (let digit = first; digit < stop; digit++) value = value * 10 + (at(digit) - 0x30);
      set(STATE_SYSCALL, value);
    }
    place = skipBlanks(stop + 1, end);
  }
  return place;
}

function instructionPointer(start: usize): void {
  let value: u64 = 0;
  for (let digit: usize = 0; digit < IP_DIGITS; digit++) {
    // `[????????????????]`
    if (at(start + digit) == QUESTION) return;
    value = (value << 4) | hexDigit(at(start + digit));
  }
  set(STATE_IP_LOW, <u32>value);
  set(STATE_IP_HIGH, <u32>(value >>> 32));
}

function twoDigits(place: usize): i32 {
  const tens = at(place) - 0x30;
  const ones = at(place + 1) - 0x30;
  return tens <= 9 && ones <= 9 ? tens * 10 + ones : -1;
}

function kindOf(body: usize, end: usize): u32 {
  if (body >= end) return KIND_OTHER;
  const first = at(body);
  const isTriple = at(body + 1) == first && at(body + 2) == first && at(body + 3) == BLANK;
  if (first == MINUS) return isTriple ? KIND_SIGNAL : KIND_OTHER;
  if (first == PLUS) return isTriple ? KIND_END : KIND_OTHER;
  if (first == LESS) return end - body >= 5 && four(body) == RESUMED && at(body + 4) == BLANK ? KIND_RESUMED : KIND_OTHER;
  const stop = wordEnd(body, end);
  if (stop > body && at(stop) == OPEN) {
    set(STATE_NAME_END, stop);
    set(STATE_NAME, call_named(body, stop));
    return KIND_CALL;
  }
  return end - body >= 8 && four(body) == STRA && four(body + 4) == CE ? KIND_NOTICE : KIND_OTHER;
}

const EVERY_LESS: u64 = 0x3c3c3c3c3c3c3c3c;
const LOW_BITS: u64 = 0x0101010101010101;
const HIGH_BITS: u64 = 0x8080808080808080;

/** Where the next `<... ` is in the text at [from, end); 0: there is none. */
export function next_resumed(from: usize, end: usize): usize {
  for (let place = from; place < end; place += 8) {
    const x = load<u64>(place) ^ EVERY_LESS;
    let found = (x - LOW_BITS) & ~x & HIGH_BITS;
    for (; found; found &= found - 1) {
      const less = place + <usize>(ctz<u64>(found) >>> 3);
      // A carry may mark the byte behind a sign, too.
      if (less + 5 <= end && four(less) == RESUMED && at(less + 4) == BLANK) return less;
    }
  }
  return 0;
}
