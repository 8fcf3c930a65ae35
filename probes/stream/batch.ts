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

/** What a record begins with. */
export function writeCommon(batch: Batch, at: number, eventId: number, pid: number): void {
  batch.view.setUint32(at, eventId, true);
  batch.view.setInt32(at + 4, pid, true);
}
