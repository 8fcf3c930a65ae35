/** Tasks as memory that programs read: what is known of a task by its pid (src/bpf/memory.ts, TASK_WINDOW). */
import {
  LIMITS_COMM_BYTES,
  MISSING_COMM,
  MISSING_PARENT,
  TASK_PARENT,
  TASK_WINDOW_COMM,
  TASK_WINDOW_HIGH,
  TASK_WINDOW_HIGH_SHIFT,
  TASK_WINDOW_PARENT,
  TASK_WINDOW_PARENT_TGID,
  TASK_WINDOW_PID_SHIFT,
} from "./layout";
import { countMissing } from "./missing";
import { commOf, findTask, likelyTgid, tgidOf } from "./tasks";

export function isTaskWindow(address: u64): bool {
  return address >> (<u64>TASK_WINDOW_HIGH_SHIFT) == <u64>TASK_WINDOW_HIGH;
}

/** Process id of a thread, as the builtin has it. */
export function processOf(tid: u32): u32 {
  return tid == 0 ? 0 : tgidOf(tid);
}

/** A thread has the parent of its process. */
export function parentOf(task: usize): u32 {
  const leader = findTask(likelyTgid(task));
  return leader ? load<u32>(leader, TASK_PARENT) : 0;
}

function readParent(to: usize, pid: u32, asProcess: bool): bool {
  const task = findTask(pid);
  const parent = task ? parentOf(task) : 0;
  store<u32>(to, asProcess ? processOf(parent) : parent);
  // Idle tasks have none.
  return parent != 0 || pid == 0;
}

function readComm(to: usize, pid: u32): bool {
  const task = findTask(pid);
  const comm = task ? commOf(task) : 0;
  if (comm) memory.copy(to, comm, LIMITS_COMM_BYTES);
  return comm != 0;
}

/** True if the field is known; else `to` is left as it is or zero, and what is missing is counted. */
export function readTaskWindow(to: usize, size: u32, address: u64): bool {
  const pid = <u32>(address >> (<u64>TASK_WINDOW_PID_SHIFT));
  const field = (<u32>address) & ((1 << (<u32>TASK_WINDOW_PID_SHIFT)) - 1);
  if ((field == TASK_WINDOW_PARENT || field == TASK_WINDOW_PARENT_TGID) && size == 4) {
    if (readParent(to, pid, field == TASK_WINDOW_PARENT_TGID)) return true;
    countMissing(MISSING_PARENT);
  } else if (field == TASK_WINDOW_COMM && size == LIMITS_COMM_BYTES) {
    if (readComm(to, pid)) return true;
    // Nobody is called by pid 0: it is what an unknown parent has.
    if (pid != 0) countMissing(MISSING_COMM);
  }
  return false;
}
