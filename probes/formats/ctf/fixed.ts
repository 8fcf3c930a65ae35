/**
 * Events of which every value has its place: how long they are, and what goes from where to where, worked out once. A tracer that aligns nothing to
 * more than bytes (LTTng on x86) writes most of them so.
 */
import type { Draft } from "../../stream/draft.ts";
import type { BitReader } from "./bit-reader.ts";
import type { Place } from "./layout.ts";
import type { Integer, Step } from "./plan.ts";

/** Where a number is in an event's bytes, and where it goes. */
interface NumberMove {
  readonly from: number;
  readonly sizeBytes: number;
  readonly integer: Integer;
  /** In the record, -1: nowhere. */
  readonly to: number;
  readonly toBytes: number;
  readonly plus: number;
  /** -1: nobody else needs it. */
  readonly slot: number;
}

interface TextMove {
  readonly from: number;
  readonly sizeBytes: number;
  readonly to: number;
  readonly toBytes: number;
}

/** Bytes that are the same in the record. */
interface ByteMove {
  readonly from: number;
  readonly sizeBytes: number;
  readonly to: number;
}

const isSame = ({ integer, sizeBytes, toBytes, plus, slot }: NumberMove): boolean =>
  slot < 0 && plus === 0 && sizeBytes === toBytes && (integer.little || sizeBytes === 1);

/** Numbers one behind the other in both are moved at once. */
function bytesOf(numbers: readonly NumberMove[]): ByteMove[] {
  const moves: ByteMove[] = [];
  for (const { from, sizeBytes, to } of numbers.filter(isSame)) {
    const last = moves.at(-1);
    if (last !== undefined && last.from + last.sizeBytes === from && last.to + last.sizeBytes === to)
      moves[moves.length - 1] = { ...last, sizeBytes: last.sizeBytes + sizeBytes };
    else moves.push({ from, sizeBytes, to });
  }
  return moves;
}

const isWhole = ({ sizeBits, alignBits }: Integer): boolean => alignBits <= 8 && [8, 16, 32, 64].includes(sizeBits);

export class FixedEvent {
  /** Of the event's contexts and fields. */
  sizeBytes = 0;
  readonly #numbers: NumberMove[] = [];
  readonly #texts: TextMove[] = [];
  /** ByteMoves: from, bytes, to. */
  #moves = new Int32Array(0);
  /** NumberMoves: from, bits, signed, little, to, bytes there, plus, slot. */
  #others = new Int32Array(0);
  /** TextMoves: from, bytes, to, bytes there. */
  #chars = new Int32Array(0);

  /** Null: it has values of which the place is not known, or not at whole bytes. `slots`: numbers that others need. */
  static of(parts: readonly { readonly step: Step; readonly places: readonly Place[] }[], slots: ReadonlySet<number>): FixedEvent | null {
    const own = new FixedEvent();
    for (const { step, places } of parts) if (!own.#add(step, places, slots)) return null;
    return own.#ready();
  }

  #add(step: Step, places: readonly Place[], slots: ReadonlySet<number>): boolean {
    switch (step.op) {
      case "struct":
        return step.alignBits <= 8 && step.steps.every((one) => this.#add(one, places, slots));
      case "integer":
        if (step.isClock || !isWhole(step.integer)) return false;
        this.#number(step.integer, places[step.leaf], slots.has(step.slot) ? step.slot : -1, 0);
        return true;
      case "text": {
        const place = places[step.leaf];
        if (step.length === null || (place !== undefined && place.storage !== "chars")) return false;
        if (place !== undefined)
          this.#texts.push({ from: this.sizeBytes, sizeBytes: step.length, to: place.offset, toBytes: place.sizeBytes });
        this.sizeBytes += step.length;
        return true;
      }
      case "numbers": {
        const place = places[step.leaf];
        if (step.length === null || !isWhole(step.integer) || (place !== undefined && place.storage !== "numbers")) return false;
        for (let i = 0; i < step.length; i++) this.#number(step.integer, i < (place?.count ?? 0) ? place : undefined, -1, i);
        return true;
      }
      default:
        return false;
    }
  }

  #number(integer: Integer, place: Place | undefined, slot: number, index: number): void {
    const sizeBytes = integer.sizeBits / 8;
    if (place !== undefined || slot >= 0)
      this.#numbers.push({
        ...{ from: this.sizeBytes, sizeBytes, integer, slot },
        to: place === undefined ? -1 : place.offset + index * place.sizeBytes,
        toBytes: place?.sizeBytes ?? 0,
        plus: place?.plus ?? 0,
      });
    this.sizeBytes += sizeBytes;
  }

  /** The same, of which only `bytes` of the record are filled. */
  upTo(bytes: number): FixedEvent {
    const own = new FixedEvent();
    own.sizeBytes = this.sizeBytes;
    own.#numbers.push(
      ...this.#numbers.filter(({ to, slot }) => to < bytes || slot >= 0).map((one) => (one.to < bytes ? one : { ...one, to: -1 })),
    );
    own.#texts.push(...this.#texts.filter(({ to }) => to < bytes));
    return own.#ready();
  }

  #ready(): this {
    this.#moves = Int32Array.from(bytesOf(this.#numbers).flatMap(({ from, sizeBytes, to }) => [from, sizeBytes, to]));
    const others = this.#numbers.filter((one) => !isSame(one));
    this.#others = Int32Array.from(
      others.flatMap(({ from, integer: { sizeBits, signed, little }, to, toBytes, plus, slot }) => [
        ...[from, sizeBits, Number(signed), Number(little)],
        ...[to, toBytes, plus, slot],
      ]),
    );
    this.#chars = Int32Array.from(this.#texts.flatMap(({ from, sizeBytes, to, toBytes }) => [from, sizeBytes, to, toBytes]));
    return this;
  }

  /** The event that the reader is at, behind its header; what others need is put into `values`. */
  read(reader: BitReader, draft: Draft, values: Float64Array): void {
    reader.align(8);
    const start = reader.byte;
    reader.skip(8 * this.sizeBytes);
    if (reader.isCut) return;
    const moves = this.#moves;
    for (let i = 0; i < moves.length; i += 3) draft.move(moves[i + 2]!, reader.view, start + moves[i]!, moves[i + 1]!);
    const others = this.#others;
    for (let i = 0; i < others.length; i += 8) {
      const signed = others[i + 2] === 1;
      const to = others[i + 4]!;
      const slot = others[i + 7]!;
      reader.wholeAt(start + others[i]!, others[i + 1]!, signed, others[i + 3] === 1);
      if (to >= 0) draft.number(to, others[i + 5]!, reader.lo + others[i + 6]!, reader.hi);
      if (slot >= 0) values[slot] = signed ? reader.hi * 2 ** 32 + (reader.lo >>> 0) : reader.number;
    }
    const { bytes } = reader;
    const chars = this.#chars;
    for (let i = 0; i < chars.length; i += 4) {
      const at = start + chars[i]!;
      const end = at + chars[i + 1]!;
      let stop = at;
      while (stop < end && bytes[stop] !== 0) stop++;
      draft.chars(chars[i + 2]!, chars[i + 3]!, bytes, at, stop);
    }
  }
}
