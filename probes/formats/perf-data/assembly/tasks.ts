/** Records of our own that tell the task rules what the recording says of tasks: which process a thread is of, names, forks, exits. */
import {
  CGROUP_RECORD_CGROUP,
  CGROUP_RECORD_SIZE_BYTES,
  COMM_RECORD_COMM,
  COMM_RECORD_COMM_BYTES,
  COMM_RECORD_SIZE_BYTES,
  COMM_RECORD_TGID,
  EXIT_RECORD_SIZE_BYTES,
  FORK_RECORD_CHILD,
  FORK_RECORD_FLAGS,
  FORK_RECORD_SIZE_BYTES,
  FORK_RECORD_STARTED,
  LIMITS_PIDS,
  STATE,
  STATE_CGROUP_EVENT,
  STATE_COMM_EVENT,
  STATE_EXIT_EVENT,
  STATE_FORK_EVENT,
  STATE_TGID_EVENT,
  STATE_TOLD,
  TGID_RECORD_SIZE_BYTES,
  TGID_RECORD_TGID,
} from "./layout";
import { half, long, putHalf, putLong, putWord, word } from "./order";
import { begin } from "./pages";

const NO_PID: u32 = 0xffffffff;
const CLONE_THREAD: u64 = 0x10000;
/** Flags that say no more than that what they stand for is not known: CLONE_INTO_CGROUP, and that the record's time is that of the birth. */
const NOT_KNOWN: u64 = 0x8000_0002_0000_0000;
/** Payload of a record. */
const BODY: usize = 8;

/** Threads from here on were not told of. */
let toldEnd: u32 = 0;

function toldAt(tid: u32): usize {
  return load<u32>(STATE, STATE_TOLD) + (tid << 2);
}

function beginRecord<Order>(ns: u64, cpu: u32, event: u32, tid: u32, bytes: u32): usize {
  const at = begin<Order>(ns, cpu, bytes);
  if (!at) return 0;
  memory.fill(at, 0, bytes);
  putHalf<Order>(at, event);
  putWord<Order>(at + 4, tid);
  return at;
}

/** Whose cgroup was told last, and which: samples of one task often follow each other. */
let cgroupTid: u32 = NO_PID;
let cgroupId: u64 = 0;

/** Forgets what was told. */
export function resetTasks(): void {
  cgroupTid = NO_PID;
  memory.fill(toldAt(0), 0, toldEnd << 2);
  toldEnd = 0;
}

function setTold(tid: u32, pid: u32): void {
  if (tid >= LIMITS_PIDS) return;
  toldEnd = max<u32>(toldEnd, tid + 1);
  store<u32>(toldAt(tid), pid + 1);
}

/** Whether the rules know that a thread is of a process; tells them if not. False: no room. */
// @inline
export function tellProcess<Order>(ns: u64, cpu: u32, pid: u32, tid: u32): bool {
  if (tid - 1 >= LIMITS_PIDS - 1 || pid == NO_PID || load<u32>(toldAt(tid)) == pid + 1) return true;
  return tellNewProcess<Order>(ns, cpu, pid, tid);
}

function tellNewProcess<Order>(ns: u64, cpu: u32, pid: u32, tid: u32): bool {
  const at = beginRecord<Order>(ns, cpu, load<u32>(STATE, STATE_TGID_EVENT), tid, TGID_RECORD_SIZE_BYTES);
  if (!at) return false;
  putWord<Order>(at + TGID_RECORD_TGID, pid);
  setTold(tid, pid);
  return true;
}

/** The cgroup that a sample has. False: no room. */
export function tellCgroup<Order>(ns: u64, cpu: u32, tid: u32, cgroup: u64): bool {
  if (tid == NO_PID || (tid == cgroupTid && cgroup == cgroupId)) return true;
  const at = beginRecord<Order>(ns, cpu, load<u32>(STATE, STATE_CGROUP_EVENT), tid, CGROUP_RECORD_SIZE_BYTES);
  if (!at) return false;
  putLong<Order>(at + CGROUP_RECORD_CGROUP, cgroup);
  cgroupTid = tid;
  cgroupId = cgroup;
  return true;
}

/** PERF_RECORD_COMM. False: no room. */
export function tellComm<Order>(record: usize, ns: u64, cpu: u32): bool {
  const size = half<Order>(record + 6);
  if (size < 24) return true;
  const pid = word<Order>(record + BODY);
  const tid = word<Order>(record + BODY + 4);
  const at = beginRecord<Order>(ns, cpu, load<u32>(STATE, STATE_COMM_EVENT), tid, COMM_RECORD_SIZE_BYTES);
  if (!at) return false;
  putWord<Order>(at + COMM_RECORD_TGID, pid);
  const most = min<u32>(COMM_RECORD_COMM_BYTES - 1, size - 16);
  for (let i: u32 = 0; i < most; i++) {
    const byte = load<u8>(record + BODY + 8 + i);
    if (!byte) break;
    store<u8>(at + COMM_RECORD_COMM + i, byte);
  }
  setTold(tid, pid);
  return true;
}

/** PERF_RECORD_FORK: u32 pid, ppid, tid, ptid, u64 time, 0 if the task was there before. False: no room. */
export function tellFork<Order>(record: usize, ns: u64, cpu: u32): bool {
  const size = half<Order>(record + 6);
  if (size < 24) return true;
  const pid = word<Order>(record + BODY);
  const parentPid = word<Order>(record + BODY + 4);
  const tid = word<Order>(record + BODY + 8);
  const parentTid = word<Order>(record + BODY + 12);
  if (!tellProcess<Order>(ns, cpu, parentPid, parentTid)) return false;
  const at = beginRecord<Order>(ns, cpu, load<u32>(STATE, STATE_FORK_EVENT), parentTid, FORK_RECORD_SIZE_BYTES);
  if (!at) return false;
  putWord<Order>(at + FORK_RECORD_CHILD, tid);
  putLong<Order>(at + FORK_RECORD_FLAGS, NOT_KNOWN | (pid == parentPid && tid != pid ? CLONE_THREAD : 0));
  putLong<Order>(at + FORK_RECORD_STARTED, size < 32 ? 0 : long<Order>(record + BODY + 16));
  if (tid == cgroupTid) cgroupTid = NO_PID;
  setTold(tid, pid);
  return true;
}

/** PERF_RECORD_EXIT: the same. False: no room. */
export function tellExit<Order>(record: usize, ns: u64, cpu: u32): bool {
  if (half<Order>(record + 6) < 24) return true;
  return beginRecord<Order>(ns, cpu, load<u32>(STATE, STATE_EXIT_EVENT), word<Order>(record + BODY + 8), EXIT_RECORD_SIZE_BYTES) != 0;
}
