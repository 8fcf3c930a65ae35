/** Addresses for the names of kernel code, where text has names only. */
import type { KernelCode, KernelName } from "../../recording.ts";
import { ByteNames } from "./byte-names.ts";
import { NamedPlaces } from "./named-places.ts";
import { isDigit, NOT_A_NUMBER, readHex, value } from "./number.ts";

/** A kernel with its modules has some 200,000. */
const MOST_NAMES = 1 << 18;
/** Above the user's half, but no address of x86-64 or arm64 looks like this: what stands for a name is taken for nothing else. */
const FIRST_HIGH = 0xbf00_0000;
/** Functions are shorter; a number of 16 bits is left for the offset. */
const ROOM_BITS = 16;

const [BLANK, PLUS, SLASH, OPEN, CLOSE] = [32, 43, 47, 91, 93];
/** What ends a name: `)`, `,`, `:`, `]` and blanks. */
const ends = new Uint8Array(256);
for (const sign of " ),:]\t\n") ends[sign.charCodeAt(0)] = 1;

/** Bare hexadecimal digits that begin with a letter are an address only when there are so many: `add` and `face` are names. */
const ADDRESS_DIGITS = 8;

export class SymbolSpace implements KernelCode {
  readonly #names = new ByteNames(MOST_NAMES);
  readonly #places = new NamedPlaces();
  /** Both halves of each name's address. */
  #high = new Int32Array(1024);
  #low = new Int32Array(1024);
  /** From its start to the farthest place in it that is known. */
  #extent = new Int32Array(1024);
  /** 1: the address was told, not made up. */
  #isReal = new Int32Array(1024);
  readonly #modules = new Map<number, string>();
  #sorted: Int32Array | null = null;
  readonly #kallsyms: () => string | null;
  #known: ReadonlyMap<string, bigint> | null = null;
  #made = 0;

  /** `kallsyms`: symbols that were kept beside the recording. */
  constructor(kallsyms: () => string | null) {
    this.#kallsyms = kallsyms;
  }

  /**
   * `NAME`, `NAME+0x1/0x20`, `NAME/0x1`, `NAME [module]`, `0xADDRESS`, `[unknown/kretprobe'd]` at `from`: puts the address into `value` and
   * returns where the text ends; NOT_A_NUMBER: there is none.
   */
  read(bytes: Uint8Array, from: number, end: number): number {
    const isNumber = isDigit(bytes[from]);
    const at = readHex(bytes, from, end);
    if (at >= 0 && (isNumber || at - from >= ADDRESS_DIGITS) && (at === end || ends[bytes[at]!] === 1 || bytes[at] === 62)) return at;
    return this.#readName(bytes, from, end);
  }

