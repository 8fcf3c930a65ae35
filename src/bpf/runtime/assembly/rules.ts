/** Task rules: how events move the task table during the run, and what they tell of the time before the recording (the prescan). */
import {
  COMM_FLAGS_BASENAME,
  COMM_FLAGS_DATA_LOC,
  EVENT_FLAGS_RULES,
  EVENT_PLAN_AFTER,
  EVENT_PLAN_BEFORE,
  EVENT_PLAN_PROGRAMS,
  EVENT_PLAN_SIZE_BYTES,
  LIMITS_CLONE_THREAD,
  LIMITS_COMM_BYTES,
  PUMP_BLOCK,
  PUMP_COMM,
  RULE_CHILD,
  RULE_COMM_BYTES,
  RULE_COMM_FLAGS,
  RULE_COMM_OFFSET,
  RULE_FLAGS,
  RULE_KIND,
  RULE_KIND_COMM,
  RULE_KIND_EXIT,
  RULE_KIND_FORK,
  RULE_KIND_OLD_COMM,
  RULE_KIND_RUNNING,
  RULE_KIND_SEEN,
  RULE_KIND_TGID,
  RULE_NONE,
  RULE_PARENT,
  RULE_PID,
  RULE_RENAMES,
  RULE_RESULT,
  RULE_KIND_EXEC,
  RULE_KIND_FORK_RETURN,
  PUMP_TASK_COUNT,
  TASK_SAVED,
  TASK_FLAGS_HAS_SAVED,
  TASK_FLAGS_LIKE_PARENT,
  TASK_FLAGS_NAMED,
  TASK_FLAGS_EXEC_FIRST,
  TASK_FLAGS_FORK_RETURNED,
  RULE_TGID,
  TASK_COMM,
  TASK_FLAGS_COMM_SETTLED,
  TASK_FLAGS_EXITED,
  TASK_FLAGS_HAS_COMM,
  TASK_FLAGS_TGID_SETTLED,
  TASK_FLAGS_TOLD,
  TASK_PARENT,
} from "./layout";
import { IDS_SETTLED, inheritIds, settleIds } from "./identity";
import { applyBirth, applyIdentity, scanIdentity } from "./identity-rules";
import { field, field64, holds, isZero, record, setRecord } from "./rule-record";
import { noteRunning } from "./running";
import { clearFlags, commOf, findTask, forgetTgid, hasFlag, joinProcess, setComm, setFlags, setTgid, taskAt, taskOf } from "./tasks";

const COMMON_PID: u32 = 4;
const NUL: u32 = 0;
const SLASH: u32 = 47;

/** Decodes the rule's name into pump.comm, zero-padded; false if the rule has none or the record is too short for it. */
function readComm(rule: usize): bool {
  let offset = load<u32>(rule, RULE_COMM_OFFSET);
  if (offset == RULE_NONE) return false;
  let bytes = load<u32>(rule, RULE_COMM_BYTES);
  const flags = load<u32>(rule, RULE_COMM_FLAGS);
  if (flags & COMM_FLAGS_DATA_LOC) {
    if (!holds(offset, 4)) return false;
    const location = field(offset);
    offset = location & 0xffff;
    bytes = location >>> 16;
  }
  if (!holds(offset, bytes)) return false;
  let start = record + offset;
  let length: u32 = 0;
  while (length < bytes && <u32>load<u8>(start + length) != NUL) length++;
  if (flags & COMM_FLAGS_BASENAME) {
    let from = length;
    while (from > 0 && <u32>load<u8>(start + from - 1) != SLASH) from--;
    start += from;
    length -= from;
  }
  if (length == 0) return false;
  memory.fill(PUMP_BLOCK + PUMP_COMM, 0, LIMITS_COMM_BYTES);
  memory.copy(PUMP_BLOCK + PUMP_COMM, start, min<u32>(length, LIMITS_COMM_BYTES - 1));
  return true;
}

function threadFlagKnown(rule: usize): bool {
  return load<u32>(rule, RULE_FLAGS) != RULE_NONE;
}

/** The task that the record tells of. */
function tellOf(pid: u32): usize {
  const task = taskOf(pid);
  if (task) setFlags(task, TASK_FLAGS_TOLD);
  return task;
}

/**
 * A new task: its parent's name, and its parent's process if it is a thread. Two events may tell of one fork (task_newtask, with flags, then
 * sched_process_fork, without): the second one must not take away what the first one knew.
 */
function applyFork(rule: usize): void {
  const parentPid = field(load<u32>(rule, RULE_PARENT));
  const child = tellOf(field(load<u32>(rule, RULE_CHILD)));
  if (!child) return;
  const parent = tellOf(parentPid);
  const isReused = hasFlag(child, TASK_FLAGS_EXITED);
  store<u32>(child, parentPid, TASK_PARENT);
  const flags = threadFlagKnown(rule) ? field64(load<u32>(rule, RULE_FLAGS)) : 0;
  if (threadFlagKnown(rule)) {
    const isThread = (flags & (<u64>LIMITS_CLONE_THREAD)) != 0;
    forgetTgid(child);
    if (!isThread) setTgid(child, field(load<u32>(rule, RULE_CHILD)));
    else if (parent) joinProcess(child, parent);
  } else if (isReused) {
    forgetTgid(child);
  }
  clearFlags(child, TASK_FLAGS_LIKE_PARENT | TASK_FLAGS_NAMED);
  if (readComm(rule)) setComm(child);
  else if (parent) inheritComm(child, parent);
  applyBirth(rule, child, parent, flags);
  clearFlags(child, TASK_FLAGS_EXITED);
}

