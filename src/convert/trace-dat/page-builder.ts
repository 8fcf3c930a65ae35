/** Puts the records of one CPU into ring-buffer pages, in either byte order. Source: include/linux/ring_buffer.h. */

export interface PageLayout {
  readonly pageBytes: number;
  readonly longBytes: 4 | 8;
  readonly byteOrder: "little" | "big";
}

const MAX_DELTA = 1n << 27n;
const MAX_SHORT_BYTES = 28 * 4;
const TIME_EXTEND = 30;
const LOST = 0x80000000;
const LOST_STORED = 0x40000000;
/** Time extension and a long record's two words. */
const OVERHEAD = 16;

export class PageBuilder {
  readonly #layout: PageLayout;
  readonly #emit: (page: Uint8Array) => void;
  readonly #page: Uint8Array;
  readonly #view: DataView;
  readonly #first: number;
  #at: number;
  #last = 0n;
  #lost = 0;

  constructor(layout: PageLayout, emit: (page: Uint8Array) => void) {
    this.#layout = layout;
    this.#emit = emit;
    this.#page = new Uint8Array(layout.pageBytes);
    this.#view = new DataView(this.#page.buffer);
    this.#first = 8 + layout.longBytes;
    this.#at = this.#first;
  }

  /** Longer records do not fit into a page. */
  get mostBytes(): number {
    return this.#layout.pageBytes - this.#first - OVERHEAD - this.#layout.longBytes;
  }

  /** -1: an unknown number. */
  lost(count: number): void {
    this.flush();
    this.#lost = count < 0 || this.#lost < 0 ? -1 : this.#lost + count;
  }

  /** An unknown number behind the last record, which a page without records tells. */
  lostUnknown(ns: bigint): void {
    this.lost(-1);
    this.#view.setBigUint64(0, ns, this.#little);
    this.#put();
  }

  /** False: it does not fit into a page. */
  record(ns: bigint, bytes: Uint8Array, start: number, size: number): boolean {
    const padded = (size + 3) & ~3;
    if (padded > this.mostBytes) return false;
    const room = this.#layout.pageBytes - this.#layout.longBytes;
    if (this.#at > this.#first && (ns < this.#last || this.#at + padded + OVERHEAD > room)) this.flush();
    if (this.#at === this.#first) {
      this.#view.setBigUint64(0, ns, this.#little);
      this.#last = ns;
    }
    const delta = ns - this.#last;
    this.#last = ns;
    if (delta >= MAX_DELTA) {
      this.#head(TIME_EXTEND, Number(delta % MAX_DELTA));
      this.#view.setUint32(this.#at, Number(BigInt.asUintN(32, delta / MAX_DELTA)), this.#little);
      this.#at += 4;
    }
    const ownDelta = delta >= MAX_DELTA ? 0 : Number(delta);
    if (padded <= MAX_SHORT_BYTES) this.#head(padded / 4, ownDelta);
    else {
      this.#head(0, ownDelta);
      this.#view.setUint32(this.#at, padded + 4, this.#little);
      this.#at += 4;
    }
    this.#page.set(bytes.subarray(start, start + size), this.#at);
    this.#page.fill(0, this.#at + size, this.#at + padded);
    this.#at += padded;
    return true;
  }

  get #little(): boolean {
    return this.#layout.byteOrder === "little";
  }

  #head(type: number, delta: number): void {
    this.#view.setUint32(this.#at, this.#little ? delta * 32 + type : type * 2 ** 27 + delta, this.#little);
    this.#at += 4;
  }

  /** The page at hand goes out, if there is anything in it. */
  flush(): void {
    if (this.#at > this.#first) this.#put();
  }

  #put(): void {
    const { longBytes } = this.#layout;
    let commit = this.#at - this.#first;
    this.#page.fill(0, this.#at);
    if (this.#lost !== 0) commit += this.#lost < 0 ? LOST : LOST + LOST_STORED;
    if (this.#lost > 0) {
      if (longBytes === 8) this.#view.setBigUint64(this.#at, BigInt(this.#lost), this.#little);
      else this.#view.setUint32(this.#at, this.#lost, this.#little);
    }
    // The kernel adds bit 31 as an int, which fills the upper word with ones.
    if (longBytes === 8) this.#view.setBigInt64(8, BigInt(commit | 0), this.#little);
    else this.#view.setUint32(8, commit >>> 0, this.#little);
    this.#lost = 0;
    this.#at = this.#first;
    this.#emit(this.#page);
  }
}
