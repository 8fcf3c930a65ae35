/** Writes one JSON value into its field of a record. */
import type { Batch } from "../../stream/batch.ts";
import { hexDigit } from "../../lines/digits.ts";
import { fieldKinds, type PlannedField } from "./event-plan.ts";
import type { JsonReader } from "./json-reader.ts";

/** A page of the stream holds 64 KiB. */
export const MOST_RECORD_BYTES = 64_000;
/** Stand-ins for pointers whose text a line gives. */
const STAND_IN_HIGH = 0x4853_c000;
const HEX_KEY = new TextEncoder().encode("hex");

export class ValueWriter {
  readonly #json: JsonReader;
  #batch: Batch | null = null;
  #record = 0;
  /** Bytes of the record so far. */
  bytes = 0;
  #serial = 0;

  constructor(json: JsonReader) {
    this.#json = json;
  }

  rewind(): void {
    this.#serial = 0;
  }

  /** The record's fixed part is there, and zero. */
  start(batch: Batch, record: number, fixedBytes: number): void {
    this.#batch = batch;
    this.#record = record;
    this.bytes = fixedBytes;
    this.#serial++;
  }

  /** Takes the value at the reader; false: it does not fit the field, which stays zero. */
  write(field: PlannedField, index: number): boolean {
    const json = this.#json;
    switch (json.peek()) {
      case "number":
        return json.number() && json.isInteger && this.#number(field);
      case "true":
      case "false": {
        const isTrue = json.peek() === "true";
        json.literal();
        json.low = isTrue ? 1 : 0;
        json.high = 0;
        return this.#number(field);
      }
      case "string":
        return json.string() && this.#string(field, index);
      case "array":
        return this.#array(field);
      case "object":
        return this.#hex(field);
      case "null":
      case "end":
        json.skip();
        return false;
    }
  }

