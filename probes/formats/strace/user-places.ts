/** Places in files as addresses, and back: a recording that has offsets in files needs addresses to stand for them. */
import type { UserPlace } from "../../symbols/user-code.ts";

const MAX_PLACES = 65_536;
const SEED = 0x811c9dc5;
const PRIME = 0x01000193;
/** A file's code begins at a multiple of 64 GiB, where no program has its own. */
const FILE_HIGH = 0x4854_0000;
const FILE_STEP_HIGH = 16;
const TWO_32 = 2 ** 32;

export class UserPlaces {
  /** Of the last place that was found. */
  low = 0;
  high = 0;
  readonly #files = new Map<string, number>();
  /** Hash of the text to the address, as a double (below 2^53: offset and number of the file). */
  readonly #byHash = new Map<number, { readonly key: number; readonly text: Uint8Array }>();
  readonly #byAddress = new Map<bigint, UserPlace>();

  /** `text`: `/path/lib.so(symbol+0x51)`. False: there are too many places already. */
  find(text: Uint8Array, start: number, end: number, offset: number): boolean {
    let hash = SEED ^ (offset % TWO_32);
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ text[at]!, PRIME);
    for (;;) {
      const known = this.#byHash.get(hash);
      if (known === undefined) break;
      if (isSame(known.text, text, start, end)) return this.#set(known.key);
      hash = (hash + 1) | 0;
    }
    if (this.#byHash.size >= MAX_PLACES || offset >= 2 ** 36) return false;
    const place = readPlace(new TextDecoder().decode(text.subarray(start, end)), offset);
    const file = this.#files.get(place.path) ?? this.#files.size;
    this.#files.set(place.path, file);
    const key = file * 2 ** 36 + offset;
    this.#byHash.set(hash, { key, text: text.slice(start, end) });
    this.#set(key);
    this.#byAddress.set((BigInt(this.high >>> 0) << 32n) | BigInt(this.low >>> 0), place);
    return true;
  }

  #set(key: number): true {
    const file = Math.floor(key / 2 ** 36);
    const offset = key % 2 ** 36;
    this.low = (offset % TWO_32) | 0;
    this.high = FILE_HIGH + file * FILE_STEP_HIGH + Math.floor(offset / TWO_32);
    return true;
  }

  placeOf(address: bigint): UserPlace | null {
    return this.#byAddress.get(address) ?? null;
  }
}

function isSame(known: Uint8Array, text: Uint8Array, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== text[start + i]) return false;
  return true;
}

function readPlace(text: string, offset: number): UserPlace {
  const found = /^(.*)\(([^()]*)\)$/.exec(text);
  const path = found?.[1] ?? text;
  const symbol = /^(.+)\+0x([0-9a-f]+)$/.exec(found?.[2] ?? "");
  return {
    path,
    fileOffset: BigInt(offset),
    buildId: null,
    symbol: symbol === null ? null : { name: symbol[1]!, offset: BigInt(`0x${symbol[2]!}`) },
  };
}
