/** Lines about tasks as records for the task rules. They are in no catalogue: nobody recorded them as events. */
import type { TaskRule } from "../../recording.ts";
import { type Batch, writeCommon } from "../../stream/batch.ts";
import type { TaskLine } from "./task-line.ts";
import { COMM_BYTES, TASK_BYTES, TASK_COMM, TASK_TGID } from "./task-memory.ts";

/** common_types. `names` is what lines of events tell too. */
export interface TaskIds {
  readonly names: number;
  readonly born: number;
  /** Born, of unknown clone flags. */
  readonly forked: number;
  readonly facts: number;
  readonly cgroup: number;
  readonly exit: number;
}

const COMMON_PID = 4;
const EXIT_BYTES = 8;
/** By the parent: u32 child, u64 clone flags. */
const BORN = { child: 8, flags: 16, sizeBytes: 24 } as const;
/** u32 ids, -1: not told; u64 time, 0: not told. */
const FACTS = { uid: 8, gid: 12, started: 16, sizeBytes: 24 } as const;
const CGROUP = { id: 8, sizeBytes: 16 } as const;

export function newTaskIds(nextId: () => number): TaskIds {
  return { names: nextId(), born: nextId(), forked: nextId(), facts: nextId(), cgroup: nextId(), exit: nextId() };
}

export function taskRecordRules(ids: TaskIds): TaskRule[] {
  const comm = { offset: TASK_COMM, sizeBytes: COMM_BYTES, loc: "inline", basename: false } as const;
  const birth = { when: "before", kind: "fork", parent: COMMON_PID, child: BORN.child, comm: null } as const;
  return [
    { eventId: ids.names, when: "before", kind: "tgid", tgid: TASK_TGID },
    { eventId: ids.names, when: "before", kind: "comm", pid: COMMON_PID, comm },
    { eventId: ids.born, ...birth, flags: BORN.flags, wideFlags: true },
    { eventId: ids.forked, ...birth, flags: -1 },
    { eventId: ids.facts, when: "before", kind: "told_id", id: "uid", pid: COMMON_PID, value: FACTS.uid },
    { eventId: ids.facts, when: "before", kind: "told_id", id: "gid", pid: COMMON_PID, value: FACTS.gid },
    { eventId: ids.facts, when: "before", kind: "started", pid: COMMON_PID, value: FACTS.started },
    { eventId: ids.cgroup, when: "before", kind: "cgroup", pid: COMMON_PID, hierarchy: -1, value: CGROUP.id },
    { eventId: ids.exit, when: "after", kind: "exit", pid: COMMON_PID },
  ];
}

function begin(batch: Batch, id: number, pid: number, sizeBytes: number): number {
  const at = batch.begin(sizeBytes);
  batch.bytes.fill(0, at, at + sizeBytes);
  writeCommon(batch, at, id, pid);
  return at;
}

function writeBirth(batch: Batch, { names: _names, born, forked }: TaskIds, { pid, flags }: TaskLine, parent: number): void {
  const at = begin(batch, flags === null ? forked : born, parent, BORN.sizeBytes);
  batch.view.setUint32(at + BORN.child, pid, true);
  batch.view.setBigUint64(at + BORN.flags, flags ?? 0n, true);
  batch.end(at, BORN.sizeBytes);
}

function writeNames(batch: Batch, id: number, { pid, tgid, comm }: TaskLine): void {
  const at = begin(batch, id, pid, TASK_BYTES);
  batch.view.setUint32(at + TASK_TGID, tgid, true);
  batch.bytes.set(comm.subarray(0, COMM_BYTES - 1), at + TASK_COMM);
  batch.end(at, TASK_BYTES);
}

function writeFacts(batch: Batch, id: number, { pid, uid, gid, started }: TaskLine): void {
  const at = begin(batch, id, pid, FACTS.sizeBytes);
  batch.view.setInt32(at + FACTS.uid, uid, true);
  batch.view.setInt32(at + FACTS.gid, gid, true);
  batch.view.setBigUint64(at + FACTS.started, started, true);
  batch.end(at, FACTS.sizeBytes);
}

/** A birth comes first, an exit last; what is not told is not written. */
export function writeTask(batch: Batch, ids: TaskIds, task: TaskLine): void {
  if (task.parent !== null) writeBirth(batch, ids, task, task.parent);
  if (task.tgid !== 0 || task.comm.length > 0) writeNames(batch, ids.names, task);
  if (task.uid !== -1 || task.gid !== -1 || task.started !== 0n) writeFacts(batch, ids.facts, task);
  if (task.cgroup !== null) {
    const at = begin(batch, ids.cgroup, task.pid, CGROUP.sizeBytes);
    batch.view.setBigUint64(at + CGROUP.id, task.cgroup, true);
    batch.end(at, CGROUP.sizeBytes);
  }
  if (task.exits) batch.end(begin(batch, ids.exit, task.pid, EXIT_BYTES), EXIT_BYTES);
}
