/** The clock of a stream: whole in some places, its low bits in others. */
import type { CtfClock } from "./types.ts";

const TWO_32 = 2 ** 32;
const NS = 1_000_000_000n;

/** What ticks are in ns, and since when. */
export class ClockScale {
  readonly baseNs: bigint;
  readonly #baseHigh: number;
  readonly #baseLow: number;
  readonly #nsPerTick: number;
  readonly #restNs: number;

  /** Times count from `base` ticks on. */
  constructor({ frequency }: CtfClock, base: bigint) {
    this.baseNs = (base * NS) / frequency;
    this.#baseHigh = Number((base >> 32n) & 0xffffffffn);
    this.#baseLow = Number(base & 0xffffffffn);
    this.#nsPerTick = Number(NS) / Number(frequency);
    this.#restNs = Number((base * NS) % frequency) / Number(frequency);
  }

  /** After the base; what is before it is at it. */
  ns(hi: number, lo: number): number {
    const ticks = ((hi >>> 0) - this.#baseHigh) * TWO_32 + ((lo >>> 0) - this.#baseLow);
    return Math.max(0, this.#nsPerTick === 1 ? ticks : Math.floor(ticks * this.#nsPerTick + this.#restNs));
  }
}

/** ns since 1970 when the clock was at 0. */
export const epochOf = ({ frequency, offsetSeconds, offset }: CtfClock): bigint => offsetSeconds * NS + (offset * NS) / frequency;

export class RunningClock {
  hi = 0;
  lo = 0;

  reset(): void {
    this.hi = 0;
    this.lo = 0;
  }

  /** The low bits of the clock; they never go back, so fewer than before means that they have wrapped once. */
  update(sizeBits: number, hi: number, lo: number): void {
    if (sizeBits >= 64) {
      this.hi = hi;
      this.lo = lo;
    } else if (sizeBits > 32) {
      const mask = (2 ** (sizeBits - 32) - 1) | 0;
      const [oldHigh, newHigh] = [(this.hi & mask) >>> 0, hi >>> 0];
      const isBefore = newHigh < oldHigh || (newHigh === oldHigh && lo >>> 0 < this.lo >>> 0);
      this.hi = ((this.hi & ~mask) | hi) + (isBefore ? mask + 1 : 0);
      this.lo = lo;
    } else {
      const mask = sizeBits === 32 ? -1 : (1 << sizeBits) - 1;
      const isBefore = lo >>> 0 < (this.lo & mask) >>> 0;
      const rest = this.lo & ~mask;
      if (!isBefore) this.lo = rest | lo;
      else {
        const raised = (rest >>> 0) + 2 ** sizeBits;
        if (raised >= TWO_32) this.hi = (this.hi + 1) | 0;
        this.lo = raised | 0 | lo;
      }
    }
  }
}
