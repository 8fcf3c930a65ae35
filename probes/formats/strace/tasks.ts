/** What the lines so far tell of the traced tasks. */
import { COMM_BYTES } from "./events.ts";
import { Pending } from "./pending.ts";
import { STATE, state, task as entry } from "./scanner-layout.ts";
import type { Scanner } from "./scanner.ts";

const IS_SEEN = entry.isSeen >> 2;
const RETURNED_AT = entry.returnedAt >> 3;
const ONLY = (STATE + state.only) >> 2;

export class Task {
  readonly pid: number;
  /** 0: not known. */
  tgid = 0;
  readonly comm: Uint8Array;
  /** Nothing more will be known of where it comes from. */
  hasOrigin = false;
  readonly pending: Pending;
  /** In a fork whose child has not been seen; the low word of its flags. */
  awaitsChild = false;
  cloneFlags = 0;
  /** The thread whose exec took over this task, 0: none. */
  supersededBy = 0;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;

  /** `at`: of the task's entry in `memory` (scanner-layout.ts, `task`). */
  constructor(pid: number, memory: ArrayBuffer, at: number) {
    this.pid = pid;
    this.#words = new Int32Array(memory, at, entry.sizeBytes >> 2);
    this.#doubles = new Float64Array(memory, at, entry.sizeBytes >> 3);
    this.comm = new Uint8Array(memory, at + entry.comm, COMM_BYTES);
    this.pending = new Pending(this.#words, this.#doubles);
  }

  /** A line of its own was there. */
  get isSeen(): boolean {
    return this.#words[IS_SEEN] !== 0;
  }

  set isSeen(isSeen: boolean) {
    this.#words[IS_SEEN] = isSeen ? 1 : 0;
  }

  /** Time of its last return, ns since the base. */
  get returnedAt(): number {
    return this.#doubles[RETURNED_AT]!;
  }

  set returnedAt(ns: number) {
    this.#doubles[RETURNED_AT] = ns;
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
  readonly #scanner: Scanner;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  clear(): void {
    this.#tasks.clear();
    this.#forking.clear();
    this.#scanner.code.clearTasks();
    this.tellOnly();
  }

  /** Tells the scanner whose lines without a pid are. */
  tellOnly(): void {
    this.#scanner.words[ONLY] = this.onlyOne()?.pid ?? -1;
  }

  get(pid: number): Task {
    let task = this.#tasks.get(pid);
    if (task === undefined) this.#tasks.set(pid, (task = this.#make(pid)));
    return task;
  }

  #make(pid: number): Task {
    const at = this.#scanner.code.addTask(pid);
    // Lines of tasks beyond those that the scanner has room for are read here.
    return at === 0 ? new Task(pid, new ArrayBuffer(entry.sizeBytes), 0) : new Task(pid, this.#scanner.bytes.buffer, at);
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
    task.pending.moveFrom(from.pending);
    task.supersededBy = other;
    this.forget(from);
  }

  forget(task: Task): void {
    this.#forking.delete(task);
    this.#tasks.delete(task.pid);
    this.#scanner.code.removeTask(task.pid);
  }
}