  #number({ kind, offset, sizeBytes }: PlannedField): boolean {
    if (kind !== fieldKinds.integer) return false;
    this.#putInteger(this.#record + offset, sizeBytes);
    return true;
  }

  #putInteger(at: number, sizeBytes: number): void {
    const { view } = this.#batch!;
    const { low, high } = this.#json;
    if (sizeBytes === 8) {
      view.setInt32(at, low, true);
      view.setInt32(at + 4, high, true);
    } else if (sizeBytes === 4) view.setInt32(at, low, true);
    else if (sizeBytes === 2) view.setInt16(at, low & 0xffff, true);
    else view.setInt8(at, low & 0xff);
  }

  #string(field: PlannedField, index: number): boolean {
    const json = this.#json;
    const { text, textStart, textEnd } = json;
    switch (field.kind) {
      case fieldKinds.integer:
        if (json.textNumber()) return this.#number(field);
        return field.pointed >= 0 && this.#pointed(field, index);
      case fieldKinds.text: {
        const length = Math.min(textEnd - textStart, field.sizeBytes);
        const { bytes } = this.#batch!;
        for (let i = 0; i < length; i++) bytes[this.#record + field.offset + i] = text[textStart + i]!;
        return true;
      }
      case fieldKinds.dynamicText:
        return this.#dynamic(field.offset, field.from, text, textStart, textEnd, "nul");
      case fieldKinds.restText:
        return this.#append(text, textStart, textEnd, "nul");
      default:
        return false;
    }
  }

  /** A text in place of the pointer to it. */
  #pointed(field: PlannedField, index: number): boolean {
    const { text, textStart, textEnd } = this.#json;
    const number = (this.#serial % 2 ** 26) * 32 + (index % 32);
    const { view } = this.#batch!;
    view.setInt32(this.#record + field.offset, number << 16, true);
    view.setInt32(this.#record + field.offset + 4, STAND_IN_HIGH + (number >>> 16), true);
    return this.#dynamic(field.pointed, 0, text, textStart, textEnd, "nul");
  }

  #dynamic(location: number, from: number, text: Uint8Array, start: number, end: number, close: "nul" | "as_is"): boolean {
    const used = this.bytes;
    if (!this.#append(text, start, end, close)) return false;
    this.#batch!.view.setUint32(this.#record + location, (((this.bytes - used) << 16) | (used - from)) >>> 0, true);
    return true;
  }

  #append(text: Uint8Array, start: number, end: number, close: "nul" | "as_is"): boolean {
    const length = end - start + (close === "nul" ? 1 : 0);
    if (this.bytes + length > MOST_RECORD_BYTES) return false;
    const { bytes } = this.#batch!;
    let at = this.#record + this.bytes;
    for (let i = start; i < end; i++) bytes[at++] = text[i]!;
    if (close === "nul") bytes[at] = 0;
    this.bytes += length;
    return true;
  }

  /** An array of numbers. */
  #array(field: PlannedField): boolean {
    const json = this.#json;
    const { kind, elementBytes } = field;
    const isFixed = kind === fieldKinds.integers || kind === fieldKinds.text;
    const isDynamic = kind === fieldKinds.dynamicIntegers || kind === fieldKinds.dynamicText;
    const used = this.bytes;
    let at = this.#record + (isFixed ? field.offset : used);
    const end = this.#record + (isFixed ? field.offset + field.sizeBytes : MOST_RECORD_BYTES);
    let fits = isFixed || isDynamic || kind === fieldKinds.restIntegers || kind === fieldKinds.restText;
    if (json.array()) {
      do {
        const isNumber =
          json.peek() === "string" ? json.string() && json.textNumber() : json.peek() === "number" && json.number() && json.isInteger;
        if (!isNumber || !fits || at + elementBytes > end) {
          fits = false;
          if (!isNumber && json.peek() !== "end") json.skip();
          continue;
        }
        this.#putInteger(at, elementBytes);
        at += elementBytes;
      } while (json.moreElements());
    }
    if (!fits || isFixed) return fits;
    this.bytes = at - this.#record;
    if (isDynamic)
      this.#batch!.view.setUint32(this.#record + field.offset, (((this.bytes - used) << 16) | (used - field.from)) >>> 0, true);
    return true;
  }

  /** `{"hex": "00ff"}`: bytes as they are. */
  #hex(field: PlannedField): boolean {
    const json = this.#json;
    if (!json.object()) return false;
    let fits = false;
    do {
      if (!json.key()) return false;
      const isHex = json.textEnd - json.textStart === HEX_KEY.length && HEX_KEY.every((byte, i) => json.text[json.textStart + i] === byte);
      if (isHex && json.peek() === "string" && json.string()) fits = this.#putHex(field);
      else json.skip();
    } while (json.moreMembers());
    return fits;
  }

  /** The string at the reader, of two digits each; null: it is none such. */
  #hexBytes(): Uint8Array | null {
    const { text, textStart, textEnd } = this.#json;
    const raw = new Uint8Array((textEnd - textStart) >> 1);
    for (let i = 0; i < raw.length; i++) {
      const [high, low] = [hexDigit(text[textStart + 2 * i]!), hexDigit(text[textStart + 2 * i + 1]!)];
      if (high < 0 || low < 0) return null;
      raw[i] = high * 16 + low;
    }
    return raw;
  }

  /** All of the record behind its common fields. */
  writeRaw(): boolean {
    const raw = this.#json.string() ? this.#hexBytes() : null;
    return raw !== null && this.#append(raw, 0, raw.length, "as_is");
  }

  #putHex(field: PlannedField): boolean {
    const raw = this.#hexBytes();
    if (raw === null) return false;
    switch (field.kind) {
      case fieldKinds.dynamicText:
      case fieldKinds.dynamicIntegers:
        return this.#dynamic(field.offset, field.from, raw, 0, raw.length, "as_is");
      case fieldKinds.restText:
      case fieldKinds.restIntegers:
        return this.#append(raw, 0, raw.length, "as_is");
      default:
        if (raw.length > field.sizeBytes) return false;
        this.#batch!.bytes.set(raw, this.#record + field.offset);
        return true;
    }
  }
}
