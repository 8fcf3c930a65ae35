/**
 * The task table: what is known of every thread id. A table indexed by pid (Linux has no pid above PID_MAX_LIMIT) points to task
 * structures, which are handed out in order. When all are in use, further tasks stay unknown, and programs that ask for them count as
 * missing comm or tgid.
 */
import { countMissing } from "./missing";
import {
  CURRENT_BLOCK,
  CURRENT_CPU,
  CURRENT_HOST,
  CURRENT_HOST_COMM,
  CURRENT_HOST_TGID,
  CURRENT_TID,
  LIMITS_COMM_BYTES,
  LIMITS_PIDS,
  MISSING_COMM,
  MISSING_TGID,
  PUMP_BLOCK,
  PUMP_COMM,
  PUMP_TASKS,
  PUMP_TASK_CAPACITY,
  PUMP_TASK_COUNT,
  PUMP_TASK_INDEX,
  TASK_COMM,
  TASK_FLAGS_HAS_SAVED,
  TASK_FLAGS_LIKE_PARENT,
  TASK_PARENT,
  TASK_SAVED,
  TASK_FLAGS,
  TASK_FLAGS_HAS_COMM,
  TASK_FLAGS_HAS_TGID,
  TASK_FLAGS_IN_PROCESS_OF,
  TASK_LIVES,
  TASK_LIVES_SEEN,
  TASK_PID,
  TASK_SIZE_BYTES,
  TASK_TGID,
} from "./layout";

/** "<...>" and "swapper/" as little-endian words: names that ftrace and the kernel give to an unknown and to an idle task. */
const UNKNOWN_COMM: u64 = 0x3e2e2e2e3c;
const SWAPPER_COMM: u64 = 0x2f72657070617773;

export function findTask(pid: u32): usize {
  return pid < LIMITS_PIDS ? load<u32>(load<u32>(PUMP_BLOCK, PUMP_TASK_INDEX) + (pid << 2)) : 0;
}

/** The task of a pid, made if there is none; 0 for pid 0 (there is one per CPU), for impossible pids, and when the table is full. */
export function taskOf(pid: u32): usize {
  if (pid == 0 || pid >= LIMITS_PIDS) return 0;
  const slot = load<u32>(PUMP_BLOCK, PUMP_TASK_INDEX) + (pid << 2);
  const known = load<u32>(slot);
  if (known) return known;
  const count = load<u32>(PUMP_BLOCK, PUMP_TASK_COUNT);
  if (count == load<u32>(PUMP_BLOCK, PUMP_TASK_CAPACITY)) return 0;
  store<u32>(PUMP_BLOCK, count + 1, PUMP_TASK_COUNT);
  const task = load<u32>(PUMP_BLOCK, PUMP_TASKS) + count * TASK_SIZE_BYTES;
  memory.fill(task, 0, TASK_SIZE_BYTES);
  store<u32>(task, pid, TASK_PID);
  store<u32>(slot, task);
  return task;
}

/** Forgets every task. */
export function tasks_clear(): void {
  const end = load<u32>(PUMP_BLOCK, PUMP_TASK_COUNT);
  for (let i: u32 = 0; i < end; i++) {
    const pid = load<u32>(load<u32>(PUMP_BLOCK, PUMP_TASKS) + i * TASK_SIZE_BYTES, TASK_PID);
    store<u32>(load<u32>(PUMP_BLOCK, PUMP_TASK_INDEX) + (pid << 2), 0);
  }
  store<u32>(PUMP_BLOCK, 0, PUMP_TASK_COUNT);
}

/** Gives a task the name in pump.comm. */
export function setComm(task: usize): void {
  memory.copy(task + TASK_COMM, PUMP_BLOCK + PUMP_COMM, LIMITS_COMM_BYTES);
  setFlags(task, TASK_FLAGS_HAS_COMM);
}

/** For the session: seeds the name in pump.comm, which the recording saved as the task's last one. */
export function task_seed(pid: u32): void {
  const task = taskOf(pid);
  if (!task) return;
  memory.copy(task + TASK_SAVED, PUMP_BLOCK + PUMP_COMM, LIMITS_COMM_BYTES);
  setFlags(task, TASK_FLAGS_HAS_SAVED);
  setComm(task);
}

/** How many forks a name may be handed down through without an event that tells it. */
export const MAX_GENERATIONS: u32 = 16;

/** Address of a task's name, 0 if it is not known. */
export function commOf(task: usize): usize {
  let named = task;
  for (let i: u32 = 0; i < MAX_GENERATIONS && named != 0 && hasFlag(named, TASK_FLAGS_LIKE_PARENT); i++) {
    named = findTask(load<u32>(named, TASK_PARENT));
  }
  if (!named || !hasFlag(named, TASK_FLAGS_HAS_COMM) || hasFlag(named, TASK_FLAGS_LIKE_PARENT)) named = task;
  return hasFlag(named, TASK_FLAGS_HAS_COMM) ? named + TASK_COMM : 0;
}

