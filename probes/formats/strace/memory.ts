/**
 * What an argument's text tells of the memory that its pointer leads to: strings, arrays of strings (argv), of numbers, iovecs, times, socket
 * addresses. Other structures stay unknown.
 */
import { codes } from "../../lines/byte-text.ts";
import { skipString, skipToken } from "./call-text.ts";
import { hexDigit, isDigit } from "../../lines/digits.ts";
import type { NumberReader } from "./number.ts";
import { isWord } from "./words.ts";

const [QUOTE, BACKSLASH, COMMA, BLANK, DOT, OPEN, BRACE, EQUALS, GREATER] = [0x22, 0x5c, 0x2c, 0x20, 0x2e, 0x5b, 0x7b, 0x3d, 0x3e];
const ESCAPES: ReadonlyMap<number, number> = new Map(
  Object.entries({ n: 10, t: 9, v: 11, f: 12, r: 13 }).map(([letter, byte]) => [letter.charCodeAt(0), byte]),
);
const MAX_ELEMENTS = 1024;
const [AF_UNIX, AF_INET, AF_INET6] = [1, 2, 10];

export type When = "entry" | "exit";

export class MemoryReader {
  readonly #numbers: NumberReader;
  /** Strings that strace cut (-s), or that are too long for a record. */
  cutStrings = 0;
  #to: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #limit = 0;

  constructor(numbers: NumberReader) {
    this.#numbers = numbers;
  }

  /**
   * Writes the memory at `at` of `view`, not beyond `limit`; returns its bytes, 0 if the text tells nothing of it. `addressLow`, `addressHigh`: where
   * it is for the program. `elementBytes`: of numbers in an array.
   */
  read(
    text: Uint8Array,
    start: number,
    end: number,
    to: Uint8Array,
    view: DataView,
    at: number,
    limit: number,
    addressLow: number,
    addressHigh: number,
    elementBytes: 4 | 8,
    when: When,
  ): number {
    this.#to = to;
    this.#view = view;
    this.#limit = limit;
    return this.#read(text, start, end, at, addressLow, addressHigh, elementBytes, when);
  }

