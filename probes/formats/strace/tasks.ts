/** What the lines so far tell of the traced tasks. */
import { copyBytes } from "../../lines/byte-text.ts";
import type { CallEvents } from "./events.ts";
import { COMM_BYTES } from "./events.ts";

const LEAST_BYTES = 256;
const EMPTY = new Uint8Array(0);

/** Bytes put together of pieces. */
export class TextBuffer {
  bytes: Uint8Array = EMPTY;
  length = 0;

  add(from: Uint8Array, start: number, end: number): void {
    const length = this.length + end - start;
    if (length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(length, this.bytes.length * 2, LEAST_BYTES));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    copyBytes(from, start, end, this.bytes, this.length);
    this.length = length;
  }
}

/** A call that is not finished. */
export interface Pending {
  active: boolean;
  call: CallEvents | null;
  /** For raw_syscalls; -1: not known. */
  number: number;
  /** ns since the base; of the line that the call begins on. */
  time: number;
  /** Stand-in pointers come from it. */
  serial: number;
  /** Behind the opening parenthesis. */
  readonly text: TextBuffer;
}

export class Task {
  readonly pid: number;
  /** A line of its own was there. */
  isSeen = false;
  /** 0: not known. */
  tgid = 0;
  readonly comm = new Uint8Array(COMM_BYTES);
  /** Nothing more will be known of where it comes from. */
  hasOrigin = false;
  readonly pending: Pending = { active: false, call: null, number: -1, time: 0, serial: 0, text: new TextBuffer() };
  /** Time of its last return. */
  returnedAt = 0;
  /** In a fork whose child has not been seen; the low word of its flags. */
  awaitsChild = false;
  cloneFlags = 0;
  /** The thread whose exec took over this task, 0: none. */
  supersededBy = 0;

  constructor(pid: number) {
    this.pid = pid;
  }

  get isNamed(): boolean {
    return this.comm[0] !== 0;
  }

  /** At most 15 bytes and a NUL. True if that is another name. */
  setComm(bytes: Uint8Array, start: number, end: number): boolean {
    const length = Math.min(end - start, COMM_BYTES - 1);
    let isNew = this.comm[length] !== 0;
    for (let i = 0; i < length; i++) if (this.comm[i] !== bytes[start + i]) isNew = true;
    if (!isNew) return false;
    this.comm.fill(0);
    this.comm.set(bytes.subarray(start, start + length));
    return true;
  }
}

/** Tasks by pid. Those that have ended are forgotten. */
export class TaskTable {
  readonly #tasks = new Map<number, Task>();
  readonly #forking = new Set<Task>();

  clear(): void {
    this.#tasks.clear();
    this.#forking.clear();
  }

  get(pid: number): Task {
    let task = this.#tasks.get(pid);
    if (task === undefined) this.#tasks.set(pid, (task = new Task(pid)));
    return task;
  }

  /** Of the tasks that lines were seen of, the only one; null: there are more, or none. */
  onlyOne(): Task | null {
    let found: Task | null = null;
    for (const task of this.#tasks.values()) {
      if (!task.isSeen) continue;
      if (found !== null) return null;
      found = task;
    }
    return found;
  }

  /** The task goes into a call that makes another. */
  beginFork(task: Task, flags: number): void {
    task.cloneFlags = flags;
    task.awaitsChild = true;
    this.#forking.add(task);
  }

  endFork(task: Task): void {
    task.awaitsChild = false;
    this.#forking.delete(task);
  }

  /** Tasks whose child may be the one that is seen first now. */
  awaiting(): Task[] {
    return [...this.#forking].filter(({ awaitsChild }) => awaitsChild);
  }

  /** Thread `other` calls exec: from here on it goes by the pid of its process, and goes on with its call there. */
  supersede(task: Task, other: number): void {
    const from = this.#tasks.get(other);
    if (from === undefined || !from.pending.active || from === task) return;
    const { pending } = from;
    Object.assign(task.pending, { active: true, call: pending.call, number: pending.number, time: pending.time, serial: pending.serial });
    task.pending.text.length = 0;
    task.pending.text.add(pending.text.bytes, 0, pending.text.length);
    task.supersededBy = other;
    this.forget(from);
  }

  forget(task: Task): void {
    this.#forking.delete(task);
    this.#tasks.delete(task.pid);
  }
}
