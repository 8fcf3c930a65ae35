/** Runs the steps of an event over the bytes of a line, and writes its record. */
import { readHexBytes, readIpv4, readIpv6 } from "./address-text.ts";
import { NOT_A_NUMBER, readDecimal, readHex, readNumber, readOctal, isDigit, shiftLeft, store, value } from "./number.ts";
import * as kinds from "./steps.ts";
import { joinLiterals, type NamedValue, type Step } from "./steps.ts";
import type { SymbolSpace } from "./symbol-space.ts";

/** Longest record: what a ring-buffer page of 64 KiB holds. */
export const RECORD_BYTES = 65_000;
/** Strings are cut so that __data_loc can tell their place. */
const MOST_STRING_BYTES = 32_768;
/** What a fixed part may be at most. */
export const MOST_FIXED_BYTES = 16_384;

const [BLANK, MINUS, QUOTE, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, OPEN_PAREN, APOSTROPHE] = [32, 45, 34, 123, 125, 91, 40, 39];
const NO_MATCH = -1;

/** A record that is being written, from its first byte on. */
export class RecordBuffer {
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(RECORD_BYTES + 64);
  readonly view: DataView = new DataView(this.bytes.buffer);
  readonly words: Int32Array = new Int32Array(this.bytes.buffer);
  /** Where strings go next. */
  end = 0;
}

