/**
 * Goes over lines, as long as they are of calls of whose records nobody reads more than the common fields, by tasks that are known: such calls
 * become records right here. The first line that is another is left to TypeScript.
 */
import { resultAt } from "./call";
import { time_of } from "./clock";
import {
  KIND_CALL,
  KIND_FRAME,
  KIND_NOTICE,
  KIND_OTHER,
  KIND_RESUMED,
  LINE_BYTES,
  RAW_IDS_ENTER,
  RAW_IDS_EXIT,
  STATE,
  STATE_BARE_IDS,
  STATE_BODY,
  STATE_COMM_END,
  STATE_COMM_START,
  STATE_END,
  STATE_FRONTIER,
  STATE_HAS_FRAMES,
  STATE_IP_HIGH,
  STATE_IP_LOW,
  STATE_IS_TIMED,
  STATE_IS_VALUE,
  STATE_LAST_PID,
  STATE_LINES,
  STATE_NAME,
  STATE_NAME_END,
  STATE_NEXT,
  STATE_ONLY,
  STATE_PID,
  STATE_SERIAL,
  STATE_START,
  STATE_SYSCALL,
  STATE_TIME,
  STATE_TIMELESS,
  STATE_UNTIL,
  STOPS_LINE,
  STOPS_ROOM,
  STOPS_TURN,
  STOPS_WINDOW,
  TASK_COMM,
  TASK_DEPTH,
  TASK_ENTERED_AT,
  TASK_IS_ACTIVE,
  TASK_IS_SEEN,
  TASK_NAME,
  TASK_NUMBER,
  TASK_PID,
  TASK_RETURNED_AT,
} from "./layout";
import { line } from "./line";
import { hasRoom } from "./records";
import { duration, result } from "./result";
import { task } from "./tasks";
import { at, BLANK, GREATER, lineFeed, wordEnd } from "./text";
import { behind, depth, isInToken } from "./tokens";
import { drain, put } from "./turns";

const RETURN: u32 = 0x0d;
const LETTER_D: u32 = 0x64;
/** A clock that goes back by more was set, ns. */
const CLOCK_STEP_NS: f64 = 1e9;
/** Two times of one task that are further apart were not cut from one, ns. */
const MOST_SKEW_NS: f64 = 1e9;
/** `<unfinished ...>` and ` resumed>` as words of eight bytes. */
const UNFINISHED_BYTES: usize = 16;
const UNFINIS: u64 = 0x73696e69666e753c;
const HED: u64 = 0x3e2e2e2e20646568;
const RESUMED_BYTES: usize = 9;
const RESUMED: u64 = 0x64656d7573657220;
const NAME_START: usize = 5;
/** Behind a name that is shorter. */
const COMM_BYTES: usize = 16;

/** The task that the line is of, where it is known and the line does not tell a new name of it; else 0. */
function taskOf(kind: u32): usize {
  let pid = load<i32>(STATE, STATE_PID);
  if (pid < 0) {
    const only = load<i32>(STATE, STATE_ONLY);
    pid = only >= 0 ? only : load<i32>(STATE, STATE_LAST_PID);
    store<i32>(STATE, pid, STATE_LAST_PID);
  }
  const entry = task(pid);
  if (!entry || !load<u32>(entry, TASK_IS_SEEN)) return 0;
  const start = <usize>load<u32>(STATE, STATE_COMM_START);
  const length = <usize>load<u32>(STATE, STATE_COMM_END) - start;
  if (kind != KIND_CALL || length == 0) return entry;
  const known = min<usize>(length, COMM_BYTES - 1);
  for (let i: usize = 0; i < known; i++) if (at(start + i) != at(entry + TASK_COMM + i)) return 0;
  return at(entry + TASK_COMM + known) == 0 ? entry : 0;
}

