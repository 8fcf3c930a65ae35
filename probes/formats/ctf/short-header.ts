/**
 * The head of an event as LTTng writes it, in its short form: a number below the last one, and the low bits of the clock. The last number says that the
 * whole ones follow; those heads are read by their steps.
 */
import type { BitReader } from "./bit-reader.ts";
import type { RunningClock } from "./clock.ts";
import type { Integer, Step } from "./plan.ts";

export class ShortHeader {
  readonly #alignBits: number;
  readonly #id: Integer;
  readonly #slot: number;
  readonly #from: number;
  readonly #to: number;
  readonly #innerAlignBits: number;
  readonly #time: Integer;

  private constructor(
    head: Step & { readonly op: "struct" },
    id: Step & { readonly op: "integer" },
    range: { readonly from: number; readonly to: number },
    inner: Step & { readonly op: "struct" },
    time: Integer,
  ) {
    this.#alignBits = head.alignBits;
    this.#id = id.integer;
    this.#slot = id.slot;
    this.#from = range.from;
    this.#to = range.to;
    this.#innerAlignBits = inner.alignBits;
    this.#time = time;
  }

  /** Null: the head has another form. */
  static of(header: Step | null): ShortHeader | null {
    if (header?.op !== "struct" || header.steps.length !== 2) return null;
    const [id, variant] = header.steps;
    if (id?.op !== "integer" || id.isClock || variant?.op !== "variant" || variant.slot !== id.slot) return null;
    const option = variant.options[0];
    if (option?.step.op !== "struct" || option.step.steps.length !== 1 || option.ranges.length !== 1) return null;
    const [time] = option.step.steps;
    return time?.op === "integer" && time.isClock ? new ShortHeader(header, id, option.ranges[0]!, option.step, time.integer) : null;
  }

  /** False: it is a long one, or cut, and the reader is where it was. */
  read(reader: BitReader, clock: RunningClock, values: Float64Array): boolean {
    const { at } = reader;
    reader.align(this.#alignBits);
    const id = this.#id;
    reader.align(id.alignBits);
    reader.integer(id.sizeBits, id.signed, id.little);
    const number = reader.lo;
    if (reader.hi !== 0 || number < this.#from || number > this.#to) return this.#back(reader, at);
    const time = this.#time;
    reader.align(this.#innerAlignBits);
    reader.align(time.alignBits);
    reader.integer(time.sizeBits, time.signed, time.little);
    if (reader.isCut) return this.#back(reader, at);
    values[this.#slot] = number;
    clock.update(time.sizeBits, reader.hi, reader.lo);
    return true;
  }

  #back(reader: BitReader, at: number): false {
    reader.at = at;
    reader.isCut = false;
    return false;
  }
}