function isAt(bytes: Uint8Array, at: number, end: number, text: Uint8Array): boolean {
  if (at + text.length > end) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

/** Where the text is next, and a number behind it if one has to be there; -1: nowhere. No text: the end. */
function find(bytes: Uint8Array, from: number, end: number, step: Step): number {
  const { text } = step;
  if (text.length === 0) return end;
  const first = text[0]!;
  const last = end - text.length;
  for (let at = from; at <= last; at++) {
    if (bytes[at] !== first || !isAt(bytes, at, end, text)) continue;
    if (!step.thenNumber) return at;
    let next = at + text.length;
    while (bytes[next] === BLANK) next++;
    if (bytes[next] === MINUS) next++;
    if (!isDigit(bytes[next])) continue;
    while (isDigit(bytes[next])) next++;
    // Names of tasks hold colons and digits themselves: `kworker/0:1:53 [120]`.
    if (isAt(bytes, next, end, step.behind)) return at;
  }
  return NO_MATCH;
}

const isWord = (byte: number): boolean =>
  (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90) || (byte >= 48 && byte <= 57) || byte === 95;

export class Decoder {
  readonly id: number;
  /** Bytes of the record before its strings. */
  readonly fixedBytes: number;
  readonly #steps: readonly Step[];
  readonly #symbols: SymbolSpace;
  /** Whether its text names kernel code, which gets an address when it is met first. */
  readonly namesCode: boolean;
  /** Names that a newer or older kernel gave to flags: their bits are not known. */
  unknownNames = 0;

  /** Whether text behind the last step is of no account. */
  readonly #leavesRest: boolean;

  constructor(id: number, fixedBytes: number, steps: readonly Step[], symbols: SymbolSpace, leavesRest = false) {
    this.id = id;
    this.#leavesRest = leavesRest;
    this.fixedBytes = (fixedBytes + 3) & ~3;
    this.#steps = joinLiterals(steps);
    this.#symbols = symbols;
    this.namesCode = steps.some(({ kind }) => kind === kinds.SYMBOL || kind === kinds.VALUE);
  }

  /** Writes the fields of the text at [from, end); returns the length of the record, or -1 if the text is not of this form. */
  decode(bytes: Uint8Array, from: number, end: number, record: RecordBuffer): number {
    const { view, words } = record;
    const steps = this.#steps;
    const count = this.fixedBytes >> 2;
    for (let word = 0; word < count; word++) words[word] = 0;
    record.end = this.fixedBytes;
    let at = from;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i]!;
      if (step.kind === kinds.IF_THERE) {
        const next = find(bytes, at, end, step);
        if (next < 0) i++;
        else at = next + step.text.length;
        continue;
      }
      const { prefix } = step;
      for (let k = 0; k < prefix.length; k++) if (bytes[at + k] !== prefix[k]) return NO_MATCH;
      at += prefix.length;
      if (at > end) return NO_MATCH;
      at = this.#run(step, bytes, at, end, record);
      if (at < 0) return NO_MATCH;
    }
    while (at < end && bytes[at] === BLANK) at++;
    if (at < end && !this.#leavesRest) return NO_MATCH;
    view.setUint16(0, this.id, true);
    return record.end;
  }

  #run(step: Step, bytes: Uint8Array, from: number, end: number, record: RecordBuffer): number {
    let at = from;
    switch (step.kind) {
      case kinds.LITERAL:
        return isAt(bytes, at, end, step.text) ? at + step.text.length : NO_MATCH;
      case kinds.SEEK:
        at = find(bytes, at, end, step);
        return at < 0 ? NO_MATCH : at + step.text.length;
      case kinds.DECIMAL:
        while (bytes[at] === BLANK) at++;
        at = readDecimal(bytes, at, end);
        break;
      case kinds.HEX:
        while (bytes[at] === BLANK) at++;
        at = readHex(bytes, at, end);
        break;
      case kinds.OCTAL:
        at = readOctal(bytes, at, end);
        break;
      case kinds.NUMBER:
        at = readNumber(bytes, at, end);
        break;
      case kinds.SIGNED:
        at = readNumber(bytes, at, end);
        // So large a number is none below zero.
        if (at >= 0 && value.hi < 0 && bytes[from] !== MINUS) return NO_MATCH;
        if (at >= 0 && at < end && isWord(bytes[at]!)) return NO_MATCH;
        break;
      case kinds.BARE_HEX:
        at = readHex(bytes, at, end);
        if (at >= 0 && at < end && isWord(bytes[at]!)) return NO_MATCH;
        break;
      case kinds.CODE:
        at = this.#symbols.read(bytes, at, end);
        break;
      case kinds.ARGUMENT:
        at = bytes[at] === MINUS ? readDecimal(bytes, at, end) : readHex(bytes, at, end);
        break;
      case kinds.CHAR:
        if (at >= end) return NO_MATCH;
        value.hi = 0;
        value.lo = bytes[at++]!;
        break;
      case kinds.SYMBOL:
        at = this.#symbols.read(bytes, at, end);
        break;
      case kinds.SYMBOLIC:
        at = this.#symbolic(step, bytes, at, end);
        break;
      case kinds.FLAGS:
        at = this.#flags(step, bytes, at, end);
        break;
      case kinds.IPV4:
        return readIpv4(bytes, at, end, record.bytes, step.offset);
      case kinds.IPV6:
        return readIpv6(bytes, at, end, record.bytes, step.offset);
      case kinds.HEX_BYTES:
        return readHexBytes(bytes, at, end, record.bytes, step.offset, step.sizeBytes);
      case kinds.TEXT:
        return inlineText(step, bytes, at, end, record);
      case kinds.DYNAMIC:
      case kinds.REL_DYNAMIC:
        at = find(bytes, from, end, step);
        if (at >= 0) writeString(step, bytes, from, at, record);
        return at;
      case kinds.QUOTED:
        return quoted(step, bytes, at, end, record);
      case kinds.FETCHED:
      case kinds.REST:
        return fetched(step, bytes, at, end, record);
      case kinds.VALUE:
        return this.#anyValue(step, bytes, at, end, record);
      default:
        return find(bytes, at, end, step);
    }
    if (at < 0) return NO_MATCH;
    if (step.sizeBytes === 0) return at;
    if (step.shift > 0) shiftLeft(step.shift);
    store(record.view, step.offset, step.sizeBytes, step.merge);
    return at;
  }

  /** A name, else the number that is printed where there is none. */
  #symbolic(step: Step, bytes: Uint8Array, from: number, end: number): number {
    const known = named(step.names, bytes, from, end);
    if (known !== null) {
      value.hi = known.hi;
      value.lo = known.lo;
      return from + known.text.length;
    }
    const number = readNumber(bytes, from, end);
    return number >= 0 ? number : this.#skipName(bytes, from, end);
  }

  /** A name that the format does not know: which number it stands for is lost. */
  #skipName(bytes: Uint8Array, from: number, end: number): number {
    let at = from;
    while (at < end && isWord(bytes[at]!)) at++;
    if (at > from) this.unknownNames++;
    value.hi = 0;
    value.lo = 0;
    return at;
  }

  #flags(step: Step, bytes: Uint8Array, from: number, end: number): number {
    let [at, hi, lo] = [from, 0, 0];
    for (;;) {
      const known = named(step.names, bytes, at, end);
      if (known !== null) {
        at += known.text.length;
        hi |= known.hi;
        lo |= known.lo;
      } else if (at < end && isDigit(bytes[at])) {
        at = readNumber(bytes, at, end);
        hi |= value.hi;
        lo |= value.lo;
      } else at = this.#skipName(bytes, at, end);
      if (step.text.length === 0 || !isAt(bytes, at, end, step.text)) break;
      at += step.text.length;
    }
    value.hi = hi;
    value.lo = lo;
    return at;
  }

  #anyValue(step: Step, bytes: Uint8Array, from: number, end: number, record: RecordBuffer): number {
    let at = bytes[from] === OPEN_PAREN ? from + 1 : from;
    if (bytes[at] === OPEN_BRACE) return this.#elements(step, bytes, at + 1, end, record);
    // `ARRAY[36, bd, …]`, the bytes of it.
    if (bytes[at] === 65 && bytes[at + 5] === OPEN_BRACKET)
      return readHexBytes(bytes, at + 6, end, record.bytes, step.offset, step.sizeBytes);
    if (bytes[at] === APOSTROPHE && at + 2 < end) {
      value.hi = 0;
      value.lo = bytes[at + 1]!;
      at += 3;
    } else at = this.#number(step, bytes, at, end);
    if (at < 0) return NO_MATCH;
    if (step.elementBytes === 0) store(record.view, step.offset, step.sizeBytes, false);
    return at;
  }

  #number(step: Step, bytes: Uint8Array, from: number, end: number): number {
    const at = step.bareHex ? readHex(bytes, from, end) : readNumber(bytes, from, end);
    // Digits that a letter follows are no number but a name.
    if (at >= 0 && (at === end || !isWord(bytes[at]!))) return at;
    return this.#symbols.read(bytes, from, end);
  }

  /** `0x1,0x2}` */
  #elements(step: Step, bytes: Uint8Array, from: number, end: number, record: RecordBuffer): number {
    const size = step.elementBytes;
    let at = from;
    for (let i = 0; size > 0 && (i + 1) * size <= step.sizeBytes; i++) {
      const next = readNumber(bytes, at, end);
      if (next === NOT_A_NUMBER) break;
      store(record.view, step.offset + i * size, size, false);
      at = next;
      while (at < end && (bytes[at] === 44 || bytes[at] === BLANK)) at++;
    }
    return bytes[at] === CLOSE_BRACE ? at + 1 : at;
  }
}

