/**
 * Who a task is to the kernel: its real user and group id, its cgroup, and when it began. Children have what their parents had. What nobody told
 * stays unknown. `id`: one of idKind.
 */
import {
  LIMITS_CLONE_INTO_CGROUP_HIGH,
  LIMITS_CLONE_NOT_NOW_HIGH,
  LIMITS_CLONE_NEW_USER,
  TASK_CGROUP,
  TASK_FLAGS_BORN,
  TASK_FLAGS_EXITED,
  TASK_FLAGS_HAS_CGROUP,
  TASK_FLAGS_HAS_ID,
  TASK_FLAGS_HAS_START,
  TASK_FLAGS_ID_SETTLED,
  TASK_FLAGS_LIKE_PARENT,
  TASK_FLAGS_MAY_WANT_ID,
  TASK_FLAGS_OWN_IDS,
  TASK_FLAGS_TOLD_ID,
  TASK_FLAGS_WANTS_ID,
  TASK_IDS,
  TASK_MOVES,
  TASK_MOVES_SEEN,
  TASK_PARENT,
  TASK_STARTED,
  TASK_WANTED,
} from "./layout";
import { clearFlags, findTask, hasFlag, likelyTgid, MAX_GENERATIONS, setFlags } from "./tasks";

const BOTH: u32 = 3;
export const IDS_SETTLED: u32 = <u32>TASK_FLAGS_ID_SETTLED * BOTH;
/** -1: of setresuid() and setresgid(), it stays as it is. */
const UNCHANGED: u32 = 0xffffffff;

function setId(task: usize, id: u32, value: u32): void {
  store<u32>(task + ((<usize>id) << 2), value, TASK_IDS);
  setFlags(task, TASK_FLAGS_HAS_ID << id);
}

function ownId(task: usize, id: u32): u32 {
  return load<u32>(task + ((<usize>id) << 2), TASK_IDS);
}

/** The task that an id is known of: the task itself, or whose child it still is in all respects; 0: none. */
function whoHas(task: usize, id: u32): usize {
  let known = task;
  for (let i: u32 = 0; i < MAX_GENERATIONS && known != 0 && !hasFlag(known, TASK_FLAGS_HAS_ID << id); i++) {
    known = hasFlag(known, TASK_FLAGS_LIKE_PARENT) ? findTask(load<u32>(known, TASK_PARENT)) : 0;
  }
  return known && hasFlag(known, TASK_FLAGS_HAS_ID << id) ? known : 0;
}

/** -1: not known. The idle tasks are the kernel's own. */
export function idOf(pid: u32, id: u32): i64 {
  if (pid == 0) return 0;
  const task = findTask(pid);
  const known = task ? whoHas(task, id) : 0;
  return known ? <i64>ownId(known, id) : -1;
}

/** A call told the id. In a user namespace it is another one than the machine's. */
export function noteId(task: usize, id: u32, value: u32): void {
  if (!hasFlag(task, TASK_FLAGS_OWN_IDS)) setId(task, id, value);
}

/** Nobody has the id -1: it says that the recorder did not read it. */
export function noteToldId(task: usize, id: u32, value: u32): void {
  if (value == UNCHANGED) return;
  setId(task, id, value);
  setFlags(task, TASK_FLAGS_TOLD_ID << id);
}

export function wantId(task: usize, id: u32, value: u32, unsure: bool): void {
  store<u32>(task + ((<usize>id) << 2), value, TASK_WANTED);
  setFlags(task, TASK_FLAGS_WANTS_ID << id);
  if (unsure) setFlags(task, TASK_FLAGS_MAY_WANT_ID << id);
  else clearFlags(task, TASK_FLAGS_MAY_WANT_ID << id);
}

/** A call that sets the id returned. Where only its return was recorded, nobody knows what it was set to. */
export function gotId(task: usize, id: u32, succeeded: bool): void {
  const isWanted = hasFlag(task, TASK_FLAGS_WANTS_ID << id);
  clearFlags(task, TASK_FLAGS_WANTS_ID << id);
  if (!succeeded) return;
  const wanted = load<u32>(task + ((<usize>id) << 2), TASK_WANTED);
  const isUnsure = hasFlag(task, TASK_FLAGS_MAY_WANT_ID << id);
  if (isWanted && !isUnsure && wanted == UNCHANGED) return;
  if (isWanted && isUnsure && hasFlag(task, TASK_FLAGS_HAS_ID << id) && wanted == ownId(task, id)) return;
  if (isWanted && !isUnsure && !hasFlag(task, TASK_FLAGS_OWN_IDS)) setId(task, id, wanted);
  else clearFlags(task, TASK_FLAGS_HAS_ID << id);
}

