/** Times of lines, in whatever form, as ns since the first one. */
import {
  FORM_DAY,
  FORM_NONE,
  FORM_RELATIVE,
  STATE,
  STATE_CLOCK_FORM,
  STATE_CLOCK_LINES,
  STATE_DAYS,
  STATE_FIRST_FRACTION,
  STATE_FIRST_SECONDS,
  STATE_FRACTION,
  STATE_LAST_SECONDS,
  STATE_SECONDS,
  STATE_SINCE_LAST,
  STATE_SUM,
} from "./layout";

const DAY_SECONDS: f64 = 86_400;
/** The records of pages have 59 bits for a time, and calls may take a while. */
const MOST_NS: f64 = 288_230_376_151_711_744;

// @inline
function get(field: usize): f64 {
  return load<f64>(STATE + field);
}

// @inline
function set(field: usize, value: f64): void {
  store<f64>(STATE + field, value);
}

/** Moves on to the line whose head was read last and returns its time; without times, lines are counted, two for each. Never negative. */
export function time_of(): f64 {
  const form = load<u32>(STATE, STATE_CLOCK_FORM);
  if (form == FORM_NONE) {
    const lines = get(STATE_CLOCK_LINES);
    set(STATE_CLOCK_LINES, lines + 1);
    return 2 * lines;
  }
  const fraction = <f64>load<u32>(STATE, STATE_FRACTION);
  const sinceLast = get(STATE_SINCE_LAST);
  const seconds = get(STATE_SECONDS);
  if (sinceLast >= 0 || form == FORM_RELATIVE) {
    const sum = min<f64>(MOST_NS, get(STATE_SUM) + (sinceLast >= 0 ? sinceLast : seconds * 1e9 + fraction));
    set(STATE_SUM, sum);
    return sum;
  }
  if (form == FORM_DAY && seconds < get(STATE_LAST_SECONDS) - DAY_SECONDS / 2) set(STATE_DAYS, get(STATE_DAYS) + 1);
  set(STATE_LAST_SECONDS, seconds);
  const passed = get(STATE_DAYS) * DAY_SECONDS + seconds - get(STATE_FIRST_SECONDS);
  return min<f64>(MOST_NS, max<f64>(0, passed * 1e9 + fraction - get(STATE_FIRST_FRACTION)));
}
