/** Records go out in order of time: what is later than the line at hand waits. */
import {
  LIMITS_WAITING,
  STATE,
  STATE_WAITING_COUNT,
  WAITING_BATCH,
  WAITING_FIRST,
  WAITING_PID,
  WAITING_SECOND,
  WAITING_TIME,
} from "./layout";
import { hasRoom, record, RECORD_BYTES } from "./records";
import { first, next, wait } from "./waiting";

// @inline
function isEmpty(): bool {
  return load<u32>(STATE, STATE_WAITING_COUNT) == 0;
}

/**
 * Sends what waits for `until` or an earlier time; and more, where too much waits. True: that is out; false: a batch is the next, which TypeScript
 * has to send, or there is no room.
 */
export function drain(until: f64): bool {
  while (!isEmpty()) {
    const item = first();
    const time = load<f64>(item, WAITING_TIME);
    if (time > until && load<u32>(STATE, STATE_WAITING_COUNT) <= LIMITS_WAITING) return true;
    if (load<u32>(item, WAITING_BATCH) != 0 || !hasRoom(2 * RECORD_BYTES)) return false;
    const pid = load<i32>(item, WAITING_PID);
    const firstId = load<u32>(item, WAITING_FIRST);
    const secondId = load<u32>(item, WAITING_SECOND);
    if (firstId != 0) record(time, firstId, pid);
    if (secondId != 0) record(time, secondId, pid);
    next();
  }
  return true;
}

/** The two records of a call's entry or return: at once where nothing goes before them, at `now`. There is room for them. */
export function put(time: f64, now: f64, pid: i32, firstId: u32, secondId: u32): void {
  if (time <= now && (isEmpty() || load<f64>(first(), WAITING_TIME) > time)) {
    record(time, firstId, pid);
    record(time, secondId, pid);
  } else wait(time, pid, firstId, secondId, 0);
}