  #readName(bytes: Uint8Array, from: number, end: number): number {
    let at = from;
    if (bytes[at] === OPEN) {
      while (at < end && bytes[at] !== CLOSE) at++;
      at = Math.min(end, at + 1);
    }
    while (at < end && ends[bytes[at]!] === 0 && bytes[at] !== PLUS && bytes[at] !== SLASH) at++;
    if (at === from) return NOT_A_NUMBER;
    const nameEnd = at;
    let offset = 0;
    if (at < end && (bytes[at] === PLUS || bytes[at] === SLASH) && bytes[at + 1] === 48) {
      const isLater = bytes[at] === PLUS;
      at = readHex(bytes, at + 1, end);
      if (at >= 0) offset = value.lo;
      if (isLater && bytes[at] === SLASH) at = readHex(bytes, at + 1, end);
      if (at < 0) return NOT_A_NUMBER;
    }
    // The name of the module is told by the symbol.
    const module = at + 1 < end && bytes[at] === BLANK && bytes[at + 1] === OPEN;
    let moduleEnd = at;
    if (module) while (moduleEnd < end && bytes[moduleEnd] !== CLOSE) moduleEnd++;
    const number = this.#numberOf(bytes, from, nameEnd, module ? at : -1, moduleEnd);
    if (module) at = Math.min(end, moduleEnd + 1);
    if (number < 0) return NOT_A_NUMBER;
    const low = (this.#low[number]! >>> 0) + offset;
    value.lo = low | 0;
    value.hi = (this.#high[number]! + (low >= 2 ** 32 ? 1 : 0)) | 0;
    return at;
  }

  /** Whether symbols were kept beside the recording. */
  get hasTable(): boolean {
    return this.#kallsyms() !== null;
  }

  /** `ADDRESS NAME+0xOFFSET` or `ADDRESS NAME` at `from`, with the name at `name` and the address, which is known, in both halves. */
  learn(bytes: Uint8Array, from: number, name: number, end: number, hi: number, lo: number): void {
    let at = name;
    while (at < end && bytes[at] !== PLUS && ends[bytes[at]!] === 0) at++;
    if (at === name || bytes[name] === OPEN) return;
    if (bytes[at] !== PLUS || readHex(bytes, at + 1, end) < 0) {
      // A table tells how far in the function it is.
      if (!this.#isInTable(bytes, name, at)) this.#places.add(bytes, from, at);
      return;
    }
    const offset = value.lo >>> 0;
    const { count } = this.#names;
    const number = this.#names.add(bytes, name, at);
    if (number < 0) return;
    if (number < count) {
      if (this.#isReal[number] === 1 && offset > this.#extent[number]!) this.#extent[number] = offset;
      return;
    }
    const low = (lo >>> 0) - offset;
    this.#place(number, (low < 0 ? hi - 1 : hi) | 0, low | 0, offset);
    this.#isReal[number] = 1;
  }

  #place(number: number, hi: number, lo: number, extent: number): void {
    if (number >= this.#high.length) {
      this.#high = doubled(this.#high);
      this.#low = doubled(this.#low);
      this.#extent = doubled(this.#extent);
      this.#isReal = doubled(this.#isReal);
    }
    this.#high[number] = hi;
    this.#low[number] = lo;
    this.#extent[number] = extent;
    this.#sorted = null;
  }

  #numberOf(bytes: Uint8Array, from: number, nameEnd: number, moduleFrom: number, moduleEnd: number): number {
    const { count } = this.#names;
    const number = this.#names.add(bytes, from, nameEnd);
    if (number < count) return number;
    const known = this.#knownAddress(this.#names.text(number));
    if (known === undefined) {
      const index = ++this.#made;
      this.#place(number, (FIRST_HIGH + (index >>> ROOM_BITS)) | 0, index << ROOM_BITS, 2 ** ROOM_BITS - 1);
      if (moduleFrom >= 0) this.#modules.set(number, String.fromCharCode(...bytes.subarray(moduleFrom + 2, moduleEnd)));
    } else this.#place(number, Number(BigInt.asIntN(32, known >> 32n)), Number(BigInt.asIntN(32, known)), 0);
    return number;
  }

  #startOf(number: number): bigint {
    return (BigInt(this.#high[number]! >>> 0) << 32n) | BigInt(this.#low[number]! >>> 0);
  }

  /** Names that were met, by address. */
  #order(): Int32Array {
    return (this.#sorted ??= Int32Array.from({ length: this.#names.count }, (_, number) => number).sort(
      (a, b) => (this.#high[a]! >>> 0) - (this.#high[b]! >>> 0) || (this.#low[a]! >>> 0) - (this.#low[b]! >>> 0),
    ));
  }

  #symbol(number: number): KernelName {
    const start = this.#startOf(number);
    const end = start + BigInt(this.#extent[number]!) + 1n;
    const isMadeUp = this.#isReal[number] === 0 && this.#extent[number]! > 0;
    return { name: this.#names.text(number), start, end, module: this.#modules.get(number) ?? null, isMadeUp };
  }

  symbolAt(address: bigint): KernelName | null {
    const order = this.#order();
    let [low, high] = [0, order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#startOf(order[middle]!) <= address) low = middle + 1;
      else high = middle;
    }
    const symbol = low === 0 ? null : this.#symbol(order[low - 1]!);
    return symbol !== null && address < symbol.end ? symbol : this.#places.at(address);
  }

  addressOf(name: string): bigint | null {
    const bytes = Uint8Array.from(name, (c) => c.charCodeAt(0));
    const number = this.#names.find(bytes, 0, bytes.length);
    return number < 0 ? null : this.#startOf(number);
  }

  symbols(): KernelName[] {
    const functions = Array.from(this.#order(), (number) => this.#symbol(number));
    const places = this.#places.all().filter(({ start }) => this.symbolAt(start)?.end === start + 1n);
    return places.length === 0 ? functions : [...functions, ...places].sort((a, b) => (a.start < b.start ? -1 : 1));
  }

  #isInTable(bytes: Uint8Array, from: number, end: number): boolean {
    return this.hasTable && this.#knownAddress(String.fromCharCode(...bytes.subarray(from, end))) !== undefined;
  }

  #knownAddress(name: string): bigint | undefined {
    if (this.#known === null) this.#known = addressesByName(this.#kallsyms());
    return this.#known.get(name);
  }
}

function doubled(old: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * old.length);
  larger.set(old);
  return larger;
}

/** Of several symbols of one name the first, as for probes. */
function addressesByName(text: string | null): Map<string, bigint> {
  const found = new Map<string, bigint>();
  for (const [, address, name] of (text ?? "").matchAll(/^([0-9a-f]{1,16}) \S (\S+)/gim)) {
    if (/^0+$/.test(address!) || found.has(name!)) continue;
    found.set(name!, BigInt(`0x${address!}`));
  }
  return found;
}
