/** Reads values by a plan: numbers that others need are kept, what a record wants goes into its draft. */
import type { Draft } from "../../stream/draft.ts";
import type { BitReader } from "./bit-reader.ts";
import type { RunningClock } from "./clock.ts";
import type { Place } from "./layout.ts";
import type { Integer, Step } from "./plan.ts";

export class Evaluator {
  readonly reader: BitReader;
  readonly clock: RunningClock;
  /** Numbers by slot. */
  readonly values: Float64Array;
  readonly #draft: Draft;
  /** Texts and arrays that did not fit whole. */
  cut = 0;

  constructor(reader: BitReader, clock: RunningClock, draft: Draft, slots: number) {
    this.reader = reader;
    this.clock = clock;
    this.values = new Float64Array(slots);
    this.#draft = draft;
  }

  run(step: Step, places: readonly Place[]): void {
    const { reader } = this;
    switch (step.op) {
      case "integer": {
        const { integer } = step;
        this.#read(integer);
        const { lo, hi } = reader;
        this.values[step.slot] = integer.signed ? hi * 2 ** 32 + (lo >>> 0) : reader.number;
        if (step.isClock && !reader.isCut) this.clock.update(integer.sizeBits, hi, lo);
        const place = places[step.leaf];
        if (place !== undefined) this.#draft.number(place.offset, place.sizeBytes, lo + place.plus, hi);
        return;
      }
      case "struct":
        reader.align(step.alignBits);
        for (const one of step.steps) this.run(one, places);
        return;
      case "string":
        return this.#string(places[step.leaf]);
      case "text":
        return this.#text(this.#length(step.length, step.slot), places[step.leaf]);
      case "numbers":
        return this.#numbers(step.integer, this.#length(step.length, step.slot), places[step.leaf]);
      case "variant": {
        const tag = this.values[step.slot]!;
        for (const { ranges, step: option } of step.options)
          for (const { from, to } of ranges) if (tag >= from && tag <= to) return this.run(option, places);
        // Nothing says how long it is.
        reader.skip(Infinity);
        return;
      }
      case "skip":
        reader.align(step.alignBits);
        return reader.skip(step.bits);
      case "repeat": {
        const length = this.#length(step.length, step.slot);
        for (let i = 0; i < length && !reader.isCut; i++) {
          reader.align(step.alignBits);
          const { at } = reader;
          this.run(step.step, places);
          // Elements of no bits at all would be without end.
          if (reader.at === at) return;
        }
      }
    }
  }

  #read({ sizeBits, alignBits, signed, little }: Integer): void {
    this.reader.align(alignBits);
    this.reader.integer(sizeBits, signed, little);
  }

  #length(length: number | null, slot: number): number {
    return length ?? Math.max(0, this.values[slot]!);
  }

  #string(place: Place | undefined): void {
    const { reader } = this;
    reader.align(8);
    const start = reader.byte;
    const limit = reader.start + (reader.end >>> 3);
    let stop = start;
    while (stop < limit && reader.bytes[stop] !== 0) stop++;
    reader.skip(8 * (stop - start + 1));
    this.#putText(place, start, stop);
  }

  /** Characters up to a zero among them. */
  #text(length: number, place: Place | undefined): void {
    const { reader } = this;
    reader.align(8);
    const start = reader.byte;
    reader.skip(8 * length);
    if (reader.isCut) return;
    let stop = start;
    while (stop < start + length && reader.bytes[stop] !== 0) stop++;
    this.#putText(place, start, stop);
  }

  #putText(place: Place | undefined, start: number, stop: number): void {
    if (place === undefined) return;
    const { bytes } = this.reader;
    if (place.storage === "chars") this.#draft.chars(place.offset, place.sizeBytes, bytes, start, stop);
    else if (!this.#draft.text(place.offset, bytes, start, stop)) this.cut++;
  }

  #numbers(integer: Integer, length: number, place: Place | undefined): void {
    const { reader } = this;
    reader.align(integer.alignBits);
    if (length * integer.sizeBits > reader.end - reader.at) return reader.skip(Infinity);
    const draft = this.#draft;
    let to = 0;
    let count = 0;
    if (place?.storage === "numbers") [to, count] = [place.offset, place.count];
    else if (place !== undefined) {
      to = draft.elements(place.offset, place.sizeBytes, length);
      count = Math.floor((draft.sizeBytes - to) / place.sizeBytes);
      if (count < length) this.cut++;
    }
    for (let i = 0; i < length; i++) {
      this.#read(integer);
      if (place !== undefined && i < count) draft.number(to + i * place.sizeBytes, place.sizeBytes, reader.lo, reader.hi);
    }
  }
}