export function hasFlag(task: usize, flag: u32): bool {
  return (load<u32>(task, TASK_FLAGS) & flag) != 0;
}

export function setFlags(task: usize, flags: u32): void {
  store<u32>(task, load<u32>(task, TASK_FLAGS) | flags, TASK_FLAGS);
}

export function clearFlags(task: usize, flags: u32): void {
  store<u32>(task, load<u32>(task, TASK_FLAGS) & ~flags, TASK_FLAGS);
}

export function taskAt(index: u32): usize {
  return load<u32>(PUMP_BLOCK, PUMP_TASKS) + index * TASK_SIZE_BYTES;
}

/** The thread whose process a thread surely shares, while nobody told of either which one it is; else the thread itself. */
function fellowOf(task: usize): usize {
  if (!hasFlag(task, TASK_FLAGS_IN_PROCESS_OF)) return task;
  const fellow = findTask(load<u32>(task, TASK_TGID));
  return fellow && load<u32>(fellow, TASK_LIVES) == load<u32>(task, TASK_LIVES_SEEN) ? fellow : task;
}

/** Process id of a task; 0: nobody told. */
function toldTgid(task: usize): u32 {
  const teller = hasFlag(task, TASK_FLAGS_HAS_TGID) ? task : fellowOf(task);
  return hasFlag(teller, TASK_FLAGS_HAS_TGID) ? load<u32>(teller, TASK_TGID) : 0;
}

/** The same; unknown: taken to be a process of its own, with the threads that it created. */
export function likelyTgid(task: usize): u32 {
  const told = toldTgid(task);
  return told ? told : load<u32>(fellowOf(task), TASK_PID);
}

/** What is told of one thread is told of the one that it shares its process with. */
export function setTgid(task: usize, tgid: u32): void {
  if (!tgid) return;
  const fellow = fellowOf(task);
  clearFlags(task, TASK_FLAGS_IN_PROCESS_OF);
  store<u32>(task, tgid, TASK_TGID);
  setFlags(task, TASK_FLAGS_HAS_TGID);
  if (fellow == task || hasFlag(fellow, TASK_FLAGS_HAS_TGID)) return;
  store<u32>(fellow, tgid, TASK_TGID);
  setFlags(fellow, TASK_FLAGS_HAS_TGID);
}

/** Another task has this pid now: its process is yet to be told, and threads that the last one created do not share it. */
export function forgetTgid(task: usize): void {
  clearFlags(task, TASK_FLAGS_HAS_TGID | TASK_FLAGS_IN_PROCESS_OF);
  store<u32>(task, load<u32>(task, TASK_LIVES) + 1, TASK_LIVES);
}

/** A new thread is in the process of the one that created it, whichever that is. */
export function joinProcess(thread: usize, creator: usize): void {
  const told = toldTgid(creator);
  if (told) return setTgid(thread, told);
  const fellow = fellowOf(creator);
  store<u32>(thread, load<u32>(fellow, TASK_PID), TASK_TGID);
  store<u32>(thread, load<u32>(fellow, TASK_LIVES), TASK_LIVES_SEEN);
  setFlags(thread, TASK_FLAGS_IN_PROCESS_OF);
}

/** Process id of a thread other than the idle ones, as programs get it: counted if nobody told. */
export function tgidOf(tid: u32): u32 {
  const task = findTask(tid);
  if (!task || !toldTgid(task)) countMissing(MISSING_TGID);
  return task ? likelyTgid(task) : tid;
}

/** Process id of the current thread. */
export function currentTgid(): u32 {
  if (load<u32>(CURRENT_BLOCK, CURRENT_HOST)) return load<u32>(CURRENT_BLOCK, CURRENT_HOST_TGID);
  const tid = load<u32>(CURRENT_BLOCK, CURRENT_TID);
  return tid == 0 ? 0 : tgidOf(tid);
}

function storeComm(to: usize, low: u64, high: u64): usize {
  store<u64>(to, low);
  store<u64>(to, high, 8);
  return to;
}

/** "swapper/N"; N is cut to the 7 digits that fit. */
export function idleComm(to: usize, cpu: u32): usize {
  let digits: u64 = 0;
  let left: u32 = 7;
  do {
    digits = (digits << 8) | (48 + (cpu % 10));
    cpu /= 10;
    left--;
  } while (cpu && left);
  return storeComm(to, SWAPPER_COMM, digits);
}

/** Address of the 16 bytes of the current thread's name. */
export function currentComm(): usize {
  if (load<u32>(CURRENT_BLOCK, CURRENT_HOST)) return CURRENT_BLOCK + CURRENT_HOST_COMM;
  const tid = load<u32>(CURRENT_BLOCK, CURRENT_TID);
  if (tid == 0) return idleComm(PUMP_BLOCK + PUMP_COMM, load<u32>(CURRENT_BLOCK, CURRENT_CPU));
  const task = findTask(tid);
  const comm = task ? commOf(task) : 0;
  if (comm) return comm;
  countMissing(MISSING_COMM);
  return storeComm(PUMP_BLOCK + PUMP_COMM, UNKNOWN_COMM, 0);
}
