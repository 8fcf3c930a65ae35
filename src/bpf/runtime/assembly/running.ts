/** What runs on each CPU, as the switches of the scheduler tell it, and the ticks of `profile` that fire for it. */
import {
  CURRENT_BLOCK,
  CURRENT_CPU,
  CURRENT_NCPUS,
  CURSOR_RECORDING,
  MISSING_BLOCK,
  MISSING_TICKS,
  PUMP_BLOCK,
  PUMP_CURSOR,
  PUMP_RUNNING,
  RUNNING_CURSOR,
  RUNNING_SIZE_BYTES,
  RUNNING_STATE,
  RUNNING_STATE_KNOWN,
  RUNNING_STATE_UNKNOWN,
  RUNNING_TID,
  TIMER_CPUS,
  TIMER_NEXT,
} from "./layout";

function slotAt(index: u32): usize {
  return load<u32>(PUMP_BLOCK, PUMP_RUNNING) + index * RUNNING_SIZE_BYTES;
}

/** From the event at hand on, its CPU runs this task. A CPU that the recording does not count among its own has no place. */
export function noteRunning(tid: u32): void {
  const cursor: usize = load<u32>(PUMP_BLOCK, PUMP_CURSOR);
  const cpu = load<u32>(CURRENT_BLOCK, CURRENT_CPU);
  const cpus = load<u32>(CURRENT_BLOCK, CURRENT_NCPUS);
  if (cpu >= cpus) return;
  const slot = slotAt(load<u32>(cursor, CURSOR_RECORDING) * cpus + cpu);
  if (!load<u32>(slot, RUNNING_STATE)) return;
  store<u32>(slot, RUNNING_STATE_KNOWN, RUNNING_STATE);
  store<u32>(slot, tid, RUNNING_TID);
  store<u32>(slot, cursor, RUNNING_CURSOR);
}

/** The next CPU for which a tick fires; 0: the tick has been on all of them, and the next one begins with the first. */
export function nextRunning(timer: usize): usize {
  const slots = load<u32>(timer, TIMER_CPUS);
  for (let next = load<u32>(timer, TIMER_NEXT); next < slots; next++) {
    const slot = slotAt(next);
    const state = load<u32>(slot, RUNNING_STATE);
    if (state == RUNNING_STATE_UNKNOWN) store<u32>(MISSING_BLOCK, load<u32>(MISSING_BLOCK, MISSING_TICKS) + 1, MISSING_TICKS);
    if (state != RUNNING_STATE_KNOWN) continue;
    store<u32>(timer, next + 1, TIMER_NEXT);
    return slot;
  }
  store<u32>(timer, 0, TIMER_NEXT);
  return 0;
}
