/** Times of lines, in whatever form, as ns since the first one. */
import { timeForms, type LineHead } from "./line.ts";

const NAMES = {
  [timeForms.unix]: "realtime",
  [timeForms.day]: "time of day",
  [timeForms.relative]: "relative",
  [timeForms.none]: "lines",
} as Readonly<Record<number, string>>;

const DAY_SECONDS = 86_400;

export class LineClock {
  /** One of timeForms. */
  readonly form: number;
  /** Of the clock, where the times returned begin. */
  readonly baseNs: bigint;
  readonly #firstSeconds: number;
  readonly #firstFraction: number;
  #days = 0;
  #lastSeconds = 0;
  #sum = 0;
  #lines = 0;

  /** `first`: the head of the first line that has one. */
  constructor(first: Pick<LineHead, "form" | "seconds" | "fraction">) {
    this.form = first.form;
    const hasStart = first.form === timeForms.unix || first.form === timeForms.day;
    this.#firstSeconds = hasStart ? first.seconds : 0;
    this.#firstFraction = hasStart ? first.fraction : 0;
    this.baseNs = BigInt(this.#firstSeconds) * 1_000_000_000n + BigInt(this.#firstFraction);
  }

  rewind(): void {
    this.#days = this.#lastSeconds = this.#sum = this.#lines = 0;
  }

  /** Moves on to the line and returns its time; without times, lines are counted, two for each. Never negative. */
  timeOf(head: LineHead): number {
    if (this.form === timeForms.none) return 2 * this.#lines++;
    if (head.sinceLastNs >= 0) return (this.#sum += head.sinceLastNs);
    if (this.form === timeForms.relative) return (this.#sum += head.seconds * 1e9 + head.fraction);
    if (this.form === timeForms.day && head.seconds < this.#lastSeconds - DAY_SECONDS / 2) this.#days++;
    this.#lastSeconds = head.seconds;
    const seconds = this.#days * DAY_SECONDS + head.seconds - this.#firstSeconds;
    return Math.max(0, seconds * 1e9 + head.fraction - this.#firstFraction);
  }

  /** What `info` calls it. */
  get name(): string {
    return NAMES[this.form]!;
  }
}