/** Reads what a call returned, behind its arguments. Returns where the number ends; 0: that is not there, or has to be looked at. */
function resultBehind(place: usize, end: usize): usize {
  if (!place) return 0;
  const from = resultAt(place, end);
  return from == -1 ? 0 : result(from, end);
}

// @inline
function isUnfinished(end: usize): bool {
  return load<u64>(end - UNFINISHED_BYTES) == UNFINIS && load<u64>(end - 8) == HED;
}

/** Clocks are read one after the other and cut to the µs: no call of a task begins before its last one is over. */
// @inline
function entryTime(entry: usize, time: f64): f64 {
  const returned = load<f64>(entry, TASK_RETURNED_AT);
  return returned > time && returned - time < MOST_SKEW_NS ? returned : time;
}

/** Time of the line whose head was read last. */
function timeOf(): f64 {
  if (!load<u32>(STATE, STATE_IS_TIMED)) store<f64>(STATE, time_of(), STATE_TIME);
  else store<u32>(STATE, 0, STATE_IS_TIMED);
  return load<f64>(STATE, STATE_TIME);
}

/** What has become of a line: records; nothing, as it is for TypeScript; nothing yet, as something goes before it. */
const TAKEN: u32 = 0;
const OTHER: u32 = 1;
const TURN: u32 = 2;

/** Sends what goes before the line; false: that is not all out, or there is no room for the line. */
function isTurn(until: f64): bool {
  store<f64>(STATE, until, STATE_UNTIL);
  return drain(until) && hasRoom(LINE_BYTES);
}

/** The line is of a call that began there. */
function begin(entry: usize, end: usize, time: f64): u32 {
  const name = load<i32>(STATE, STATE_NAME);
  const id = name < 0 ? 0 : <u32>load<u16>(<usize>load<u32>(STATE, STATE_BARE_IDS) + ((<usize>name) << 1));
  if (id == 0) return OTHER;
  const arguments = <usize>load<u32>(STATE, STATE_NAME_END) + 1;
  const isOpen = at(end - 1) == GREATER && isUnfinished(end);
  let nanoseconds: f64 = -1;
  let open: i32 = 0;
  if (isOpen) {
    // The stack is behind the line that goes on with the call.
    const cut = end - UNFINISHED_BYTES;
    if (load<u32>(STATE, STATE_HAS_FRAMES) || at(cut - 1) != BLANK || behind(arguments, cut, 0) || isInToken) return OTHER;
    open = depth;
  } else {
    const rest = resultBehind(behind(arguments, end, 0), end);
    if (!rest) return OTHER;
    nanoseconds = duration(rest, end);
  }
  if (!isTurn(max<f64>(load<f64>(STATE, STATE_FRONTIER), time))) return TURN;
  store<f64>(STATE, time, STATE_FRONTIER);
  store<u32>(STATE, load<u32>(STATE, STATE_SERIAL) + 1, STATE_SERIAL);
  const entered = entryTime(entry, time);
  const pid = load<i32>(entry, TASK_PID);
  put(entered, time, pid, RAW_IDS_ENTER, id);
  store<u32>(entry, isOpen ? 1 : 0, TASK_IS_ACTIVE);
  if (isOpen) {
    store<f64>(entry, entered, TASK_ENTERED_AT);
    store<u32>(entry, name, TASK_NAME);
    store<i32>(entry, load<i32>(STATE, STATE_SYSCALL), TASK_NUMBER);
    store<i32>(entry, open, TASK_DEPTH);
    return TAKEN;
  }
  if (nanoseconds < 0) store<u32>(STATE, load<u32>(STATE, STATE_TIMELESS) + 1, STATE_TIMELESS);
  const returned = entered + max<f64>(0, nanoseconds);
  store<f64>(entry, returned, TASK_RETURNED_AT);
  put(returned, time, pid, RAW_IDS_EXIT, id + 1);
  return TAKEN;
}

