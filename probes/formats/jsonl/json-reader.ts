/**
 * Reads JSON (RFC 8259) in bytes, value by value, without making objects. Numbers are exact to 64 bits; strings are UTF-8.
 * A mistake is kept with its place, and everything after it reads as the end.
 */
import { hexDigit, isDigit } from "../../lines/digits.ts";

const [QUOTE, BACKSLASH, COMMA, COLON, MINUS, DOT, ZERO] = [0x22, 0x5c, 0x2c, 0x3a, 0x2d, 0x2e, 0x30];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];
const TWO_32 = 2 ** 32;
const SHORT_ESCAPES: ReadonlyMap<number, number> = new Map(
  Object.entries({ '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }).map(([letter, text]) => [
    letter.charCodeAt(0),
    text.charCodeAt(0),
  ]),
);
const LITERALS = ["true", "false", "null"].map((text) => new TextEncoder().encode(text));
const MOST_DEPTH = 64;

export type ValueKind = "object" | "array" | "string" | "number" | "true" | "false" | "null" | "end";

export class JsonReader {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  /** What is wrong, and where; null: nothing. */
  mistake: string | null = null;
  mistakeAt = 0;
  /** The last string: its bytes. */
  text: Uint8Array = new Uint8Array(0);
  textStart = 0;
  textEnd = 0;
  /** The last number: a 64-bit word, or a fraction. */
  low = 0;
  high = 0;
  /** The number as a double. */
  double = 0;
  isInteger = true;
  isNegative = false;
  #scratch: Uint8Array = new Uint8Array(256);

  start(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.mistake = null;
  }

  /** Keeps the first mistake; always false. */
  fail(message: string, at = this.at): false {
    if (this.mistake === null) {
      this.mistake = message;
      this.mistakeAt = at;
    }
    this.at = this.end;
    return false;
  }

