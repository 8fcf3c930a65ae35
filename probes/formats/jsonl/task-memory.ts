/** Tells the name and the process of a task before its event, where lines say another than before. */
import { type Batch, writeCommon } from "../../stream/batch.ts";
import type { EventLine } from "./event-line.ts";

export const COMM_BYTES = 16;
export const TASK_TGID = 8;
export const TASK_COMM = 12;
export const TASK_BYTES = 28;
/** So many tasks are remembered; of others it is told with each event. */
const MOST_TASKS = 65_536;
const FIRST_TASKS = 256;

export class TaskMemory {
  readonly #id: number;
  readonly #index = new Map<number, number>();
  #comms = new Uint8Array(FIRST_TASKS * COMM_BYTES);
  #tgids = new Uint32Array(FIRST_TASKS);

  constructor(id: number) {
    this.#id = id;
  }

  clear(): void {
    this.#index.clear();
  }

  /** A line told of the task otherwise: the next event tells its name and process again. */
  forget(pid: number): void {
    const slot = this.#index.get(pid);
    if (slot === undefined) return;
    this.#tgids[slot] = 0;
    this.#comms.fill(0, slot * COMM_BYTES, (slot + 1) * COMM_BYTES);
  }

  tell(batch: Batch, line: EventLine): void {
    if ((!line.hasComm && line.tgid === 0) || line.pid === 0) return;
    if (!this.#isNew(line)) return;
    const at = batch.begin(TASK_BYTES);
    writeCommon(batch, at, this.#id, line.pid);
    batch.view.setUint32(at + TASK_TGID, line.tgid, true);
    for (let i = 0; i < COMM_BYTES; i++) batch.bytes[at + TASK_COMM + i] = line.hasComm ? line.comm[i]! : 0;
    batch.end(at, TASK_BYTES);
  }

  #isNew(line: EventLine): boolean {
    const known = this.#index.get(line.pid);
    const slot = known ?? this.#index.size;
    if (known === undefined) {
      if (slot === MOST_TASKS) return true;
      this.#index.set(line.pid, slot);
      this.#grow(slot + 1);
      this.#tgids[slot] = 0;
      this.#comms.fill(0, slot * COMM_BYTES, (slot + 1) * COMM_BYTES);
    }
    let isNew = line.tgid !== 0 && this.#tgids[slot] !== line.tgid;
    if (line.tgid !== 0) this.#tgids[slot] = line.tgid;
    for (let i = 0; line.hasComm && i < COMM_BYTES; i++) {
      if (this.#comms[slot * COMM_BYTES + i] === line.comm[i]) continue;
      this.#comms[slot * COMM_BYTES + i] = line.comm[i]!;
      isNew = true;
    }
    return isNew;
  }

  #grow(count: number): void {
    if (count <= this.#tgids.length) return;
    const comms = new Uint8Array(this.#comms.length * 2);
    const tgids = new Uint32Array(this.#tgids.length * 2);
    comms.set(this.#comms);
    tgids.set(this.#tgids);
    this.#comms = comms;
    this.#tgids = tgids;
  }
}
