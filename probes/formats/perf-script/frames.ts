/** Frames of perf script: `ADDRESS SYMBOL+0xOFFSET (FILE)`, and the addresses that stand for places in files. */
import type { UserPlace } from "../../symbols/user-code.ts";
import { ByteNames } from "../text/byte-names.ts";
import { NOT_A_NUMBER, readHex, value } from "../text/number.ts";
import type { SymbolSpace } from "../text/symbol-space.ts";

const [OPEN, BLANK, CLOSE] = [40, 32, 41];
const MOST_PLACES = 1 << 17;
const MOST_FILES = 4096;
/** A file's code begins at a multiple of 64 GiB, where no program has its own. */
const FILE_HIGH = 0x4855_0000;
const FILE_STEP = 16;
/** What addresses of kernels begin with, of 57 bits too. */
const KERNEL_BYTE = 0xff;
const UNKNOWN = "[unknown]";
const latin1 = new TextDecoder("latin1");

/** Where the bracket that the text ends with opens; -1: it ends otherwise. */
function lastBracket(bytes: Uint8Array, from: number, to: number): number {
  if (bytes[to - 1] !== CLOSE) return -1;
  for (let at = to - 1; at > from; at--) if (bytes[at] === OPEN && bytes[at - 1] === BLANK) return at;
  return -1;
}

const is = (bytes: Uint8Array, at: number, text: string): boolean => latin1.decode(bytes.subarray(at, at + text.length)) === text;

export class ScriptFrames {
  readonly #symbols: SymbolSpace;
  /** Texts of frames of user code: the same text is the same place. */
  readonly #texts = new ByteNames(MOST_PLACES);
  #high = new Int32Array(1024);
  #low = new Int32Array(1024);
  readonly #files = new Map<string, number>();
  #byAddress: Map<bigint, number> | null = null;

  constructor(symbols: SymbolSpace) {
    this.#symbols = symbols;
  }

  /** Its address in `value`; null: it is no frame, or one that was inlined into the next. */
  read(bytes: Uint8Array, from: number, to: number): "kernel" | "user" | null {
    const at = readHex(bytes, from, to);
    if (at === NOT_A_NUMBER || (at < to && bytes[at] !== BLANK)) return null;
    const file = lastBracket(bytes, at, to);
    if (file >= 0 && is(bytes, file, "(inlined)")) return null;
    const { hi, lo } = value;
    // Without the field dso the name is the last thing on the line.
    const nameEnd = file < 0 ? to : file - 1;
    // What else a stack that was not kept has led to is no address of either.
    if (hi >>> 24 === KERNEL_BYTE) {
      if (nameEnd > at + 1) this.#symbols.learn(bytes, from, at + 1, nameEnd, hi, lo);
      value.hi = hi;
      value.lo = lo;
      return "kernel";
    }
    // Of unknown files the address is that of the process; of others the place in the file.
    const isKnown = file < 0 ? nameEnd > at + 1 && !is(bytes, at + 1, "[unknown]") : !is(bytes, file, "([unknown])");
    if (isKnown) this.#place(bytes, from, to, file < 0 ? to : file);
    return "user";
  }

  #place(bytes: Uint8Array, from: number, to: number, file: number): void {
    const { hi, lo } = value;
    const { count } = this.#texts;
    const number = this.#texts.add(bytes, from, to);
    if (number < 0) return;
    if (number === count) {
      if (number >= this.#high.length) {
        this.#high = doubled(this.#high);
        this.#low = doubled(this.#low);
      }
      const path = latin1.decode(bytes.subarray(file, to));
      const index = this.#files.get(path) ?? this.#files.size;
      const hasRoom = index < MOST_FILES && hi < FILE_STEP;
      if (hasRoom) this.#files.set(path, index);
      this.#high[number] = hasRoom ? FILE_HIGH + index * FILE_STEP + hi : hi;
      this.#low[number] = lo;
      this.#byAddress = null;
    }
    value.hi = this.#high[number]!;
    value.lo = this.#low[number]!;
  }

  placeOf(address: bigint): UserPlace | null {
    if (this.#byAddress === null) {
      this.#byAddress = new Map();
      for (let number = 0; number < this.#texts.count; number++)
        this.#byAddress.set((BigInt(this.#high[number]! >>> 0) << 32n) | BigInt(this.#low[number]! >>> 0), number);
    }
    const number = this.#byAddress.get(address);
    return number === undefined ? null : readPlace(this.#texts.text(number));
  }
}

function readPlace(text: string): UserPlace | null {
  const found = /^([0-9a-f]+) (?:(.+) )?\((.*)\)$/.exec(text) ?? /^([0-9a-f]+) (.+)$/.exec(text);
  if (found === null) return null;
  const [, address, symbol, path = UNKNOWN] = found;
  const parts = /^(.*?)(?:\+0x([0-9a-f]+))?$/.exec(symbol ?? "");
  const [, name = "", offset] = parts ?? [];
  return {
    path,
    fileOffset: BigInt(`0x${address!}`),
    buildId: null,
    symbol: name === "" || name === UNKNOWN ? null : { name, offset: offset === undefined ? null : BigInt(`0x${offset}`) },
  };
}

function doubled(old: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * old.length);
  larger.set(old);
  return larger;
}