  #blanks(): number {
    const { bytes, end } = this;
    let { at } = this;
    while (at < end) {
      const byte = bytes[at]!;
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) break;
      at++;
    }
    this.at = at;
    return at < end ? bytes[at]! : 0;
  }

  /** What comes next. */
  peek(): ValueKind {
    const byte = this.#blanks();
    if (byte === QUOTE) return "string";
    if (byte === OPEN_OBJECT) return "object";
    if (byte === OPEN_ARRAY) return "array";
    if (byte === MINUS || isDigit(byte)) return "number";
    if (byte === 0x74) return "true";
    if (byte === 0x66) return "false";
    return byte === 0x6e ? "null" : "end";
  }

  /** Nothing but blanks is left. */
  finish(): boolean {
    if (this.mistake !== null) return false;
    return this.#blanks() === 0 && this.at >= this.end ? true : this.fail("more behind the end of the object");
  }

  /** Behind `{`; false: it is empty, or none. Then `key`, a value, `more`. */
  object(): boolean {
    return this.#open(OPEN_OBJECT, CLOSE_OBJECT, "expected {");
  }

  array(): boolean {
    return this.#open(OPEN_ARRAY, CLOSE_ARRAY, "expected [");
  }

  #open(open: number, close: number, message: string): boolean {
    if (this.#blanks() !== open) return this.fail(message);
    this.at++;
    if (this.#blanks() !== close) return this.at < this.end || this.fail("the line ends in a value");
    this.at++;
    return false;
  }

  /** The key and its colon; the key is in `text`. */
  key(): boolean {
    if (!this.string()) return false;
    if (this.#blanks() !== COLON) return this.fail("expected : behind a key");
    this.at++;
    return true;
  }

  /** Behind a value: goes to the next one; false at the end of the object. */
  moreMembers(): boolean {
    return this.#more(CLOSE_OBJECT, "expected , or } behind a value");
  }

  moreElements(): boolean {
    return this.#more(CLOSE_ARRAY, "expected , or ] behind a value");
  }

  #more(close: number, message: string): boolean {
    const byte = this.#blanks();
    if (byte !== COMMA && byte !== close) return this.fail(this.at >= this.end ? "the line ends in a value" : message);
    this.at++;
    return byte === COMMA;
  }

  string(): boolean {
    if (this.#blanks() !== QUOTE) return this.fail("expected a string");
    const { bytes, end } = this;
    const start = ++this.at;
    let at = start;
    while (at < end && bytes[at] !== QUOTE) {
      if (bytes[at] === BACKSLASH) return this.#escaped(start, at);
      if (bytes[at]! < 0x20) return this.fail("a control character in a string", at);
      at++;
    }
    if (at >= end) return this.fail("a string without end", start - 1);
    this.text = bytes;
    this.textStart = start;
    this.textEnd = at;
    this.at = at + 1;
    return true;
  }

  /** A string with escapes, put together in the scratch bytes. */
  #escaped(start: number, firstEscape: number): boolean {
    const { bytes, end } = this;
    if (this.#scratch.length < end - start) this.#scratch = new Uint8Array(2 * (end - start));
    const out = this.#scratch;
    let length = 0;
    for (let at = start; at < firstEscape; at++) out[length++] = bytes[at]!;
    let at = firstEscape;
    while (at < end && bytes[at] !== QUOTE) {
      const byte = bytes[at]!;
      if (byte < 0x20) return this.fail("a control character in a string", at);
      at++;
      if (byte !== BACKSLASH) {
        out[length++] = byte;
        continue;
      }
      const letter = at < end ? bytes[at++]! : 0;
      const short = SHORT_ESCAPES.get(letter);
      if (short !== undefined) out[length++] = short;
      else if (letter !== 0x75) return this.fail("an unknown escape in a string", at - 1);
      else {
        let code = this.#unit(at);
        if (code < 0) return this.fail("\\u takes four hexadecimal digits", at);
        at += 4;
        if (code >= 0xd800 && code < 0xdc00 && bytes[at] === BACKSLASH && bytes[at + 1] === 0x75) {
          const second = this.#unit(at + 2);
          if (second >= 0xdc00 && second < 0xe000) {
            code = 0x10000 + (code - 0xd800) * 0x400 + second - 0xdc00;
            at += 6;
          }
        }
        length = putUtf8(out, length, code);
      }
    }
    if (at >= end) return this.fail("a string without end", start - 1);
    this.text = out;
    this.textStart = 0;
    this.textEnd = length;
    this.at = at + 1;
    return true;
  }

  #unit(at: number): number {
    let code = 0;
    for (let i = 0; i < 4; i++) {
      const digit = at + i < this.end ? hexDigit(this.bytes[at + i]!) : -1;
      if (digit < 0) return -1;
      code = code * 16 + digit;
    }
    return code;
  }

  number(): boolean {
    const first = this.#blanks();
    const start = this.at;
    this.isNegative = first === MINUS;
    let at = this.isNegative ? start + 1 : start;
    const digits = at;
    const next = this.#digits(this.bytes, at, this.end);
    if (next === at) return this.fail("expected a number", start);
    if (this.bytes[digits] === ZERO && next > digits + 1) return this.fail("a number with a leading zero", start);
    at = next;
    const byte = at < this.end ? this.bytes[at]! : 0;
    this.isInteger = byte !== DOT && (byte | 0x20) !== 0x65;
    if (!this.isInteger) return this.#fraction(start, at);
    this.at = at;
    this.double = this.high * TWO_32 + this.low;
    if (this.isNegative) this.double = -this.double;
    return this.#finishWord();
  }

  /** Decimal digits into low and high; where they end. More than 64 bits wrap around. */
  #digits(bytes: Uint8Array, start: number, end: number): number {
    let low = 0;
    let high = 0;
    let at = start;
    for (; at < end && isDigit(bytes[at]!); at++) {
      const sum = low * 10 + (bytes[at]! - ZERO);
      low = sum % TWO_32;
      high = (high * 10 + Math.floor(sum / TWO_32)) % TWO_32;
    }
    this.low = low;
    this.high = high;
    return at;
  }

  /** Two's complement of what was read. */
  #finishWord(): true {
    let low = this.low | 0;
    let high = this.high | 0;
    if (this.isNegative) {
      low = -low | 0;
      high = (~high + (low === 0 ? 1 : 0)) | 0;
    }
    this.low = low;
    this.high = high;
    return true;
  }

  #fraction(start: number, from: number): boolean {
    let at = from;
    while (at < this.end && (isDigit(this.bytes[at]!) || this.bytes[at] === DOT || "eE+-".includes(String.fromCharCode(this.bytes[at]!))))
      at++;
    const text = String.fromCharCode(...this.bytes.subarray(start, Math.min(at, start + 64)));
    if (!/^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(text)) return this.fail("expected a number", start);
    this.double = Number(text);
    this.low = this.high = 0;
    this.at = at;
    return true;
  }

  /** The last string as a number, decimal or 0x…; false: it is none. `low`, `high` and `double` are then set. */
  textNumber(): boolean {
    const { text, textStart, textEnd } = this;
    this.isNegative = text[textStart] === MINUS;
    const start = this.isNegative ? textStart + 1 : textStart;
    this.isInteger = true;
    if (textEnd - start > 2 && text[start] === ZERO && (text[start + 1]! | 0x20) === 0x78) {
      let low = 0;
      let high = 0;
      for (let at = start + 2; at < textEnd; at++) {
        const digit = hexDigit(text[at]!);
        if (digit < 0) return false;
        high = (high << 4) | (low >>> 28);
        low = (low << 4) | digit;
      }
      this.low = low >>> 0;
      this.high = high >>> 0;
    } else if (start === textEnd || this.#digits(text, start, textEnd) !== textEnd) return false;
    this.double = this.high * TWO_32 + this.low;
    if (this.isNegative) this.double = -this.double;
    return this.#finishWord();
  }

  /** Any value. */
  skip(depth = 0): boolean {
    switch (this.peek()) {
      case "string":
        return this.string();
      case "number":
        return this.number();
      case "object":
        if (depth === MOST_DEPTH) return this.fail("values of too many levels");
        if (!this.object()) return this.mistake === null;
        do if (!this.key() || !this.skip(depth + 1)) return false;
        while (this.moreMembers());
        return this.mistake === null;
      case "array":
        if (depth === MOST_DEPTH) return this.fail("values of too many levels");
        if (!this.array()) return this.mistake === null;
        do if (!this.skip(depth + 1)) return false;
        while (this.moreElements());
        return this.mistake === null;
      default:
        return this.literal();
    }
  }

  /** true, false, null: which is what `peek` said. */
  literal(): boolean {
    for (const literal of LITERALS) {
      if (literal.every((byte, i) => this.at + i < this.end && this.bytes[this.at + i] === byte)) {
        this.at += literal.length;
        return true;
      }
    }
    return this.fail(this.at >= this.end ? "the line ends in a value" : "expected a value");
  }
}

function putUtf8(out: Uint8Array, at: number, code: number): number {
  if (code < 0x80) {
    out[at] = code;
    return at + 1;
  }
  if (code < 0x800) {
    out[at] = 0xc0 | (code >> 6);
    out[at + 1] = 0x80 | (code & 63);
    return at + 2;
  }
  if (code < 0x10000) {
    out[at] = 0xe0 | (code >> 12);
    out[at + 1] = 0x80 | ((code >> 6) & 63);
    out[at + 2] = 0x80 | (code & 63);
    return at + 3;
  }
  out[at] = 0xf0 | (code >> 18);
  out[at + 1] = 0x80 | ((code >> 12) & 63);
  out[at + 2] = 0x80 | ((code >> 6) & 63);
  out[at + 3] = 0x80 | (code & 63);
  return at + 4;
}
