/** Kernel symbols of a recording, from its copy of /proc/kallsyms. Read on first use: the text has some 150,000 lines. */
import type { Recording } from "../../probes/recording.ts";

export interface KernelSymbol {
  readonly name: string;
  readonly start: bigint;
  /** Null: the kernel itself. */
  readonly module: string | null;
}

export interface KernelSymbols {
  /** Name of the function that contains the address; null if none does. */
  nameAt(address: bigint): string | null;
  /** The same with where it starts, and its module. */
  symbolAt(address: bigint): KernelSymbol | null;
  /** Functions by name, as [start, end), ascending. */
  rangesOf(names: RegExp): readonly (readonly [bigint, bigint])[];
  /** Address of a symbol of any type, the first one of that name. */
  addressOf(name: string): bigint | null;
}

/** The size of the last symbol is not known: what is farther behind it is no part of it. */
const LAST_SYMBOL_BYTES = 1n << 20n;

/** Data and absolute symbols do not contain code (nm(1) letters); bpftrace leaves them out too. */
const isCode = (type: string): boolean => !"abdrABDR".includes(type);

/** Of several names of one address the most public one is printed: global, local, weak; then the first in the file. */
const rankOf = (type: string): number => (type === "T" ? 0 : type === "t" ? 1 : 2);

/** What follows the type letter: `name` or `name\t[module]`. */
const NAME = /(\S+)(?:[ \t]+\[([^\]]+)\])?/y;

function nameAndModule(text: string, at: number): readonly [string, string | null] {
  NAME.lastIndex = at;
  const found = NAME.exec(text);
  return [found?.[1] ?? "", found?.[2] ?? null];
}

const hexDigit = (code: number): number => {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
};

const SPACE = 32;

/** Functions of the text: the halves of each address, where its name begins, and its rank. */
interface Found {
  count: number;
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  readonly name: Uint32Array;
  readonly rank: Uint8Array;
}

/** Lines are read by hand and names left in the text: a script that asks for one function waits for all of them. */
function findFunctions(text: string): Found {
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
  const found: Found = {
    count: 0,
    high: new Uint32Array(lines),
    low: new Uint32Array(lines),
    name: new Uint32Array(lines),
    rank: new Uint8Array(lines),
  };
  for (let start = 0, end = 0; start < text.length; start = end + 1) {
    end = text.indexOf("\n", start);
    if (end < 0) end = text.length;
    let [high, low, at] = [0, 0, start];
    for (let digit = hexDigit(text.charCodeAt(at)); digit >= 0 && at < end; digit = hexDigit(text.charCodeAt(++at))) {
      high = (high << 4) | (low >>> 28);
      low = (low << 4) | digit;
    }
    const type = text[at + 1]!;
    // An unprivileged reader of /proc/kallsyms sees zeroes.
    if ((high === 0 && low === 0) || at > start + 16 || at + 3 >= end) continue;
    if (text.charCodeAt(at) !== SPACE || text.charCodeAt(at + 2) !== SPACE || type === " " || !isCode(type)) continue;
    const index = found.count++;
    found.high[index] = high;
    found.low[index] = low;
    found.name[index] = at + 3;
    found.rank[index] = rankOf(type);
  }
  return found;
}

interface Table {
  /** Ascending, each address once. */
  readonly addresses: BigUint64Array;
  /** Where each one's name begins. */
  readonly names: Uint32Array;
}

function functionTable(text: string): Table {
  const { count, high, low, name, rank } = findFunctions(text);
  const order = Array.from({ length: count }, (_, index) => index).sort(
    (a, b) => high[a]! - high[b]! || low[a]! - low[b]! || rank[a]! - rank[b]! || a - b,
  );
  const isFirst = (index: number, at: number): boolean => {
    const before = order[at - 1];
    return before === undefined || high[before] !== high[index] || low[before] !== low[index];
  };
  const kept = order.filter(isFirst);
  return {
    addresses: BigUint64Array.from(kept, (index) => (BigInt(high[index]!) << 32n) | BigInt(low[index]!)),
    names: Uint32Array.from(kept, (index) => name[index]!),
  };
}

/** A symbol of any type. */
function findAddress(text: string, name: string): bigint | null {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const start = text.lastIndexOf("\n", at) + 1;
    const line = /^([0-9a-f]{1,16}) \S (\S+)/i.exec(text.slice(start, at + name.length + 1));
    if (line?.[2] !== name) continue;
    const address = BigInt(`0x${line[1]!}`);
    if (address !== 0n) return address;
  }
  return null;
}

/** Index of the last element that is not above `address`, -1 if all are. */
function lastNotAbove(addresses: BigUint64Array, address: bigint): number {
  let low = 0;
  let high = addresses.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (addresses[middle]! <= address) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function kernelSymbols(text: string): KernelSymbols {
  let functions: Table | null = null;
  const table = (): Table => (functions ??= functionTable(text));
  const symbolAt = (address: bigint): KernelSymbol | null => {
    const { addresses, names } = table();
    const at = lastNotAbove(addresses, address);
    if (at < 0 || (at === addresses.length - 1 && address - addresses[at]! >= LAST_SYMBOL_BYTES)) return null;
    const [name, module] = nameAndModule(text, names[at]!);
    return { name, start: addresses[at]!, module };
  };
  return {
    nameAt: (address) => symbolAt(address)?.name ?? null,
    symbolAt,
    rangesOf(pattern) {
      const { addresses, names } = table();
      const ranges: [bigint, bigint][] = [];
      names.forEach((at, i) => {
        if (pattern.test(nameAndModule(text, at)[0])) ranges.push([addresses[i]!, addresses[i + 1] ?? addresses[i]! + LAST_SYMBOL_BYTES]);
      });
      return ranges;
    },
    addressOf: (name) => (name === "" ? null : findAddress(text, name)),
  };
}

/** Null: the recording has no symbols, or hides their addresses. `beside`: a /proc/kallsyms kept beside the recording, which counts instead. */
export function symbolsOf(recording: Recording | null, beside: string | null = null): KernelSymbols | null {
  const text = beside ?? recording?.kallsyms() ?? null;
  return text !== null && /^0*[1-9a-f][0-9a-f]* /im.test(text) ? kernelSymbols(text) : null;
}
