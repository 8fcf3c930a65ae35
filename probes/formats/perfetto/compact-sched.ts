/** Switches and wakings in columns: each column a field of numbers, times as differences, names by their place among the texts. */
import { compact } from "./fields.ts";
import { BYTES, Message } from "./message.ts";

const TWO_32 = 2 ** 32;
const COLUMNS = 13;
/** Of both. */
const COMM_COLUMN = 4;
/** Of one bundle; it is kept only while that is gone through. */
const MOST_TEXTS = 1 << 16;

/** Reads rows of some columns that belong together. */
export class CompactRows {
  readonly #columns: readonly number[];
  readonly #cursors: readonly Message[];
  readonly #isAbsent: Uint8Array;
  readonly #textColumn: number;
  #texts = 0;
  /** What the row has, in the columns' order: low halves. */
  readonly values: Int32Array;
  /** High half of the second column's number. */
  high = 0;
  /** ns since the stream's base; Infinity: there is no row. */
  ns = Infinity;
  isDamaged = false;

  /** `columns`: the first one are the times; `textColumn`: which of them are places among the texts. */
  constructor(columns: readonly number[], textColumn: number) {
    this.#textColumn = textColumn;
    this.#columns = columns;
    this.#cursors = columns.map(() => new Message());
    this.values = new Int32Array(columns.length);
    this.#isAbsent = new Uint8Array(columns.length);
  }

  /** `texts`: how many there are. */
  open(bytes: Uint8Array, starts: Float64Array, stops: Float64Array, baseHigh: number, baseLow: number, texts: number): void {
    this.isDamaged = false;
    this.#texts = texts;
    this.ns = Infinity;
    for (const [i, column] of this.#columns.entries()) {
      this.#cursors[i]!.open(bytes, starts[column]!, stops[column]!);
      this.#isAbsent[i] = starts[column] === stops[column] ? 1 : 0;
    }
    this.values.fill(0);
    const times = this.#cursors[0]!;
    if (this.#isAbsent[0] === 1) return;
    if (!times.varint()) return this.#stop();
    // Of the times the first is whole, and the others are differences.
    this.ns = ((times.hi >>> 0) - baseHigh) * TWO_32 + ((times.lo >>> 0) - baseLow);
    this.#rest();
  }

  /** To the next row. */
  next(): void {
    const times = this.#cursors[0]!;
    if (times.at >= times.end) {
      this.ns = Infinity;
      return;
    }
    if (!times.varint()) return this.#stop();
    this.ns += times.number;
    this.#rest();
  }

  #rest(): void {
    for (let i = 1; i < this.#cursors.length; i++) {
      const cursor = this.#cursors[i]!;
      // Recorders before v40 have no flags.
      if (this.#isAbsent[i] === 1) continue;
      if (!cursor.varint()) return this.#stop();
      this.values[i] = cursor.lo;
      if (i === 1) this.high = cursor.hi;
    }
    if (this.values[this.#textColumn]! >>> 0 >= this.#texts) this.#stop();
  }

  #stop(): void {
    this.ns = Infinity;
    this.isDamaged = true;
  }
}

export class CompactSched {
  /** prev_state, next_pid, next_prio, index of next_comm: values 1 to 4. */
  readonly switches = new CompactRows(
    [compact.switchTime, compact.switchState, compact.switchPid, compact.switchPrio, compact.switchComm],
    COMM_COLUMN,
  );
  /** pid, target_cpu, prio, index of comm, flags of the record: values 1 to 5. */
  readonly wakings = new CompactRows(
    [compact.wakingTime, compact.wakingPid, compact.wakingCpu, compact.wakingPrio, compact.wakingComm, compact.wakingFlags],
    COMM_COLUMN,
  );
  readonly #message = new Message();
  readonly #starts = new Float64Array(COLUMNS);
  readonly #stops = new Float64Array(COLUMNS);
  readonly #textStarts: number[] = [];
  readonly #textStops: number[] = [];

  clear(): void {
    this.switches.ns = Infinity;
    this.wakings.ns = Infinity;
  }

  open(bytes: Uint8Array, start: number, stop: number, baseHigh: number, baseLow: number): void {
    const message = this.#message.open(bytes, start, stop);
    this.#starts.fill(0);
    this.#stops.fill(0);
    this.#textStarts.length = 0;
    this.#textStops.length = 0;
    while (message.next()) {
      if (message.wire !== BYTES || message.field >= COLUMNS) continue;
      if (message.field !== compact.text) {
        this.#starts[message.field] = message.start;
        this.#stops[message.field] = message.stop;
      } else if (this.#textStarts.length < MOST_TEXTS) {
        this.#textStarts.push(message.start);
        this.#textStops.push(message.stop);
      }
    }
    this.switches.open(bytes, this.#starts, this.#stops, baseHigh, baseLow, this.#textStarts.length);
    this.wakings.open(bytes, this.#starts, this.#stops, baseHigh, baseLow, this.#textStarts.length);
  }

  /** Where text number `index` is in the bytes; both are 0 for one that there is not. */
  textStart(index: number): number {
    return this.#textStarts[index] ?? 0;
  }

  textStop(index: number): number {
    return this.#textStops[index] ?? 0;
  }
}
