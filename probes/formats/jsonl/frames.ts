/** Frames of stacks as text: addresses, names, or both. */
import { hexDigit } from "../../lines/digits.ts";
import type { UserPlace } from "../../symbols/user-code.ts";

const MOST_NAMES = 65_536;
const TWO_32 = 2 ** 32;
const [ZERO, BLANK] = [0x30, 0x20];
/** Above the user's half, but no address of x86-64 or arm64 looks like this. Each name has 1 MiB. */
const KERNEL_HIGH = 0xbd00_0000;
const KERNEL_NAMES_PER_WORD = 4096;
/** No program is there; each frame has 64 KiB. */
const USER_HIGH = 0x4856_0000;
const decoder = new TextDecoder();

/** `0x55d0…` in front of a frame. */
class AddressReader {
  low = 0;
  high = 0;

  /** Where the address ends; -1: there is none. */
  readAddress(text: Uint8Array, start: number, end: number): number {
    if (text[start] !== ZERO || (text[start + 1]! | 0x20) !== 0x78) return -1;
    let low = 0;
    let high = 0;
    let at = start + 2;
    for (; at < end; at++) {
      const digit = hexDigit(text[at]!);
      if (digit < 0) break;
      high = (high << 4) | (low >>> 28);
      low = (low << 4) | digit;
    }
    this.low = low;
    this.high = high;
    return at > start + 2 && (at === end || text[at] === BLANK) ? at : -1;
  }

  setAddress(address: number, wordHigh: number): void {
    this.low = (address % TWO_32) | 0;
    this.high = (wordHigh + Math.floor(address / TWO_32)) | 0;
  }
}

interface Place {
  readonly low: number;
  readonly high: number;
}

const hexOf = (half: number): string => (half >>> 0).toString(16).padStart(8, "0");

/** `0xffffffff81a0`, `vfs_read+0x10`, `0xffffffff81a0 vfs_read+0x10`. */
export class KernelFrames extends AddressReader {
  readonly #kallsyms: () => string;
  readonly #made = new Map<string, Place>();
  #known: ReadonlyMap<string, Place> | null = null;

  /** `kallsyms`: of the recording, empty if it has none. */
  constructor(kallsyms: () => string) {
    super();
    this.#kallsyms = kallsyms;
  }

  /** Puts the address into `low` and `high`; false: it is no frame. */
  read(text: Uint8Array, start: number, end: number): boolean {
    if (this.readAddress(text, start, end) >= 0) return true;
    const found = /^([^\s+/]+)(?:\+(0x[0-9a-f]{1,8}|\d{1,9}))?(?:\/\S+)?(?: \[\S+\])?$/i.exec(decoder.decode(text.subarray(start, end)));
    return found !== null && this.readName(found[1]!, Number(found[2] ?? 0));
  }

  /** The same for a name by itself. */
  readName(name: string, offset: number): boolean {
    const place = this.#placeOf(name);
    if (place === null) return false;
    this.setAddress((place.low >>> 0) + offset, place.high);
    return true;
  }

  #placeOf(name: string): Place | null {
    this.#known ??= placesByName(this.#kallsyms());
    const known = this.#known.get(name) ?? this.#made.get(name);
    if (known !== undefined) return known;
    const index = this.#made.size + 1;
    if (index > MOST_NAMES) return null;
    const place = { low: (index << 20) | 0, high: (KERNEL_HIGH + Math.floor(index / KERNEL_NAMES_PER_WORD)) | 0 };
    this.#made.set(name, place);
    return place;
  }

  /** A text like /proc/kallsyms; null: there are no names. */
  kallsyms(): string | null {
    const made = [...this.#made].map(([name, { high, low }]) => `${hexOf(high)}${hexOf(low)} t ${name}\n`);
    const all = this.#kallsyms() + made.join("");
    return all === "" ? null : all;
  }
}

/** Of several symbols of one name the first, as for probes. */
function placesByName(text: string): Map<string, Place> {
  const found = new Map<string, Place>();
  for (const [, address, name] of text.matchAll(/^([0-9a-f]{1,16}) \S (\S+)/gim)) {
    const value = BigInt(`0x${address!}`);
    if (value !== 0n && !found.has(name!))
      found.set(name!, { low: Number(BigInt.asIntN(32, value)), high: Number(BigInt.asIntN(32, value >> 32n)) });
  }
  return found;
}

/** `0x55d0`, `main+0x10 (/bin/app)`, `0x55d0 main+0x10 (/bin/app)`. */
export class UserFrames extends AddressReader {
  readonly #numbers = new Map<string, number>();
  readonly #places = new Map<bigint, UserPlace>();
  /** Addresses that were told of: low words by high word. */
  readonly #seen = new Map<number, Set<number>>();
  #seenCount = 0;

  placeOf(address: bigint): UserPlace | null {
    return this.#places.get(address) ?? null;
  }

  /** Puts the address into `low` and `high`; false: it is no frame. */
  read(text: Uint8Array, start: number, end: number): boolean {
    const at = this.readAddress(text, start, end);
    if (at < 0) return start < end && this.#readName(decoder.decode(text.subarray(start, end)));
    if (at + 1 < end && this.#isNew()) this.#keep(decoder.decode(text.subarray(at + 1, end)));
    return true;
  }

  /** What is told of an address is looked at once. */
  #isNew(): boolean {
    let lows = this.#seen.get(this.high);
    if (lows === undefined) this.#seen.set(this.high, (lows = new Set()));
    if (lows.has(this.low) || this.#seenCount === MOST_NAMES) return false;
    lows.add(this.low);
    this.#seenCount++;
    return true;
  }

  #readName(text: string): boolean {
    const known = this.#numbers.get(text);
    const number = known ?? this.#numbers.size;
    if (number === MOST_NAMES) return false;
    this.high = USER_HIGH + (number >>> 16);
    this.low = number << 16;
    if (known === undefined) {
      this.#numbers.set(text, number);
      this.#keep(text);
    }
    return true;
  }

  /** `symbol+0x10 (/path)`, each part may be missing. */
  #keep(text: string): void {
    const found = /^([^\s(]*)\s*(?:\((.*)\))?$/.exec(text);
    const symbol = /^(.+?)(?:\+(0x[0-9a-f]+|\d+))?$/i.exec(found?.[1] ?? text);
    this.#places.set((BigInt(this.high >>> 0) << 32n) | BigInt(this.low >>> 0), {
      symbol: symbol === null ? null : { name: symbol[1]!, offset: symbol[2] === undefined ? null : BigInt(symbol[2]) },
      path: found?.[2] ?? "",
      fileOffset: 0n,
      buildId: null,
    });
  }
}