/** Prescan: the task had this id when the recording began, unless something settled that before. */
export function settleId(task: usize, id: u32, value: u32): void {
  if (hasFlag(task, TASK_FLAGS_ID_SETTLED << id)) return;
  setId(task, id, value);
  setFlags(task, TASK_FLAGS_ID_SETTLED << id);
}

/** Prescan: from here on, ids are others than at the beginning, or another task's. */
export function settleIds(task: usize): void {
  setFlags(task, IDS_SETTLED);
}

/** Threads are counted with the first one of their process. */
function leaderOf(task: usize): usize {
  return findTask(likelyTgid(task));
}

function putCgroup(task: usize, cgroup: u64): void {
  const leader = leaderOf(task);
  store<u64>(task, cgroup, TASK_CGROUP);
  store<u32>(task, leader ? load<u32>(leader, TASK_MOVES) : 0, TASK_MOVES_SEEN);
  setFlags(task, TASK_FLAGS_HAS_CGROUP);
}

export function knowsCgroup(task: usize): bool {
  if (!hasFlag(task, TASK_FLAGS_HAS_CGROUP)) return false;
  const leader = leaderOf(task);
  return !leader || load<u32>(leader, TASK_MOVES) == load<u32>(task, TASK_MOVES_SEEN);
}

/** An event at which the task was seen in its cgroup. */
export function noteCgroup(task: usize, cgroup: u64): void {
  putCgroup(task, cgroup);
}

/** The task was moved; if it is the first of its process, its other threads were, too, or were not: of them it is not known any more. */
export function moveToCgroup(task: usize, cgroup: u64): void {
  if (leaderOf(task) == task) store<u32>(task, load<u32>(task, TASK_MOVES) + 1, TASK_MOVES);
  putCgroup(task, cgroup);
}

export function noteStart(task: usize, ns: u64): void {
  store<u64>(task, ns, TASK_STARTED);
  setFlags(task, TASK_FLAGS_HAS_START);
}

/** From the parent, what the child does not have of its own. */
export function inheritIds(child: usize, parent: usize): void {
  for (let id: u32 = 0; id < 2; id++) {
    if (hasFlag(child, TASK_FLAGS_HAS_ID << id)) continue;
    const known = whoHas(parent, id);
    if (known) setId(child, id, ownId(known, id));
  }
}

/** What is left of a task when another one gets its pid, or when it begins itself: nothing but what the recorder read of it. */
function forgetIdentity(task: usize): void {
  if (hasFlag(task, TASK_FLAGS_EXITED)) clearFlags(task, TASK_FLAGS_TOLD_ID * BOTH);
  for (let id: u32 = 0; id < 2; id++) if (!hasFlag(task, TASK_FLAGS_TOLD_ID << id)) clearFlags(task, TASK_FLAGS_HAS_ID << id);
  clearFlags(task, TASK_FLAGS_HAS_CGROUP | TASK_FLAGS_HAS_START | TASK_FLAGS_OWN_IDS | (TASK_FLAGS_WANTS_ID * BOTH));
  store<u32>(task, 0, TASK_MOVES);
}

/**
 * A task begins, before its flag `exited` is cleared. `high`, `low`: its clone flags; without them (`hasFlags`) nobody knows whether it was put
 * into another cgroup. Of two events that tell of one birth the first one, which has flags, counts.
 */
export function beginTask(child: usize, parent: usize, ns: u64, hasFlags: bool, high: u32, low: u32): void {
  if (!hasFlags && hasFlag(child, TASK_FLAGS_BORN)) return clearFlags(child, TASK_FLAGS_BORN);
  forgetIdentity(child);
  if (hasFlags) setFlags(child, TASK_FLAGS_BORN);
  if (!(high & LIMITS_CLONE_NOT_NOW_HIGH)) noteStart(child, ns);
  if (hasFlags && low & LIMITS_CLONE_NEW_USER) setFlags(child, TASK_FLAGS_OWN_IDS);
  if (!parent) return;
  inheritIds(child, parent);
  if (hasFlag(parent, TASK_FLAGS_OWN_IDS)) setFlags(child, TASK_FLAGS_OWN_IDS);
  if (hasFlags && !(high & LIMITS_CLONE_INTO_CGROUP_HIGH) && knowsCgroup(parent)) putCgroup(child, load<u64>(parent, TASK_CGROUP));
}