function named(names: readonly NamedValue[], bytes: Uint8Array, at: number, end: number): NamedValue | null {
  for (let i = 0; i < names.length; i++) if (isAt(bytes, at, end, names[i]!.text)) return names[i]!;
  return null;
}

function inlineText(step: Step, bytes: Uint8Array, from: number, end: number, record: RecordBuffer): number {
  const stop = find(bytes, from, end, step);
  // The kernel cannot have printed more than the field holds.
  if (stop < 0 || stop - from > step.sizeBytes) return NO_MATCH;
  const length = Math.min(stop - from, step.sizeBytes - 1);
  const to = record.bytes;
  const { offset } = step;
  for (let i = 0; i < length; i++) to[offset + i] = bytes[from + i]!;
  return stop;
}

function writeString(step: Step, bytes: Uint8Array, from: number, to: number, record: RecordBuffer): void {
  const length = Math.min(to - from, MOST_STRING_BYTES, RECORD_BYTES - 1 - record.end);
  if (length < 0) return;
  const at = record.end;
  for (let i = 0; i < length; i++) record.bytes[at + i] = bytes[from + i]!;
  record.bytes[at + length] = 0;
  record.end = at + length + 1;
  const base = step.kind === kinds.REL_DYNAMIC ? step.offset + 4 : 0;
  record.view.setUint32(step.offset, (((length + 1) << 16) | (at - base)) >>> 0, true);
}

/** ` "text"` behind an argument, up to the text that follows it. */
function quoted(step: Step, bytes: Uint8Array, from: number, end: number, record: RecordBuffer): number {
  const isQuoted = bytes[from] === BLANK && bytes[from + 1] === QUOTE;
  const open = from + 2;
  let stop = find(bytes, from, end, step);
  // Quotes and what looks like the next argument may be in the text, but not one behind the other.
  while (isQuoted && stop >= 0 && stop < end && (stop <= open || bytes[stop - 1] !== QUOTE)) stop = find(bytes, stop + 1, end, step);
  if (stop < 0) return NO_MATCH;
  const close = bytes[stop - 1] === QUOTE ? stop - 1 : stop;
  if (isQuoted && close >= open && step.sizeBytes > 0) writeString(step, bytes, open, close, record);
  return stop;
}

/** `"text"`, or `(fault)`, up to the text that follows it. Quotes inside are not escaped. */
function fetched(step: Step, bytes: Uint8Array, from: number, end: number, record: RecordBuffer): number {
  let stop = find(bytes, from, end, step);
  if (stop < 0 && step.kind === kinds.REST) stop = end;
  if (stop < 0) return NO_MATCH;
  const isQuoted = bytes[from] === QUOTE && stop - from >= 2 && bytes[stop - 1] === QUOTE;
  writeString(step, bytes, isQuoted ? from + 1 : from, isQuoted ? stop - 1 : stop, record);
  return stop;
}