/** The line is of a call that goes on there, and is over. */
function resume(entry: usize, end: usize, time: f64): u32 {
  if (!load<u32>(entry, TASK_IS_ACTIVE) || load<i32>(entry, TASK_DEPTH) < 0) return OTHER;
  const name = wordEnd(<usize>load<u32>(STATE, STATE_BODY) + NAME_START, end);
  const isNamed = load<u64>(name) == RESUMED && at(name + 8) == GREATER;
  const rest = resultBehind(behind(isNamed ? name + RESUMED_BYTES : name, end, load<i32>(entry, TASK_DEPTH)), end);
  if (!rest) return OTHER;
  // The call may have been over some time before.
  if (!isTurn(load<f64>(STATE, STATE_FRONTIER))) return TURN;
  store<f64>(STATE, time, STATE_FRONTIER);
  const nanoseconds = duration(rest, end);
  const entered = load<f64>(entry, TASK_ENTERED_AT);
  const returned = nanoseconds >= 0 ? entered + nanoseconds : max<f64>(entered, time);
  store<f64>(entry, returned, TASK_RETURNED_AT);
  store<u32>(entry, 0, TASK_IS_ACTIVE);
  const id = <u32>load<u16>(<usize>load<u32>(STATE, STATE_BARE_IDS) + ((<usize>load<u32>(entry, TASK_NAME)) << 1));
  put(returned, -1, load<i32>(entry, TASK_PID), RAW_IDS_EXIT, id + 1);
  return TAKEN;
}

/** What has become of the line at hand. */
function take(kind: u32, end: usize, feed: usize, time: f64): u32 {
  if (kind != KIND_CALL && kind != KIND_RESUMED) return OTHER;
  // Stacks are behind the line, or in it.
  if (at(feed + 1) == BLANK || (load<u32>(STATE, STATE_IP_LOW) | load<u32>(STATE, STATE_IP_HIGH)) != 0) return OTHER;
  // It may be cut by a notice: `attached`.
  if (at(end - 1) == LETTER_D) return OTHER;
  const entry = taskOf(kind);
  if (!entry) return OTHER;
  store<u32>(STATE, 0, STATE_IS_VALUE);
  return kind == KIND_CALL ? begin(entry, end, time) : resume(entry, end, time);
}

/**
 * Goes over the lines from `start` on, up to the one at `limit`; the text ends before `filled`, with a line feed there. Returns why it has stopped
 * (scanner-layout.ts, `stops`); the state tells which lines it went over, and which is at hand.
 */
export function run(start: usize, limit: usize, filled: usize): u32 {
  let place = start;
  let lines: u32 = 0;
  let why = STOPS_WINDOW;
  while (place < limit) {
    if (!hasRoom(LINE_BYTES)) {
      why = STOPS_ROOM;
      break;
    }
    const feed = lineFeed(place);
    // What is cut at the end of the window is looked at again.
    if (feed >= filled) break;
    lines++;
    const end = feed > place && at(feed - 1) == RETURN ? feed - 1 : feed;
    const from = place;
    place = feed + 1;
    const kind = line(from, end);
    if (kind == KIND_FRAME) store<u32>(STATE, 1, STATE_HAS_FRAMES);
    if (kind == KIND_FRAME || kind == KIND_NOTICE || from == end) continue;
    if (kind != KIND_OTHER) {
      const time = timeOf();
      const became = time < load<f64>(STATE, STATE_FRONTIER) - CLOCK_STEP_NS ? OTHER : take(kind, end, feed, time);
      if (became == TAKEN) continue;
      if (became == TURN) {
        store<u32>(STATE, 1, STATE_IS_TIMED);
        lines--;
        place = from;
        why = STOPS_TURN;
        break;
      }
    }
    store<u32>(STATE, from, STATE_START);
    store<u32>(STATE, end, STATE_END);
    why = STOPS_LINE;
    break;
  }
  store<u32>(STATE, place, STATE_NEXT);
  store<u32>(STATE, lines, STATE_LINES);
  return why;
}
