/** Tasks as struct task_struct in kernel memory: what is known of each, at the places that the session tells (src/bpf/memory.ts, TASK_STRUCT). */
import {
  CURRENT_BLOCK,
  CURRENT_CPU,
  CURRENT_HOST,
  CURRENT_HOST_COMM,
  CURRENT_HOST_TGID,
  CURRENT_TID,
  ID_KIND_GID,
  ID_KIND_UID,
  LIMITS_COMM_BYTES,
  LIMITS_PIDS,
  LIMITS_TASK_FIELDS,
  MISSING_COMM,
  MISSING_GID,
  MISSING_PARENT,
  MISSING_START,
  MISSING_TASK,
  MISSING_UID,
  PUMP_BLOCK,
  PUMP_COMM,
  TASK_FIELDS,
  TASK_FIELD_BYTES,
  TASK_FIELD_KIND,
  TASK_FIELD_KIND_COMM,
  TASK_FIELD_KIND_CRED,
  TASK_FIELD_KIND_GID,
  TASK_FIELD_KIND_LEADER,
  TASK_FIELD_KIND_PARENT,
  TASK_FIELD_KIND_STARTED,
  TASK_FIELD_KIND_TGID,
  TASK_FIELD_KIND_UID,
  TASK_FIELD_OFFSET,
  TASK_FIELD_SIZE_BYTES,
  TASK_FLAGS_HAS_START,
  TASK_STARTED,
  TASK_STRUCT_CRED,
  TASK_STRUCT_HIGH,
  TASK_STRUCT_HIGH_SHIFT,
  TASK_STRUCT_PID_SHIFT,
} from "./layout";
import { idOf } from "./identity";
import { countMissing } from "./missing";
import { parentOf, processOf } from "./task-window";
import { commOf, findTask, hasFlag, idleComm } from "./tasks";

export function isTaskStruct(address: u64): bool {
  return address >> (<u64>TASK_STRUCT_HIGH_SHIFT) == <u64>TASK_STRUCT_HIGH;
}

export function taskStruct(pid: u32): u64 {
  return ((<u64>TASK_STRUCT_HIGH) << (<u64>TASK_STRUCT_HIGH_SHIFT)) | ((<u64>pid) << (<u64>TASK_STRUCT_PID_SHIFT));
}

/** The member that holds the byte at `offset`; 0: nothing is known of it. */
function fieldAt(offset: u32): usize {
  let field: usize = TASK_FIELDS;
  for (let i: usize = 0; i < LIMITS_TASK_FIELDS; i++, field += TASK_FIELD_SIZE_BYTES) {
    if (offset - load<u32>(field, TASK_FIELD_OFFSET) < load<u32>(field, TASK_FIELD_BYTES)) return field;
  }
  return 0;
}

/** Programs of begin, end and interval are no task of the recording. */
function isHost(pid: u32): bool {
  return load<u32>(CURRENT_BLOCK, CURRENT_HOST) != 0 && pid == load<u32>(CURRENT_BLOCK, CURRENT_TID);
}

/** A member as 8 bytes; `known` is cleared, and it is counted, if the recording does not tell it. */
let known: bool = false;

function processIn(pid: u32): u32 {
  return isHost(pid) ? load<u32>(CURRENT_BLOCK, CURRENT_HOST_TGID) : processOf(pid);
}

function parentAddress(pid: u32): u64 {
  const task = isHost(pid) ? 0 : findTask(pid);
  const parent = task ? parentOf(task) : 0;
  // Idle tasks are children of the first one of them.
  if (parent != 0 || (pid == 0 && !isHost(pid))) return taskStruct(parent);
  known = false;
  countMissing(MISSING_PARENT);
  return 0;
}

/** Address of the 16 bytes of a name; 0: not known, and counted. */
function commAddress(pid: u32): usize {
  if (isHost(pid)) return CURRENT_BLOCK + CURRENT_HOST_COMM;
  if (pid == 0) return idleComm(PUMP_BLOCK + PUMP_COMM, load<u32>(CURRENT_BLOCK, CURRENT_CPU));
  const task = findTask(pid);
  const comm = task ? commOf(task) : 0;
  if (!comm) countMissing(MISSING_COMM);
  return comm;
}

/** A member's value where there `is` one. */
function orMissing(value: u64, is: bool, kind: usize): u64 {
  if (is) return value;
  known = false;
  countMissing(kind);
  return 0;
}