  #read(
    text: Uint8Array,
    start: number,
    end: number,
    at: number,
    addressLow: number,
    addressHigh: number,
    elementBytes: 4 | 8,
    when: When,
  ): number {
    switch (text[start]) {
      case QUOTE:
        return this.#string(text, start, end, at) - at;
      case OPEN: {
        const first = text[start + 1]!;
        if (first === QUOTE) return this.#pointers(text, start + 1, end, at, addressLow, addressHigh, 8) - at;
        if (first === BRACE && matches(text, start + 2, IOV_BASE))
          return this.#pointers(text, start + 1, end, at, addressLow, addressHigh, 16) - at;
        return this.#integers(text, start + 1, end, at, elementBytes, when) - at;
      }
      case BRACE:
        if (matches(text, start + 1, SA_FAMILY)) return this.#socketAddress(text, start, end, at) - at;
        return matches(text, start + 1, TV_SEC) ? this.#times(text, start, end, at) - at : 0;
      default:
        return 0;
    }
  }

  /** The bytes of the string that begins at `start`. For what is rare. */
  stringAt(text: Uint8Array, start: number): Uint8Array {
    const stop = skipString(text, start, text.length) - 1;
    this.#to = new Uint8Array(stop - start);
    this.#limit = this.#to.length;
    return this.#to.subarray(0, this.#unescape(text, start + 1, stop, 0));
  }

  /** With a NUL behind it when all of it is there. Returns the end. */
  #string(text: Uint8Array, start: number, end: number, at: number): number {
    const stop = skipString(text, start, end) - 1;
    const next = this.#unescape(text, start + 1, stop, at);
    const isCut = text[stop + 1] === DOT && text[stop + 2] === DOT;
    if (isCut || next >= this.#limit) {
      this.cutStrings++;
      return next;
    }
    this.#to[next] = 0;
    return next + 1;
  }

  #unescape(text: Uint8Array, start: number, end: number, to: number): number {
    const out = this.#to;
    let at = to;
    for (let i = start; i < end && at < this.#limit; i++) {
      let byte = text[i]!;
      if (byte === BACKSLASH && i + 1 < end) {
        const next = text[++i]!;
        if (next === 0x78) {
          byte = 0;
          for (let digits = 0; digits < 2 && i + 1 < end; digits++) {
            const digit = hexDigit(text[i + 1]!);
            if (digit < 0) break;
            byte = byte * 16 + digit;
            i++;
          }
        } else if (isDigit(next)) {
          byte = next & 7;
          for (let digits = 1; digits < 3 && i + 1 < end && isDigit(text[i + 1]!); digits++) byte = byte * 8 + (text[++i]! & 7);
        } else byte = ESCAPES.get(next) ?? next;
      }
      out[at++] = byte;
    }
    return at;
  }

  /** An array of pointers to strings (`elementBytes` 8, NULL behind it), or of iovecs (16: pointer and length); the strings behind it. */
  #pointers(text: Uint8Array, start: number, end: number, at: number, low: number, high: number, elementBytes: 8 | 16): number {
    let count = 0;
    let isComplete = false;
    const from = start;
    for (let i = start; i < end && count < MAX_ELEMENTS;) {
      if (text[i] === QUOTE) {
        count++;
        i = skipString(text, i, end);
      } else if (text[i] === 0x5d) {
        isComplete = true;
        break;
      } else if (text[i] === DOT) break;
      else i++;
    }
    const arrayBytes = elementBytes * count + (elementBytes === 8 && isComplete ? 8 : 0);
    if (at + arrayBytes > this.#limit) {
      this.cutStrings += count;
      return at;
    }
    let slot = at;
    let data = at + arrayBytes;
    for (let i = from; i < end && count > 0;) {
      if (text[i] !== QUOTE) {
        i++;
        continue;
      }
      const stop = skipString(text, i, end);
      const next = this.#string(text, i, stop + 3 <= end ? stop + 3 : end, data);
      this.#pointer(slot, low, high, data - at);
      // Without the NUL that was put behind it.
      if (elementBytes === 16) this.#setLong(slot + 8, this.#iovLength(text, stop, end, next - data - 1), 0);
      slot += elementBytes;
      data = next;
      i = stop;
      count--;
    }
    if (slot < at + arrayBytes) this.#setLong(slot, 0, 0);
    return data;
  }

  /** `, iov_len=123` behind the string. */
  #iovLength(text: Uint8Array, start: number, end: number, otherwise: number): number {
    const value = valueOf(text, start, Math.min(end, start + 40), IOV_LEN);
    return value >= 0 && this.#numbers.read(text, value, end) === "number" ? this.#numbers.value : Math.max(0, otherwise);
  }

  #pointer(slot: number, low: number, high: number, offset: number): void {
    // Stand-ins begin at a multiple of 64 KiB, and no record is longer.
    this.#setLong(slot, (low + offset) | 0, high);
  }

  #setLong(at: number, low: number, high: number): void {
    this.#view.setInt32(at, low | 0, true);
    this.#view.setInt32(at + 4, high, true);
  }

  /** `[3, 4]`, `[128 => 16]` (before and after the call). */
  #integers(text: Uint8Array, start: number, end: number, to: number, elementBytes: 4 | 8, when: When): number {
    const numbers = this.#numbers;
    let at = to;
    for (let i = start; i < end && at + elementBytes <= this.#limit;) {
      if (numbers.read(text, i, end) !== "number") return to;
      i = numbers.end;
      while (i < end && text[i] !== COMMA && text[i] !== 0x5d && text[i] !== EQUALS) i = skipToken(text, i, end);
      if (text[i] === EQUALS && text[i + 1] === GREATER) {
        if (when === "exit" && numbers.read(text, i + 2, end) !== "number") return to;
        i = end;
      }
      this.#view.setInt32(at, numbers.low, true);
      if (elementBytes === 8) this.#view.setInt32(at + 4, numbers.high, true);
      at += elementBytes;
      if (text[i] !== COMMA) break;
      i++;
    }
    return at;
  }

  /** struct timespec, struct timeval: two longs. */
  #times(text: Uint8Array, start: number, end: number, at: number): number {
    if (at + 16 > this.#limit) return at;
    for (const [index, names] of [[TV_SEC], [TV_NSEC, TV_USEC]].entries()) {
      const value = names.map((name) => valueOf(text, start, end, name)).find((found) => found >= 0) ?? -1;
      if (value < 0 || this.#numbers.read(text, value, end) !== "number") return at;
      this.#setLong(at + 8 * index, this.#numbers.low, this.#numbers.high);
    }
    return at + 16;
  }

  /** sockaddr_un, sockaddr_in, sockaddr_in6: in the byte order of the network. */
  #socketAddress(text: Uint8Array, start: number, end: number, at: number): number {
    const view = this.#view;
    const family = valueOf(text, start, end, SA_FAMILY);
    if (family < 0 || at + 110 > this.#limit || this.#numbers.read(text, family, end) !== "number") return at;
    const kind = this.#numbers.low;
    view.setUint16(at, kind, true);
    if (kind === AF_UNIX) return this.#unixAddress(text, start, end, at);
    if (kind !== AF_INET && kind !== AF_INET6) return at;
    const port = valueOf(text, start, end, kind === AF_INET ? SIN_PORT : SIN6_PORT);
    if (port < 0 || this.#numbers.read(text, port + HTONS_BYTES, end) !== "number") return at;
    view.setUint16(at + 2, this.#numbers.low & 0xffff, false);
    if (kind === AF_INET) {
      this.#to.fill(0, at + 8, at + 16);
      const address = valueOf(text, start, end, SIN_ADDR);
      return address >= 0 && this.#dotted(text, address, end, at + 4) ? at + 16 : at;
    }
    this.#to.fill(0, at + 4, at + 28);
    const address = indexOf(text, start, end, INET_PTON);
    if (address < 0 || !this.#colons(text, address + INET_PTON.length, end, at + 8)) return at;
    const scope = valueOf(text, start, end, SCOPE_ID);
    if (scope >= 0 && this.#numbers.read(text, scope, end) === "number") view.setInt32(at + 24, this.#numbers.low, true);
    return at + 28;
  }

  #unixAddress(text: Uint8Array, start: number, end: number, at: number): number {
    const path = valueOf(text, start, end, SUN_PATH);
    if (path < 0) return at + 2;
    // @"…": an abstract name, which begins with a NUL.
    const isAbstract = text[path] === 0x40;
    if (isAbstract) this.#to[at + 2] = 0;
    const quote = isAbstract ? path + 1 : path;
    if (text[quote] !== QUOTE) return at;
    const next = this.#string(text, quote, end, at + (isAbstract ? 3 : 2));
    return isAbstract ? next - 1 : next;
  }

  /** `inet_addr("127.0.0.1")`. */
  #dotted(text: Uint8Array, start: number, end: number, at: number): boolean {
    let i = start;
    while (i < end && text[i] !== QUOTE) i++;
    for (let part = 0; part < 4; part++) {
      let value = 0;
      for (i++; i < end && isDigit(text[i]!); i++) value = value * 10 + text[i]! - 0x30;
      if (value > 255 || text[i] !== (part < 3 ? DOT : QUOTE)) return false;
      this.#to[at + part] = value;
    }
    return true;
  }

  /** `::1", …`. Rare enough for strings. */
  #colons(text: Uint8Array, start: number, end: number, at: number): boolean {
    let stop = start;
    while (stop < end && text[stop] !== QUOTE) stop++;
    const words = String.fromCharCode(...text.subarray(start, Math.min(stop, start + 64))).split("::");
    const groups = (side: string | undefined): number[] => (side === undefined || side === "" ? [] : side.split(":").flatMap(groupsOf));
    const [left, right] = [groups(words[0]), groups(words[1])];
    const zeros = 8 - left.length - right.length;
    const all = [...left, ...new Array<number>(Math.max(0, words.length === 2 ? zeros : 0)).fill(0), ...right];
    if (all.length !== 8 || all.some((group) => !(group >= 0 && group <= 0xffff))) return false;
    all.forEach((group, i) => this.#view.setUint16(at + 2 * i, group, false));
    return true;
  }
}

/** A group of an IPv6 address; two at its end may be written as IPv4. */
function groupsOf(text: string): number[] {
  const dotted = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (dotted === null) return [/^[0-9a-f]{1,4}$/i.test(text) ? parseInt(text, 16) : NaN];
  const [a, b, c, d] = dotted.slice(1).map(Number) as [number, number, number, number];
  return [a * 256 + b, c * 256 + d];
}

const SA_FAMILY = codes("sa_family=");
const IOV_BASE = codes("iov_base=");
const IOV_LEN = codes("iov_len=");
const TV_SEC = codes("tv_sec=");
const TV_NSEC = codes("tv_nsec=");
const TV_USEC = codes("tv_usec=");
const SIN_PORT = codes("sin_port=");
const SIN6_PORT = codes("sin6_port=");
const SIN_ADDR = codes("sin_addr=");
const SUN_PATH = codes("sun_path=");
const SCOPE_ID = codes("sin6_scope_id=");
const INET_PTON = codes('inet_pton(AF_INET6, "');
const HTONS_BYTES = "htons(".length;

function matches(text: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (text[at + i] !== wanted[i]) return false;
  return true;
}

function indexOf(text: Uint8Array, start: number, end: number, wanted: Uint8Array): number {
  for (let at = start; at + wanted.length <= end; at = text[at] === QUOTE ? skipString(text, at, end) : at + 1)
    if (matches(text, at, wanted)) return at;
  return -1;
}

/** Where the value of `name=` begins; -1 if it is not there. */
function valueOf(text: Uint8Array, start: number, end: number, name: Uint8Array): number {
  for (let at = start; at + name.length <= end;) {
    if (matches(text, at, name) && !isWord(text[at - 1] ?? BLANK)) return at + name.length;
    at = text[at] === QUOTE ? skipString(text, at, end) : at + 1;
  }
  return -1;
}