function inheritComm(child: usize, parent: usize): void {
  const comm = commOf(parent);
  if (!comm) return;
  memory.copy(child + TASK_COMM, comm, LIMITS_COMM_BYTES);
  setFlags(child, TASK_FLAGS_HAS_COMM);
}

/** The parent's return from its fork: from here on the child's name is its own, unless that was so before. */
function applyForkReturn(rule: usize): void {
  const child = findTask(field(load<u32>(rule, RULE_CHILD)));
  if (!child || !hasFlag(child, TASK_FLAGS_LIKE_PARENT)) return;
  const parent = findTask(load<u32>(child, TASK_PARENT));
  clearFlags(child, TASK_FLAGS_LIKE_PARENT);
  setFlags(child, TASK_FLAGS_TOLD);
  if (!parent) return;
  inheritComm(child, parent);
  inheritIds(child, parent);
}

/** The return from an exec that no other event has told of: the saved name is the best there is. */
function applyExec(rule: usize): void {
  if (!isZero(load<u32>(rule, RULE_RESULT))) return;
  const task = tellOf(field(load<u32>(rule, RULE_PID)));
  if (!task) return;
  const isNamed = hasFlag(task, TASK_FLAGS_NAMED);
  clearFlags(task, TASK_FLAGS_LIKE_PARENT | TASK_FLAGS_NAMED);
  if (isNamed) return;
  if (hasFlag(task, TASK_FLAGS_HAS_SAVED)) {
    memory.copy(task + TASK_COMM, task + TASK_SAVED, LIMITS_COMM_BYTES);
    setFlags(task, TASK_FLAGS_HAS_COMM);
  } else {
    clearFlags(task, TASK_FLAGS_HAS_COMM);
  }
}

function apply(rule: usize): void {
  const kind = load<u32>(rule, RULE_KIND);
  if (kind == RULE_KIND_FORK) return applyFork(rule);
  if (kind == RULE_KIND_FORK_RETURN) return applyForkReturn(rule);
  if (kind == RULE_KIND_EXEC) return applyExec(rule);
  if (kind == RULE_KIND_RUNNING) {
    const pid = load<u32>(rule, RULE_PID);
    if (holds(pid, 4)) noteRunning(field(pid));
    return;
  }
  const task = tellOf(field(kind == RULE_KIND_TGID ? COMMON_PID : load<u32>(rule, RULE_PID)));
  if (!task || kind == RULE_KIND_SEEN) return;
  if (kind == RULE_KIND_COMM) {
    if (!readComm(rule)) return;
    setComm(task);
    clearFlags(task, TASK_FLAGS_LIKE_PARENT);
    if (load<u32>(rule, RULE_RENAMES)) setFlags(task, TASK_FLAGS_NAMED);
  } else if (kind == RULE_KIND_TGID) {
    setTgid(task, field(load<u32>(rule, RULE_TGID)));
  } else if (kind == RULE_KIND_EXIT) {
    setFlags(task, TASK_FLAGS_EXITED);
  } else if (kind != RULE_KIND_OLD_COMM) {
    applyIdentity(rule, task);
  }
}

/** The task had this name when the recording began, unless something settled that before. */
function settleComm(task: usize): void {
  if (hasFlag(task, TASK_FLAGS_COMM_SETTLED)) return;
  setComm(task);
  setFlags(task, TASK_FLAGS_COMM_SETTLED);
}

/**
 * A fork says what its parent was called; the child did not exist before, so nothing later tells of its first name. Its process
 * is another matter: where the fork does not say whether it is a thread, the first evidence after it holds for the whole life.
 */
function scanFork(rule: usize): void {
  const parent = taskOf(field(load<u32>(rule, RULE_PARENT)));
  if (parent && readComm(rule)) settleComm(parent);
  const child = taskOf(field(load<u32>(rule, RULE_CHILD)));
  if (!child) return;
  setFlags(child, threadFlagKnown(rule) ? TASK_FLAGS_COMM_SETTLED | TASK_FLAGS_TGID_SETTLED : TASK_FLAGS_COMM_SETTLED);
  settleIds(child);
}

/**
 * Both sides of a fork return from it. A child whose first evidence is this, or an exec without a name before it, is called like its parent
 * until then.
 */