function idMember(pid: u32, id: u32, kind: usize): u64 {
  const value = isHost(pid) ? -1 : idOf(pid, id);
  return orMissing(value, value >= 0, kind);
}

function startOf(pid: u32): u64 {
  const task = isHost(pid) ? 0 : findTask(pid);
  const has = task != 0 && hasFlag(task, TASK_FLAGS_HAS_START);
  return orMissing(has ? load<u64>(task, TASK_STARTED) : 0, has, MISSING_START);
}

function number(kind: usize, pid: u32): u64 {
  if (kind == TASK_FIELD_KIND_CRED) return taskStruct(pid) + <u64>TASK_STRUCT_CRED;
  if (kind == TASK_FIELD_KIND_UID) return idMember(pid, ID_KIND_UID, MISSING_UID);
  if (kind == TASK_FIELD_KIND_GID) return idMember(pid, ID_KIND_GID, MISSING_GID);
  if (kind == TASK_FIELD_KIND_STARTED) return startOf(pid);
  if (kind == TASK_FIELD_KIND_TGID) return processIn(pid);
  if (kind == TASK_FIELD_KIND_LEADER) return taskStruct(processIn(pid));
  return kind == TASK_FIELD_KIND_PARENT ? parentAddress(pid) : pid;
}

/** Copies the part of a member from `skip` on. False: it is not known. */
function copyField(to: usize, field: usize, pid: u32, skip: u32, bytes: u32): bool {
  const kind: usize = load<u32>(field, TASK_FIELD_KIND);
  if (kind == TASK_FIELD_KIND_COMM) {
    const comm = commAddress(pid);
    if (comm) memory.copy(to, comm + skip, bytes);
    return comm != 0;
  }
  known = true;
  const value = number(kind, pid) >> (<u64>(skip << 3));
  for (let i: u32 = 0; i < bytes; i++) store<u8>(to + i, value >> (<u64>(i << 3)));
  return known;
}

function pidOf(address: u64): u32 {
  return (<u32>(address >> (<u64>TASK_STRUCT_PID_SHIFT))) & (LIMITS_PIDS - 1);
}

function offsetOf(address: u64): u32 {
  return (<u32>address) & ((1 << (<u32>TASK_STRUCT_PID_SHIFT)) - 1);
}

/** Bytes from `offset` to the next member that something is known of, at most `most`. */
function gapAt(offset: u32, most: u32): u32 {
  let gap = most;
  for (let i: usize = 0; i < LIMITS_TASK_FIELDS; i++) {
    const field = TASK_FIELDS + i * TASK_FIELD_SIZE_BYTES;
    if (load<u32>(field, TASK_FIELD_BYTES)) gap = min<u32>(gap, load<u32>(field, TASK_FIELD_OFFSET) - offset);
  }
  return gap;
}

/** True if some of it is known; the rest is zero, and counted. `to` has zeros. */
export function readTaskStruct(to: usize, size: u32, address: u64): bool {
  const pid = pidOf(address);
  const from = offsetOf(address);
  let isKnown = false;
  for (let done: u32 = 0; done < size;) {
    const field = fieldAt(from + done);
    if (!field) {
      countMissing(MISSING_TASK);
      done += gapAt(from + done, size - done);
      continue;
    }
    const skip = from + done - load<u32>(field, TASK_FIELD_OFFSET);
    const bytes = min<u32>(size - done, load<u32>(field, TASK_FIELD_BYTES) - skip);
    if (copyField(to + done, field, pid, skip, bytes)) isKnown = true;
    else memory.fill(to + done, 0, bytes);
    done += bytes;
  }
  return isKnown;
}

/** Where the name is that an address leads into, and how many bytes of it are left; 0: it leads to no name. */
export let textBytes: u32 = 0;
export function taskText(address: u64): usize {
  const from = offsetOf(address);
  const field = fieldAt(from);
  if (!field || <usize>load<u32>(field, TASK_FIELD_KIND) != TASK_FIELD_KIND_COMM) {
    countMissing(MISSING_TASK);
    return 0;
  }
  const skip = from - load<u32>(field, TASK_FIELD_OFFSET);
  const comm = commAddress(pidOf(address));
  textBytes = LIMITS_COMM_BYTES - skip;
  return comm ? comm + skip : 0;
}
