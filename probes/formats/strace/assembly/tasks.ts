/** Tasks by pid: an index of open addressing over entries (scanner-layout.ts, `task`). */
import { LIMITS_SLOTS, LIMITS_TASKS, STATE, STATE_FREE_TASK, STATE_TASKS, STATE_TASKS_MADE, TASK_PID, TASK_SIZE_BYTES } from "./layout";

const SLOT_BYTES: usize = 4;
const MASK: u32 = LIMITS_SLOTS - 1;

// @inline
function home(pid: i32): u32 {
  return ((<u32>pid * 0x9e3779b1) >>> 8) & MASK;
}

// @inline
function slotAt(slot: u32): usize {
  return <usize>load<u32>(STATE, STATE_TASKS) + slot * SLOT_BYTES;
}

function slotOf(pid: i32): u32 {
  let slot = home(pid);
  while (true) {
    const entry = <usize>load<u32>(slotAt(slot));
    if (!entry || load<i32>(entry, TASK_PID) == pid) return slot;
    slot = (slot + 1) & MASK;
  }
}

/** The task's entry; 0: it has none. */
export function task(pid: i32): usize {
  return load<u32>(slotAt(slotOf(pid)));
}

/** Makes an entry for the task, which has none; 0: there are too many. */
export function add_task(pid: i32): usize {
  let entry = <usize>load<u32>(STATE, STATE_FREE_TASK);
  if (entry) store<u32>(STATE, load<u32>(entry), STATE_FREE_TASK);
  else {
    const made = load<u32>(STATE, STATE_TASKS_MADE);
    if (made == LIMITS_TASKS) return 0;
    store<u32>(STATE, made + 1, STATE_TASKS_MADE);
    entry = slotAt(LIMITS_SLOTS) + made * TASK_SIZE_BYTES;
  }
  memory.fill(entry, 0, TASK_SIZE_BYTES);
  store<i32>(entry, pid, TASK_PID);
  store<u32>(slotAt(slotOf(pid)), entry);
  return entry;
}

/** Takes the task's entry away, where it has one. */
export function remove_task(pid: i32): void {
  let hole = slotOf(pid);
  const entry = <usize>load<u32>(slotAt(hole));
  if (!entry) return;
  store<u32>(entry, load<u32>(STATE, STATE_FREE_TASK));
  store<u32>(STATE, entry, STATE_FREE_TASK);
  // Those behind it that would no longer be found move up.
  for (let slot = (hole + 1) & MASK; ; slot = (slot + 1) & MASK) {
    const next = <usize>load<u32>(slotAt(slot));
    if (!next) break;
    const distance = (slot - home(load<i32>(next, TASK_PID))) & MASK;
    if (distance < ((slot - hole) & MASK)) continue;
    store<u32>(slotAt(hole), next);
    hole = slot;
  }
  store<u32>(slotAt(hole), 0);
}

export function clear_tasks(): void {
  memory.fill(slotAt(0), 0, LIMITS_SLOTS * SLOT_BYTES);
  store<u32>(STATE, 0, STATE_FREE_TASK);
  store<u32>(STATE, 0, STATE_TASKS_MADE);
}
