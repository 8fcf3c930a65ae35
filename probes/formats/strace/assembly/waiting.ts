/** What waits for its time, the earliest first: a binary heap (scanner-layout.ts, `waiting`). Whoever adds sees that there is room. */
import {
  STATE,
  STATE_WAITING,
  STATE_WAITING_COUNT,
  STATE_WAITING_ORDER,
  WAITING_BATCH,
  WAITING_FIRST,
  WAITING_ORDER,
  WAITING_PID,
  WAITING_SECOND,
  WAITING_SIZE_BYTES,
  WAITING_TIME,
} from "./layout";

// @inline
export function count(): u32 {
  return load<u32>(STATE, STATE_WAITING_COUNT);
}

/** Where the first one is, if there is one. */
// @inline
export function first(): usize {
  return load<u32>(STATE, STATE_WAITING);
}

// @inline
function place(index: u32): usize {
  return first() + <usize>index * WAITING_SIZE_BYTES;
}

// @inline
function move(to: usize, from: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to + 16, v128.load(from + 16));
}

// @inline
function isBefore(time: f64, order: u64, other: usize): bool {
  const its = load<f64>(other, WAITING_TIME);
  return time < its || (time == its && order < load<u64>(other, WAITING_ORDER));
}

/** Adds records of the common fields (`first`, `second`: event ids, 0: none), or the batch of that number. */
export function wait(time: f64, pid: i32, firstId: u32, secondId: u32, batch: u32): void {
  const order = load<u64>(STATE, STATE_WAITING_ORDER);
  store<u64>(STATE, order + 1, STATE_WAITING_ORDER);
  let at = count();
  store<u32>(STATE, at + 1, STATE_WAITING_COUNT);
  while (at > 0) {
    const parent = (at - 1) >>> 1;
    if (!isBefore(time, order, place(parent))) break;
    move(place(at), place(parent));
    at = parent;
  }
  const to = place(at);
  store<f64>(to, time, WAITING_TIME);
  store<u64>(to, order, WAITING_ORDER);
  store<i32>(to, pid, WAITING_PID);
  store<u32>(to, firstId, WAITING_FIRST);
  store<u32>(to, secondId, WAITING_SECOND);
  store<u32>(to, batch, WAITING_BATCH);
}

/** Removes the first one, which there is. */
export function next(): void {
  const left = count() - 1;
  store<u32>(STATE, left, STATE_WAITING_COUNT);
  if (left == 0) return;
  const last = place(left);
  const time = load<f64>(last, WAITING_TIME);
  const order = load<u64>(last, WAITING_ORDER);
  let at: u32 = 0;
  while (true) {
    let child: u32 = 2 * at + 1;
    if (child >= left) break;
    if (child + 1 < left) {
      const right = place(child + 1);
      if (isBefore(load<f64>(right, WAITING_TIME), load<u64>(right, WAITING_ORDER), place(child))) child++;
    }
    if (isBefore(time, order, place(child))) break;
    move(place(at), place(child));
    at = child;
  }
  move(place(at), last);
}