function scanForkReturn(rule: usize): void {
  if (!holds(load<u32>(rule, RULE_CHILD), 4)) return;
  const parentPid = field(load<u32>(rule, RULE_PARENT));
  const childPid = field(load<u32>(rule, RULE_CHILD));
  if (childPid == 0) {
    const child = taskOf(parentPid);
    if (child) setFlags(child, TASK_FLAGS_FORK_RETURNED);
    return;
  }
  const child = taskOf(childPid);
  if (!child || (hasFlag(child, TASK_FLAGS_COMM_SETTLED) && !hasFlag(child, TASK_FLAGS_EXEC_FIRST))) return;
  clearFlags(child, TASK_FLAGS_EXEC_FIRST);
  setFlags(child, TASK_FLAGS_COMM_SETTLED | TASK_FLAGS_LIKE_PARENT);
  store<u32>(child, parentPid, TASK_PARENT);
}

function scanExec(rule: usize): void {
  if (!isZero(load<u32>(rule, RULE_RESULT))) return;
  const task = taskOf(field(load<u32>(rule, RULE_PID)));
  if (task && !hasFlag(task, TASK_FLAGS_COMM_SETTLED)) setFlags(task, TASK_FLAGS_COMM_SETTLED | TASK_FLAGS_EXEC_FIRST);
}

function scan(rule: usize): void {
  const kind = load<u32>(rule, RULE_KIND);
  if (kind == RULE_KIND_FORK) return scanFork(rule);
  if (kind == RULE_KIND_FORK_RETURN) return scanForkReturn(rule);
  if (kind == RULE_KIND_EXEC) return scanExec(rule);
  if (kind == RULE_KIND_RUNNING || kind == RULE_KIND_SEEN) return;
  const task = taskOf(field(kind == RULE_KIND_TGID ? COMMON_PID : load<u32>(rule, RULE_PID)));
  if (!task) return;
  if (kind == RULE_KIND_TGID) {
    if (!hasFlag(task, TASK_FLAGS_TGID_SETTLED)) setTgid(task, field(load<u32>(rule, RULE_TGID)));
    setFlags(task, TASK_FLAGS_TGID_SETTLED);
  } else if (kind != RULE_KIND_COMM && kind != RULE_KIND_OLD_COMM) {
    scanIdentity(rule, task);
  } else if (load<u32>(rule, RULE_RENAMES)) {
    // The name that it gets now was not its first one; what it was is in an old_comm rule, or the saved name has to serve.
    setFlags(task, TASK_FLAGS_COMM_SETTLED);
  } else if (readComm(rule)) {
    settleComm(task);
  }
}

function rulesStart(plan: usize): usize {
  return plan + EVENT_PLAN_SIZE_BYTES + (load<u32>(plan, EVENT_PLAN_PROGRAMS) << 2);
}

function rulesBefore(plan: usize): u32 {
  return load<u32>(plan, EVENT_PLAN_BEFORE) & EVENT_FLAGS_RULES;
}

export function applyBefore(plan: usize, at: usize, bytes: u32, isBigEndian: bool, ns: u64): void {
  setRecord(at, bytes, isBigEndian, ns);
  let rules = rulesStart(plan);
  const end = rules + (rulesBefore(plan) << 2);
  for (; rules < end; rules += 4) apply(load<u32>(rules));
}

export function applyAfter(plan: usize, at: usize, bytes: u32, isBigEndian: bool, ns: u64): void {
  setRecord(at, bytes, isBigEndian, ns);
  let rules = rulesStart(plan) + (rulesBefore(plan) << 2);
  const end = rules + (load<u32>(plan, EVENT_PLAN_AFTER) << 2);
  for (; rules < end; rules += 4) apply(load<u32>(rules));
}

/** An event of the prescan: first what it says of the name before it, then the rest. */
export function scanRules(plan: usize, at: usize, bytes: u32, isBigEndian: bool): void {
  setRecord(at, bytes, isBigEndian, 0);
  const start = rulesStart(plan);
  const end = start + ((rulesBefore(plan) + load<u32>(plan, EVENT_PLAN_AFTER)) << 2);
  for (let rules = start; rules < end; rules += 4) {
    if (load<u32>(load<u32>(rules), RULE_KIND) == RULE_KIND_OLD_COMM) scan(load<u32>(rules));
  }
  for (let rules = start; rules < end; rules += 4) {
    if (load<u32>(load<u32>(rules), RULE_KIND) != RULE_KIND_OLD_COMM) scan(load<u32>(rules));
  }
}

/** Forgets what only the prescan needs. A fork that only the parent returned from may have given a pid of another namespace. */
export function endScan(): void {
  const marks: u32 = TASK_FLAGS_COMM_SETTLED | TASK_FLAGS_TGID_SETTLED | IDS_SETTLED | TASK_FLAGS_EXEC_FIRST | TASK_FLAGS_FORK_RETURNED;
  const count = load<u32>(PUMP_BLOCK, PUMP_TASK_COUNT);
  for (let i: u32 = 0; i < count; i++) {
    const task = taskAt(i);
    if (!hasFlag(task, TASK_FLAGS_FORK_RETURNED)) clearFlags(task, TASK_FLAGS_LIKE_PARENT);
    clearFlags(task, marks);
  }
}
