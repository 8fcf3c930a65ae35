/** Records that happen at one time, encoded and waiting for their turn. */
import { NO_ROOM, type PageWriter } from "./page-writer.ts";

const FIRST_BYTES = 1024;
/** In front of each record: its size, padded. */
const HEAD_BYTES = 8;
const WORD = 4;
/** Stands for no record. */
export const NO_ID = -1;

export class Batch {
  /** ns since the stream's base. */
  time = 0;
  cpu = 0;
  /** Of batches with one time the lower goes first. */
  order = 0;
  bytes: Uint8Array = new Uint8Array(FIRST_BYTES);
  view: DataView = new DataView(this.bytes.buffer);
  #length = 0;
  #sent = 0;
  /** Of records that are bare: up to two, before all others. */
  #barePid = 0;
  #bareFirst = NO_ID;
  #bareSecond = NO_ID;

  get isEmpty(): boolean {
    return this.#length === 0 && this.#bareFirst === NO_ID && this.#bareSecond === NO_ID;
  }

  reset(): void {
    this.#length = 0;
    this.#sent = 0;
    this.#bareFirst = this.#bareSecond = NO_ID;
  }

  /** Two records with nothing but the common fields, in front of what is in the batch; NO_ID: none. */
  bare(pid: number, first: number, second: number): void {
    this.#barePid = pid;
    this.#bareFirst = first;
    this.#bareSecond = second;
  }

  /** Room for a record of up to `sizeBytes`; where it begins. `end` says how long it became. */
  begin(sizeBytes: number): number {
    const at = this.#length + HEAD_BYTES;
    const needed = at + sizeBytes + HEAD_BYTES;
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
      grown.set(this.bytes.subarray(0, this.#length));
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    return at;
  }

  end(at: number, sizeBytes: number): void {
    for (let i = sizeBytes; i % WORD !== 0; i++) this.bytes[at + i] = 0;
    this.view.setUint32(at - HEAD_BYTES, sizeBytes, true);
    this.#length = (at + sizeBytes + HEAD_BYTES - 1) & ~(HEAD_BYTES - 1);
  }

  /** Hands the records over; false: there was no room for all of them, the rest comes the next time. */
  send(writer: PageWriter): boolean {
    if (this.#bareFirst !== NO_ID && !writer.bare(this.time, this.cpu, this.#bareFirst, this.#barePid)) return false;
    this.#bareFirst = NO_ID;
    if (this.#bareSecond !== NO_ID && !writer.bare(this.time, this.cpu, this.#bareSecond, this.#barePid)) return false;
    this.#bareSecond = NO_ID;
    while (this.#sent < this.#length) {
      const from = this.#sent + HEAD_BYTES;
      const sizeBytes = this.view.getUint32(this.#sent, true);
      const at = writer.begin(this.time, this.cpu, sizeBytes);
      if (at === NO_ROOM) return false;
      const { view } = writer;
      // Most records are short: cheaper than a view of them.
      for (let i = 0; i < sizeBytes; i += WORD) view.setUint32(at + i, this.view.getUint32(from + i, true), true);
      this.#sent = (from + sizeBytes + HEAD_BYTES - 1) & ~(HEAD_BYTES - 1);
    }
    return true;
  }
}

/** Batches by time, the earliest first. A binary heap; batches are used again. */
export class BatchQueue {
  readonly #heap: Batch[] = [];
  readonly #free: Batch[] = [];
  #order = 0;
  #writer: PageWriter | null = null;
  #now = -1;

  get size(): number {
    return this.#heap.length;
  }

  /** One that was taken in vain. */
  give(batch: Batch): void {
    this.#free.push(batch);
  }

  get first(): Batch | undefined {
    return this.#heap[0];
  }

  /** An empty one, to be filled and pushed. */
  take(): Batch {
    const batch = this.#free.pop() ?? new Batch();
    batch.reset();
    return batch;
  }

  /** What is added for `time` or before it goes to the writer at once, where nothing waits that goes before it. */
  open(writer: PageWriter, time: number): void {
    this.#writer = writer;
    this.#now = time;
  }

  /** Whether what happens at `time` may be written now: nothing waits that goes before it. */
  isTurn(time: number): boolean {
    const first = this.#heap[0];
    return time <= this.#now && (first === undefined || first.time > time);
  }

  /** Puts it where its turn is. */
  add(batch: Batch, time: number): void {
    if (this.#writer !== null && this.isTurn(time)) {
      batch.time = time;
      if (batch.send(this.#writer)) {
        this.#free.push(batch);
        return;
      }
    }
    this.push(batch, time);
  }

  /** Adds one or two records with nothing but the common fields (Batch.bare). */
  addBare(time: number, pid: number, first: number, second: number): void {
    let left = first;
    const writer = this.#writer;
    if (writer !== null && this.isTurn(time) && writer.bare(time, 0, first, pid)) {
      if (second === NO_ID || writer.bare(time, 0, second, pid)) return;
      left = NO_ID;
    }
    const batch = this.take();
    batch.bare(pid, left, second);
    this.push(batch, time);
  }

  push(batch: Batch, time: number): void {
    batch.time = time;
    batch.order = this.#order++;
    const heap = this.#heap;
    let at = heap.push(batch) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(batch, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = batch;
  }

  /** Removes the first one. */
  pop(): void {
    const heap = this.#heap;
    const [first, last] = [heap[0], heap.pop()];
    if (first === undefined || last === undefined) return;
    this.#free.push(first);
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }

  clear(): void {
    this.#heap.length = 0;
    this.#order = 0;
    this.#writer = null;
  }
}

const isBefore = (a: Batch, b: Batch): boolean => a.time < b.time || (a.time === b.time && a.order < b.order);

/** What a record begins with. */
export function writeCommon(batch: Batch, at: number, eventId: number, pid: number): void {
  batch.view.setUint32(at, eventId, true);
  batch.view.setInt32(at + 4, pid, true);
}
