/** Names and processes of the tasks that lines tell of. */
import type { LineHead } from "./head.ts";

const FIRST_SLOTS = 1024;
/** More tasks than a recording has; what is beyond has no name. */
const MOST_TASKS = 1 << 20;
export const COMM_BYTES = 16;
const [LESS, COLON] = [60, 58];
const utf8 = new TextDecoder();

export class TaskNames {
  #slots = new Int32Array(FIRST_SLOTS);
  #pids = new Int32Array(FIRST_SLOTS / 2);
  #tgids = new Int32Array(FIRST_SLOTS / 2);
  #comms = new Uint8Array((FIRST_SLOTS / 2) * COMM_BYTES);
  #count = 0;
  /** The task asked for last, most often the next one too. */
  #lastPid = -1;
  #last = -1;

  /** The task's number; -1: no room for more. */
  of(pid: number): number {
    if (pid === this.#lastPid) return this.#last;
    const mask = this.#slots.length - 1;
    let slot = Math.imul(pid, 0x9e3779b1) & mask;
    let task = this.#slots[slot]! - 1;
    while (task >= 0 && this.#pids[task] !== pid) {
      slot = (slot + 1) & mask;
      task = this.#slots[slot]! - 1;
    }
    if (task < 0) {
      if (this.#count === MOST_TASKS) return -1;
      task = this.#count++;
      this.#pids[task] = pid;
      this.#tgids[task] = -1;
      this.#slots[slot] = task + 1;
      if (2 * this.#count === this.#slots.length) this.#grow();
    }
    this.#lastPid = pid;
    this.#last = task;
    return task;
  }

  #grow(): void {
    const slots = new Int32Array(2 * this.#slots.length);
    const half = slots.length / 2;
    const [pids, tgids, comms] = [new Int32Array(half), new Int32Array(half), new Uint8Array(half * COMM_BYTES)];
    pids.set(this.#pids);
    tgids.set(this.#tgids);
    comms.set(this.#comms);
    for (let task = 0; task < this.#count; task++) {
      let slot = Math.imul(pids[task]!, 0x9e3779b1) & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = task + 1;
    }
    [this.#slots, this.#pids, this.#tgids, this.#comms] = [slots, pids, tgids, comms];
  }

  tgid(task: number): number {
    return this.#tgids[task]!;
  }

  setTgid(task: number, tgid: number): void {
    this.#tgids[task] = tgid;
  }

  hasComm(task: number): boolean {
    return this.#comms[task * COMM_BYTES] !== 0;
  }

  isNamed(task: number, bytes: Uint8Array, start: number, end: number): boolean {
    const comms = this.#comms;
    const at = task * COMM_BYTES;
    const length = Math.min(end - start, COMM_BYTES - 1);
    for (let i = 0; i < length; i++) if (comms[at + i] !== bytes[start + i]) return false;
    return comms[at + length] === 0;
  }

  setComm(task: number, bytes: Uint8Array, start: number, end: number): void {
    const at = task * COMM_BYTES;
    const length = Math.min(end - start, COMM_BYTES - 1);
    for (let i = 0; i < COMM_BYTES; i++) this.#comms[at + i] = i < length ? bytes[start + i]! : 0;
  }

  /** pid → name of all that have one. */
  names(): Map<number, string> {
    const names = new Map<number, string>();
    for (let task = 0; task < this.#count; task++) {
      if (!this.hasComm(task)) continue;
      const comm = this.#comms.subarray(task * COMM_BYTES, (task + 1) * COMM_BYTES);
      const length = comm.indexOf(0);
      names.set(this.#pids[task]!, utf8.decode(comm.subarray(0, length < 0 ? COMM_BYTES : length)));
    }
    return names;
  }
}

/** `<...>`, `<idle>`, `:1234`: what stands where there is no name. */
export const isNoName = (bytes: Uint8Array, { commStart, commEnd }: LineHead): boolean =>
  bytes[commStart] === LESS ? bytes[commEnd - 1] === 62 : bytes[commStart] === COLON;
