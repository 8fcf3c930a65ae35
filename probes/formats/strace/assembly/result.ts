/** What a call returned, in its usual forms, and how long it took. */
import { NAMES_VALUES, STATE, STATE_HIGH, STATE_IS_VALUE, STATE_LOW, STATE_NUMBERS } from "./layout";
import { find } from "./names";
import { at, BAR, BLANK, DOT, GREATER, hexDigit, isDigit, LESS, MINUS, OPEN, STAR, wordEnd } from "./text";

const ZERO: u32 = 0x30;
const CAPITAL_E: u32 = 0x45;
const LETTER_X: u32 = 0x78;
/** So many always fit into 64 bits. */
const HEX_DIGITS: usize = 16;
const DECIMAL_DIGITS: usize = 18;
/** No call takes three years: what says so is damaged. */
const MOST_SECONDS: f64 = 100_000_000;

/** Reads `3`, `0x7f02`, `-1 ENOENT (…)` at [start, end). Returns where the number ends; 0: it is something else. */
export function result(start: usize, end: usize): usize {
  const isNegative = at(start) == MINUS;
  let place = isNegative ? start + 1 : start;
  const digits = place;
  let value: u64 = 0;
  if (at(place) == ZERO && (at(place + 1) | 0x20) == LETTER_X) {
    place += 2;
    for (let digit = hexDigit(at(place)); digit >= 0 && place < end; digit = hexDigit(at(++place))) value = (value << 4) | digit;
    if (place - digits - 2 > HEX_DIGITS) return 0;
  } else {
    while (place < end && isDigit(at(place))) value = value * 10 + (at(place++) - ZERO);
    // What begins with 0 is octal.
    if (place - digits > DECIMAL_DIGITS || (at(digits) == ZERO && place > digits + 1)) return 0;
  }
  if (place == digits || place > end) return 0;
  const sign = place < end ? at(place) : BLANK;
  if (sign != BLANK && (sign != LESS || at(place + 1) == LESS)) return 0;
  if (isNegative) value = -value;
  if (value == <u64>-1 && place < end && sign == BLANK) {
    const name = place + 1;
    if (at(name) != CAPITAL_E) return 0;
    place = wordEnd(name, end);
    const next = at(place);
    if (next == OPEN || next == BAR || next == STAR || next == LESS) return 0;
    const index = find(STATE + STATE_NUMBERS, name, place);
    if (index < 0) return 0;
    const error = load<u32>(<usize>load<u32>(STATE + STATE_NUMBERS, NAMES_VALUES) + ((<usize>index) << 2));
    if (error == 0) return 0;
    value = -(<u64>error);
  }
  store<u32>(STATE + STATE_LOW, <u32>value);
  store<u32>(STATE + STATE_HIGH, <u32>(value >>> 32));
  store<u32>(STATE + STATE_IS_VALUE, 1);
  return place;
}

/** ns of `<0.000123>` at the end of a line; -1 if it is not there. */
export function duration(start: usize, end: usize): f64 {
  if (end - start < 5 || at(end - 1) != GREATER) return -1;
  let place = end - 2;
  let fraction: f64 = 0;
  let unit: f64 = 1;
  for (; place > start && isDigit(at(place)); place--) {
    fraction += <f64>(at(place) - ZERO) * unit;
    unit *= 10;
  }
  let seconds: f64 = 0;
  if (at(place) == DOT) {
    let digit: f64 = 1;
    for (place--; place > start && isDigit(at(place)); place--) {
      seconds += <f64>(at(place) - ZERO) * digit;
      digit *= 10;
    }
  } else {
    seconds = fraction;
    fraction = 0;
    unit = 1;
  }
  if (seconds >= MOST_SECONDS) return -1;
  return at(place) == LESS && unit <= 1e9 && place < end - 2 ? seconds * 1e9 + (fraction * 1e9) / unit : -1;
}
