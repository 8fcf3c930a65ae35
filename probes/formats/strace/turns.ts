/** Records go out in order of time: batches that TypeScript keeps, and the scanner's own records (assembly/turns.ts), in one queue. */
import { Batch } from "../../stream/batch.ts";
import type { PageWriter } from "../../stream/page-writer.ts";
import { LINE_BYTES, limits, STATE, state, waiting } from "./scanner-layout.ts";
import type { Scanner } from "./scanner.ts";

const COUNT = (STATE + state.waitingCount) >> 2;
const ROOM = (STATE + state.room) >> 2;
const WRITTEN = (STATE + state.written) >> 2;
const LAST_TIME = (STATE + state.lastTime) >> 3;

export class Turns {
  readonly #scanner: Scanner;
  /** Those that wait, by number - 1. */
  readonly #batches: Batch[] = [];
  /** Numbers of those that do not. */
  readonly #free: number[] = [];
  readonly #unused: Batch[] = [];
  readonly #firstTime: number;
  readonly #firstBatch: number;
  #writer: PageWriter | null = null;
  #now = -1;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
    this.#firstTime = (scanner.waiting.start + waiting.time) >> 3;
    this.#firstBatch = (scanner.waiting.start + waiting.batch) >> 2;
  }

  clear(): void {
    this.#batches.length = this.#free.length = 0;
    this.#scanner.words[COUNT] = 0;
    this.#writer = null;
  }

  /** An empty one, to be filled and added. */
  take(): Batch {
    const batch = this.#unused.pop() ?? new Batch();
    batch.reset();
    return batch;
  }

  /** One that was taken in vain. */
  give(batch: Batch): void {
    this.#unused.push(batch);
  }

  /** What is added for `time` or before it goes to the writer at once, where nothing waits that goes before it. */
  open(writer: PageWriter, time: number): void {
    this.#writer = writer;
    this.#now = time;
  }

  /** Puts it where its turn is. */
  add(batch: Batch, time: number): void {
    const isTurn = time <= this.#now && (this.#scanner.words[COUNT] === 0 || this.#scanner.doubles[this.#firstTime]! > time);
    if (isTurn && this.#writer !== null) {
      batch.time = time;
      if (batch.send(this.#writer)) {
        this.#unused.push(batch);
        return;
      }
    }
    this.push(batch, time);
  }

  push(batch: Batch, time: number): void {
    batch.time = time;
    const number = this.#free.pop() ?? this.#batches.length + 1;
    this.#batches[number - 1] = batch;
    this.#scanner.code.wait(time, 0, 0, 0, number);
  }

  /** Sends what waits for `until` or an earlier time, and more where too much waits; false: there was no room for all of it. */
  send(until: number, writer: PageWriter): boolean {
    const { words, doubles } = this.#scanner;
    while (words[COUNT]! > 0 && (doubles[this.#firstTime]! <= until || words[COUNT]! > limits.waiting)) {
      const number = words[this.#firstBatch]!;
      if (number === 0) {
        if (!this.room(writer, doubles[this.#firstTime]!)) return false;
        this.#scanner.code.drain(until);
        this.flush(writer);
        continue;
      }
      const batch = this.#batches[number - 1]!;
      if (!batch.send(writer)) return false;
      this.#scanner.code.nextWaiting();
      this.#free.push(number);
      this.#unused.push(batch);
    }
    return true;
  }

  /** Makes room for the scanner's records, of which the first is about at `ns`; false: there is none. */
  room(writer: PageWriter, ns: number): boolean {
    const bytes = writer.room(LINE_BYTES, ns);
    const { words, doubles } = this.#scanner;
    words[ROOM] = Math.min(bytes, limits.recordBytes);
    words[WRITTEN] = 0;
    doubles[LAST_TIME] = writer.lastTime;
    return bytes > 0;
  }

  /** Hands over what the scanner has written since. */
  flush(writer: PageWriter): void {
    const { bytes, words, doubles, records } = this.#scanner;
    const written = words[WRITTEN]!;
    if (written > 0) writer.append(bytes, records.start, written, doubles[LAST_TIME]!);
  }
}
