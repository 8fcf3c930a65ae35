/**
 * Writes records as ring-buffer pages (include/linux/ring_buffer.h), little-endian with a header of 16 bytes: the one form that the pump reads,
 * into which every recording goes that is stored otherwise. The records of all CPUs share the pages; a change of CPU is told by a mark, a
 * discarded event (type 29) of one word: the CPU.
 */

/** Bytes of the page header: u64 time, u64 length of the data and flags. */
export const PAGE_HEADER_BYTES = 16;

const DATA_WORDS = 28;
const DISCARDED = 29;
const TIME_EXTEND = 30;
const TIME_STAMP = 31;
const DELTA_LIMIT = 2 ** 27;
const TWO_32 = 2 ** 32;
const LOST_EVENTS = 0x80000000;
const LOST_COUNT_STORED = 0x40000000;
/** In front of a record at most: CPU mark, time, header of two words. */
const MOST_OVERHEAD = 12 + 8 + 8;
const LOST_COUNT_BYTES = 8;
const COMMON_BYTES = 8;

/** What does not fit into the window: keep it, and begin it again in the next one. */
export const NO_ROOM = -1;

export class PageWriter {
  /** The window; records are written at the offset that `begin` returned. */
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  /** Longer records never fit. */
  readonly maxRecordBytes: number;
  readonly #pageBytes: number;
  #page = 0;
  #position = 0;
  #pageEnd = 0;
  #last = 0;
  #cpu: number;
  /** Lost before the page at hand: -1 an unknown number. */
  #lost = 0;

  constructor(pageBytes: number, firstCpu: number) {
    this.#pageBytes = pageBytes;
    this.#cpu = firstCpu;
    this.maxRecordBytes = pageBytes - PAGE_HEADER_BYTES - MOST_OVERHEAD - LOST_COUNT_BYTES;
  }

  /** Back to the beginning of the recording. */
  reset(firstCpu: number): void {
    this.#cpu = firstCpu;
    this.#lost = 0;
  }

  /** Turns to a window that has room for at least one page. */
  start(into: Uint8Array): void {
    this.bytes = into;
    this.view = new DataView(into.buffer, into.byteOffset, into.byteLength);
    this.#page = 0;
    this.#position = 0;
    this.#pageEnd = 0;
  }

  /**
   * Room for a record of `sizeBytes` at `ns` (below 2^53, from the stream's time offset): where it goes in `bytes`, to be written before the next
   * call; or NO_ROOM. Its bytes up to a multiple of four are zero at the end.
   */
  begin(ns: number, cpu: number, sizeBytes: number): number {
    const padded = (sizeBytes + 3) & ~3;
    if (this.#position + padded + MOST_OVERHEAD > this.#pageEnd && !this.#nextPage(ns)) return NO_ROOM;
    const { view } = this;
    let at = this.#position;
    if (cpu !== this.#cpu) {
      view.setUint32(at, DISCARDED | (1 << 5), true);
      view.setUint32(at + 4, 8, true);
      view.setUint32(at + 8, cpu, true);
      at += 12;
      this.#cpu = cpu;
    }
    let delta = ns - this.#last;
    if (delta < 0 || delta >= DELTA_LIMIT) {
      // A step of more than 2^53 ns would be rounded.
      const isWhole = delta < 0 || delta > Number.MAX_SAFE_INTEGER;
      const time = isWhole ? ns : delta;
      view.setUint32(at, (isWhole ? TIME_STAMP : TIME_EXTEND) | ((time % DELTA_LIMIT) << 5), true);
      view.setUint32(at + 4, Math.floor(time / DELTA_LIMIT), true);
      at += 8;
      delta = 0;
    }
    this.#last = ns;
    const words = padded >>> 2;
    if (words > 0 && words <= DATA_WORDS) {
      view.setUint32(at, words | (delta << 5), true);
      at += 4;
    } else {
      view.setUint32(at, delta << 5, true);
      view.setUint32(at + 4, padded + 4, true);
      at += 8;
    }
    if (padded > 0) view.setUint32(at + padded - 4, 0, true);
    this.#position = at + padded;
    return at;
  }

  /** A record of nothing but the common fields; false: there is no room. */
  bare(ns: number, cpu: number, eventId: number, pid: number): boolean {
    const at = this.begin(ns, cpu, COMMON_BYTES);
    if (at === NO_ROOM) return false;
    this.view.setUint32(at, eventId, true);
    this.view.setInt32(at + 4, pid, true);
    return true;
  }

  /** Bytes that are free in the page at hand, or where these are fewer than `least` in the next one, from `ns` on; 0: there is none. */
  room(least: number, ns: number): number {
    if (this.#position + least > this.#pageEnd && !this.#nextPage(ns)) return 0;
    return this.#pageEnd - this.#position;
  }

  /** Of the record before the next one, ns: what its delta counts from. */
  get lastTime(): number {
    return this.#last;
  }

  /** Adds `sizeBytes` of whole records of the CPU at hand, which begin at `at` of `from`; the last one is at `ns`. There is room for them. */
  append(from: Uint8Array, at: number, sizeBytes: number, ns: number): void {
    this.bytes.set(from.subarray(at, at + sizeBytes), this.#position);
    this.#position += sizeBytes;
    this.#last = ns;
  }

  /** Events were lost before the next record; null: nobody knows how many. */
  lost(count: number | null): void {
    this.#closePage();
    this.#lost = count === null || this.#lost < 0 ? -1 : this.#lost + count;
  }

  /** Bytes written since `start`: whole pages. */
  finish(): number {
    // Also a loss behind the last record is told.
    if (this.#pageEnd === 0 && this.#lost !== 0) this.#nextPage(this.#last);
    this.#closePage();
    return this.#page;
  }

  #nextPage(ns: number): boolean {
    this.#closePage();
    if (this.#page + this.#pageBytes > this.bytes.length) return false;
    this.view.setUint32(this.#page, ns % TWO_32, true);
    this.view.setUint32(this.#page + 4, Math.floor(ns / TWO_32), true);
    this.#last = ns;
    this.#position = this.#page + PAGE_HEADER_BYTES;
    this.#pageEnd = this.#page + this.#pageBytes - LOST_COUNT_BYTES;
    return this.#position + MOST_OVERHEAD <= this.#pageEnd;
  }

  #closePage(): void {
    if (this.#pageEnd === 0) return;
    const { view } = this;
    let flags = 0;
    if (this.#lost !== 0) flags = this.#lost < 0 ? LOST_EVENTS : LOST_EVENTS | LOST_COUNT_STORED;
    if (this.#lost > 0) {
      view.setUint32(this.#position, this.#lost % TWO_32, true);
      view.setUint32(this.#position + 4, Math.floor(this.#lost / TWO_32), true);
    }
    const dataBytes = this.#position - this.#page - PAGE_HEADER_BYTES;
    // Somebody asked for room, and did not take it.
    if (dataBytes === 0 && this.#lost === 0) {
      this.#pageEnd = 0;
      return;
    }
    view.setUint32(this.#page + 8, (dataBytes | flags) >>> 0, true);
    view.setUint32(this.#page + 12, 0, true);
    this.#lost = 0;
    this.#page += this.#pageBytes;
    this.#pageEnd = 0;
  }
}
