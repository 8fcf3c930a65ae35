/** Numbers as strace prints them: `-1`, `0644`, `0x1f`, `O_RDWR|O_CREAT`, `8192*1024`, `AT_FDCWD</tmp>`. Comments behind them are not looked at. */
import { hexDigit, isDigit } from "../../lines/digits.ts";
import { byteNames, type ByteNames } from "../../lines/byte-names.ts";
import { isLetter, isWord } from "./words.ts";

/** The names of numbers, as low and high words. */
export interface Constants {
  readonly names: ByteNames;
  readonly low: Int32Array;
  readonly high: Int32Array;
}

/** `text`: `NAME NUMBER;…`; of a name that is there twice the first one counts. */
export function readConstants(text: string): Constants {
  const lines = text.split(";");
  const values = lines.map((line) => {
    const number = line.slice(line.indexOf(" ") + 1);
    return number.startsWith("-") ? -BigInt(number.slice(1)) : BigInt(number);
  });
  return {
    names: byteNames(lines.map((line) => line.slice(0, line.indexOf(" ")))),
    low: Int32Array.from(values, (value) => Number(BigInt.asIntN(32, value))),
    high: Int32Array.from(values, (value) => Number(BigInt.asIntN(32, value >> 32n))),
  };
}

const TWO_32 = 2 ** 32;
const [MINUS, PLUS, TILDE, STAR, BAR, LESS, ZERO, UNDERSCORE, BLANK] = [0x2d, 0x2b, 0x7e, 0x2a, 0x7c, 0x3c, 0x30, 0x5f, 0x20];

/** So many decimal digits fit into a word. */
const SMALL_DIGITS = 9;

/** What `read` found. */
export type NumberKind = "number" | "unknown_name" | "none";

/** Reads one number after the other; the last one is in its fields. */
export class NumberReader {
  low = 0;
  high = 0;
  /** Behind what was read. */
  end = 0;
  /** Where the name is that is not known. */
  unknownStart = 0;
  unknownEnd = 0;
  /** It is written with a minus. */
  negative = false;
  readonly #constants: Constants;

  constructor(constants: Constants) {
    this.#constants = constants;
  }

  /** The value as a double: exact below 2^53. */
  get value(): number {
    return this.high * TWO_32 + (this.low >>> 0);
  }

  /** Terms between `|`. `none`: it is no number (a structure, a string, nothing). */
  read(bytes: Uint8Array, start: number, end: number): NumberKind {
    const first = start < end ? bytes[start]! : 0;
    return isDigit(first) && this.#alone(bytes, start, end) ? "number" : this.#terms(bytes, start, end);
  }

  /** One number with nothing that makes another of it. */
  #alone(bytes: Uint8Array, start: number, end: number): boolean {
    this.#digits(bytes, start, end);
    this.negative = false;
    if (this.end >= end) return true;
    const next = bytes[this.end];
    return next !== BAR && next !== STAR && (next !== LESS || bytes[this.end + 1] !== LESS);
  }

  #terms(bytes: Uint8Array, start: number, end: number): NumberKind {
    let low = 0;
    let high = 0;
    let isKnown = true;
    let terms = 0;
    this.negative = false;
    for (let at = start; at < end;) {
      while (at < end && bytes[at] === BLANK) at++;
      const before = at;
      const kind = this.#term(bytes, at, end);
      if (kind === "none") {
        if (terms === 0) return "none";
        this.end = before;
        break;
      }
      if (kind === "unknown_name") isKnown = false;
      low |= this.low;
      high |= this.high;
      terms++;
      at = this.end;
      if (at >= end || bytes[at] !== BAR) break;
      at++;
    }
    if (terms === 0) return "none";
    this.low = low;
    this.high = high;
    return isKnown ? "number" : "unknown_name";
  }

  /** Factors between `*`, and shifts. */
  #term(bytes: Uint8Array, start: number, end: number): NumberKind {
    const kind = this.#factor(bytes, start, end);
    if (kind !== "number") return kind;
    while (this.end + 1 < end) {
      const operator = bytes[this.end];
      const isShift = operator === LESS && bytes[this.end + 1] === LESS;
      if (!isShift && operator !== STAR) break;
      const left = this.value;
      const right = this.#factor(bytes, this.end + (isShift ? 2 : 1), end);
      if (right !== "number") return right;
      this.#set(isShift ? left * 2 ** this.value : left * this.value);
    }
    return "number";
  }

  #factor(bytes: Uint8Array, start: number, end: number): NumberKind {
    let at = start;
    const sign = at < end ? bytes[at]! : 0;
    if (sign === MINUS || sign === TILDE || sign === PLUS) at++;
    if (at >= end) return "none";
    const first = bytes[at]!;
    if (isDigit(first)) this.#digits(bytes, at, end);
    else if (isLetter(first) || first === UNDERSCORE) {
      if (!this.#name(bytes, at, end)) return "unknown_name";
    } else return "none";
    if (sign === MINUS) {
      this.negative = true;
      this.low = -this.low | 0;
      this.high = (~this.high + (this.low === 0 ? 1 : 0)) | 0;
    } else if (sign === TILDE) {
      this.low = ~this.low;
      this.high = ~this.high;
    }
    return "number";
  }

  #name(bytes: Uint8Array, start: number, end: number): boolean {
    let at = start;
    while (at < end && isWord(bytes[at]!)) at++;
    const { names, low, high } = this.#constants;
    const index = names.find(bytes, start, at);
    this.end = at;
    // A call as in `makedev(0x1, 0x3)` is no name of a number.
    if (index >= 0 && bytes[at] !== 0x28) {
      this.low = low[index]!;
      this.high = high[index]!;
      return true;
    }
    this.low = 0;
    this.high = 0;
    this.unknownStart = start;
    this.unknownEnd = at;
    return false;
  }

  #digits(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    if (bytes[at] === ZERO && at + 1 < end && (bytes[at + 1]! | 0x20) === 0x78) {
      let low = 0;
      let high = 0;
      for (at += 2; at < end; at++) {
        const digit = hexDigit(bytes[at]!);
        if (digit < 0) break;
        high = (high << 4) | (low >>> 28);
        low = (low << 4) | digit;
      }
      this.low = low;
      this.high = high;
      this.end = at;
      return;
    }
    const base = bytes[at] === ZERO ? 8 : 10;
    let small = 0;
    const most = Math.min(end, at + SMALL_DIGITS);
    for (; at < most && isDigit(bytes[at]!); at++) small = small * base + (bytes[at]! - ZERO);
    if (at >= end || !isDigit(bytes[at]!)) {
      this.low = small;
      this.high = 0;
      this.end = at;
      return;
    }
    let low = small;
    let high = 0;
    // 2^32 times the base is far below 2^53.
    for (; at < end && isDigit(bytes[at]!); at++) {
      const sum = low * base + (bytes[at]! - ZERO);
      low = sum % TWO_32;
      high = (high * base + Math.floor(sum / TWO_32)) % TWO_32;
    }
    this.low = low | 0;
    this.high = high | 0;
    this.end = at;
  }

  #set(value: number): void {
    this.low = (value % TWO_32) | 0;
    this.high = Math.floor(value / TWO_32) | 0;
  }
}
