/** Turns the messages of one event into its records. */
import type { Draft } from "../../stream/draft.ts";
import type { EventLayout, PlacedField, Storage } from "./layout.ts";
import { BYTES, type Message } from "./message.ts";
import type { CodeNumbers } from "./symbols.ts";

/** Of fields beyond it nobody asks whether they came. */
const MOST_BITS = 31;

const isText = (storage: Storage): boolean => storage === "chars" || storage === "string";

export class EventEncoder {
  readonly layout: EventLayout;
  /** Records that lack a field that others of the event have. */
  incomplete = 0;
  cutTexts = 0;
  readonly #byId: (PlacedField | undefined)[] = [];
  /** By number of the field, its bit in what was found. */
  readonly #bits: number[] = [];
  /** Elements of arrays that have come. */
  readonly #counts: number[] = [];
  #found = 0;

  constructor(layout: EventLayout) {
    this.layout = layout;
    for (const [i, field] of layout.fields.entries()) {
      this.#byId[field.id] = field;
      this.#bits[field.id] = i < MOST_BITS ? 1 << i : 0;
    }
  }

  /** Counts from the recording's start on again. */
  reset(): void {
    this.incomplete = 0;
    this.cutTexts = 0;
  }

  /** All of a message's fields; the draft has the common ones. */
  encode(draft: Draft, message: Message, code: CodeNumbers): void {
    this.begin();
    while (message.next()) this.put(draft, message.field, message, code);
    this.finish(draft);
  }

  begin(): void {
    this.#found = 0;
    if (this.#counts.length > 0) this.#counts.fill(0);
  }

  /** The value that the message is at, as field number `id`. */
  put(draft: Draft, id: number, message: Message, code: CodeNumbers): void {
    const field = this.#byId[id];
    if (field === undefined) return;
    const isBytes = message.wire === BYTES;
    if (isText(field.storage) !== isBytes && !(isBytes && field.storage === "array")) return;
    this.#found |= this.#bits[id]!;
    switch (field.storage) {
      case "number":
        return draft.number(field.offset, field.sizeBytes, message.lo, message.hi);
      case "code":
        code.find(message.lo, message.hi);
        return draft.number(field.offset, field.sizeBytes, code.lo, code.hi);
      case "device":
        return draft.number(field.offset, field.sizeBytes, kernelDevice(message.lo, message.hi), 0);
      case "array":
        return isBytes ? this.#packed(draft, field, message) : this.#element(draft, field, message.lo, message.hi);
      case "chars":
        return draft.chars(field.offset, field.sizeBytes, message.bytes, message.start, message.stop);
      case "string":
        if (!draft.text(field.offset, message.bytes, message.start, message.stop)) this.cutTexts++;
    }
  }

  /** An empty string for text that the message lacks: a location of nothing points to the record's start. */
  finish(draft: Draft): void {
    const found = this.#found;
    let isComplete = true;
    for (const field of this.layout.fields) {
      const bit = this.#bits[field.id]!;
      if (bit === 0 || (found & bit) !== 0) continue;
      if (field.storage === "string") draft.text(field.offset, draft.bytes, 0, 0);
      if (field.storage !== "array") isComplete = false;
    }
    if (!isComplete) this.incomplete++;
  }

  #element(draft: Draft, { id, offset, sizeBytes, count }: PlacedField, lo: number, hi: number): void {
    const index = this.#counts[id] ?? 0;
    this.#counts[id] = index + 1;
    if (index < count) draft.number(offset + index * sizeBytes, sizeBytes, lo, hi);
  }

  /** Numbers one behind the other in one field. */
  #packed(draft: Draft, field: PlacedField, message: Message): void {
    const { at, end } = message;
    message.at = message.start;
    message.end = message.stop;
    while (message.varint()) this.#element(draft, field, message.lo, message.hi);
    message.at = at;
    message.end = end;
  }
}

/**
 * Recorders write devices as stat(2) numbers them; in the kernel's events the minor has the low 20 bits.
 * Source: Linux include/linux/kdev_t.h; glibc sys/sysmacros.h.
 */
function kernelDevice(lo: number, hi: number): number {
  const major = ((lo >>> 8) & 0xfff) | (hi & 0xfffff000);
  const minor = (lo & 0xff) | ((lo >>> 12) & 0xfff00);
  return (major << 20) | minor;
}
