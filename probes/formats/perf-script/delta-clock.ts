/** Times of perf script --deltatime, which are those since the line before: nothing else in the text tells them from others. */
import type { LineHead } from "../text/head.ts";

const BILLION = 1e9;

export class DeltaClock {
  /** Times are added up. */
  #isDelta = false;
  /** The first line's time is 0, as with --reltime too. */
  #startsAtZero = false;
  #goesBack = false;
  #lines = 0;
  /** Of the line before. */
  #seconds = 0;
  #nanoseconds = 0;

  /** Whether the lines that passed have such times: perf puts lines in order, so that no others begin at 0 and go back. */
  get isFound(): boolean {
    return this.#startsAtZero && this.#goesBack;
  }

  /** From here on times are those since the first line. */
  addUp(): void {
    this.#isDelta = true;
  }

  rewind(): void {
    this.#lines = 0;
    this.#seconds = 0;
    this.#nanoseconds = 0;
  }

  /** Sees the time of the next line, and makes it one of the clock. */
  pass(head: LineHead): void {
    if (this.#isDelta) return this.#add(head);
    if (this.#lines++ === 0) this.#startsAtZero = head.seconds === 0 && head.nanoseconds === 0;
    else if (head.seconds < this.#seconds || (head.seconds === this.#seconds && head.nanoseconds < this.#nanoseconds))
      this.#goesBack = true;
    this.#seconds = head.seconds;
    this.#nanoseconds = head.nanoseconds;
  }

  #add(head: LineHead): void {
    const below = this.#nanoseconds + head.nanoseconds;
    this.#seconds += head.seconds + Math.floor(below / BILLION);
    this.#nanoseconds = below % BILLION;
    head.seconds = this.#seconds;
    head.nanoseconds = this.#nanoseconds;
  }
}
