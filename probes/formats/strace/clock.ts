/** Times of lines, in whatever form, as ns since the first one. */
import { timeForms, type LineHead } from "./line.ts";
import { STATE, state } from "./scanner-layout.ts";
import type { Scanner } from "./scanner.ts";

const NAMES = {
  [timeForms.unix]: "realtime",
  [timeForms.day]: "time of day",
  [timeForms.relative]: "relative",
  [timeForms.none]: "lines",
} as Readonly<Record<number, string>>;

const double = (field: number): number => (STATE + field) >> 3;

/** The clock itself is the scanner's (assembly/clock.ts). */
export class LineClock {
  /** One of timeForms. */
  readonly form: number;
  /** Of the clock, where its times begin. */
  readonly baseNs: bigint;
  readonly #scanner: Scanner;

  /** `first`: the head of the first line that has one. */
  constructor(scanner: Scanner, first: Pick<LineHead, "form" | "seconds" | "fraction">) {
    this.#scanner = scanner;
    this.form = first.form;
    const hasStart = first.form === timeForms.unix || first.form === timeForms.day;
    const [seconds, fraction] = hasStart ? [first.seconds, first.fraction] : [0, 0];
    this.baseNs = BigInt(seconds) * 1_000_000_000n + BigInt(fraction);
    scanner.words[(STATE + state.clockForm) >> 2] = first.form;
    scanner.doubles[double(state.firstSeconds)] = seconds;
    scanner.doubles[double(state.firstFraction)] = fraction;
  }

  rewind(): void {
    for (const field of [state.days, state.lastSeconds, state.sum, state.clockLines]) this.#scanner.doubles[double(field)] = 0;
  }

  /** What `info` calls it. */
  get name(): string {
    return NAMES[this.form]!;
  }
}
