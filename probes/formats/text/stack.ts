/** Frames of the stack whose lines are being read. */

/** bpftrace shows at most so many; what is deeper is left out. */
const MOST_FRAMES = 127;

export class Frames {
  readonly high = new Int32Array(MOST_FRAMES);
  readonly low = new Int32Array(MOST_FRAMES);
  count = 0;

  add(hi: number, lo: number): void {
    if (this.count === MOST_FRAMES) return;
    this.high[this.count] = hi;
    this.low[this.count++] = lo;
  }

  clear(): void {
    this.count = 0;
  }
}
