/** Encodes what lines tell of tasks: forks, execs, names, exits. */
import { type Batch, writeCommon } from "../../stream/batch.ts";
import { COMM_BYTES, eventIds, FIRST_FIELD } from "./events.ts";
import type { Task } from "./tasks.ts";

const CLONE_THREAD = 0x10000;
const SLASH = 0x2f;
const AT = FIRST_FIELD;

function putComm(batch: Batch, at: number, comm: Uint8Array): void {
  for (let i = 0; i < COMM_BYTES; i++) batch.bytes[at + i] = comm[i]!;
}

/** The parent's call made the child: its process and name follow from that. */
export function fork(batch: Batch, parent: Task, child: Task, flags: number): void {
  const isThread = (flags & CLONE_THREAD) !== 0;
  child.hasOrigin = true;
  child.tgid = isThread ? parent.tgid : child.pid;
  if (!child.isNamed) child.comm.set(parent.comm);
  let at = batch.begin(36);
  writeCommon(batch, at, eventIds.newTask, parent.pid);
  batch.view.setInt32(at + AT, child.pid, true);
  putComm(batch, at + AT + 4, child.comm);
  batch.view.setUint32(at + AT + 20, flags >>> 0, true);
  batch.view.setUint32(at + AT + 24, 0, true);
  batch.end(at, 36);
  at = batch.begin(48);
  writeCommon(batch, at, eventIds.fork, parent.pid);
  putComm(batch, at + AT, parent.comm);
  batch.view.setInt32(at + AT + 16, parent.pid, true);
  putComm(batch, at + AT + 20, child.comm);
  batch.view.setInt32(at + AT + 36, child.pid, true);
  batch.end(at, 48);
}

/** What no event of the kernel would tell: the process and the name of a task that is seen for the first time, or its name as -Y has it. */
export function known(batch: Batch, task: Task): void {
  const at = batch.begin(28);
  writeCommon(batch, at, eventIds.task, task.pid);
  batch.view.setUint32(at + AT, task.tgid, true);
  putComm(batch, at + AT + 4, task.comm);
  batch.end(at, 28);
}

/** The task's new name is `name`. */
export function rename(batch: Batch, task: Task, name: Uint8Array): void {
  const at = batch.begin(44);
  writeCommon(batch, at, eventIds.rename, task.pid);
  batch.view.setInt32(at + AT, task.pid, true);
  putComm(batch, at + AT + 4, task.comm);
  let end = name.indexOf(0);
  if (end < 0) end = name.length;
  task.setComm(name, 0, end);
  putComm(batch, at + AT + 20, task.comm);
  batch.end(at, 44);
}

/** A successful exec of `path`; another thread of the process called it, if `oldPid` is another. */
export function exec(batch: Batch, task: Task, path: Uint8Array, oldPid: number): void {
  rename(batch, task, path.subarray(path.lastIndexOf(SLASH) + 1));
  task.tgid = task.pid;
  task.hasOrigin = true;
  known(batch, task);
  const at = batch.begin(AT + 12 + path.length + 1);
  writeCommon(batch, at, eventIds.exec, task.pid);
  batch.view.setUint32(at + AT, ((path.length + 1) << 16) | (AT + 12), true);
  batch.view.setInt32(at + AT + 4, task.pid, true);
  batch.view.setInt32(at + AT + 8, oldPid, true);
  batch.bytes.set(path, at + AT + 12);
  batch.bytes[at + AT + 12 + path.length] = 0;
  batch.end(at, AT + 12 + path.length + 1);
}

export function exit(batch: Batch, task: Task): void {
  const at = batch.begin(28);
  writeCommon(batch, at, eventIds.exit, task.pid);
  putComm(batch, at + AT, task.comm);
  batch.view.setInt32(at + AT + 16, task.pid, true);
  batch.end(at, 28);
}

export function signal(batch: Batch, task: Task, number: number, errno: number, code: number): void {
  const at = batch.begin(20);
  writeCommon(batch, at, eventIds.signal, task.pid);
  batch.view.setInt32(at + AT, number, true);
  batch.view.setInt32(at + AT + 4, errno, true);
  batch.view.setInt32(at + AT + 8, code, true);
  batch.end(at, 20);
}
