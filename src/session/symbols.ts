/** Kernel symbols of a recording, from its copy of /proc/kallsyms. Read on first use: the text has some 150,000 lines. */
import type { KernelCode, Recording } from "../../probes/recording.ts";

export interface KernelSymbol {
  readonly name: string;
  readonly start: bigint;
  /** Null: the kernel itself. */
  readonly module: string | null;
  /** The address stands for the name: at its start the place in the function is not known. Absent: it is known. */
  readonly isMadeUp?: boolean;
}

export interface KernelSymbols {
  /** There are others that nobody knows of. */
  readonly isPartial?: true;
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

/**
 * By type letter (nm(1)): data and absolute symbols, 0, do not contain code; bpftrace leaves them out too. Of several names of one address
 * the most public one is printed: global (1), local (2), weak (3); then the first in the file.
 */
const RANKS = Uint8Array.from({ length: 256 }, (_, code) => {
  const type = String.fromCharCode(code);
  return code <= 0x20 || "abdrABDR".includes(type) ? 0 : type === "T" ? 1 : type === "t" ? 2 : 3;
});

/** What follows the type letter: `name` or `name\t[module]`. */
const NAME = /(\S+)(?:[ \t]+\[([^\]]+)\])?/y;

function nameAndModule(text: string, at: number): readonly [string, string | null] {
  NAME.lastIndex = at;
  const found = NAME.exec(text);
  return [found?.[1] ?? "", found?.[2] ?? null];
}

/** Value of a hexadecimal digit by its character, 16 for anything else. */
const DIGITS = Uint8Array.from({ length: 256 }, (_, code) => {
  const digit = "0123456789abcdef".indexOf(String.fromCharCode(code).toLowerCase());
  return digit < 0 ? 16 : digit;
});

const SPACE = 32;
const ADDRESS_DIGITS = 16;

/** Functions of the text: the halves of each address, where its name begins, and its rank. */
interface Found {
  count: number;
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  readonly name: Uint32Array;
  readonly rank: Uint8Array;
}

/** `1 T\n` is as short as a line with a type can be; the pages that longer ones leave over are never touched. */
const SHORTEST_LINE = 4;

function makeFound(textLength: number): Found {
  const most = Math.ceil(textLength / SHORTEST_LINE);
  const words = (): Uint32Array => new Uint32Array(most);
  return { count: 0, high: words(), low: words(), name: words(), rank: new Uint8Array(most) };
}

/** Lines are read by hand and names left in the text: a script that asks for one function waits for all of them. */
function findFunctions(text: string): Found {
  const found = makeFound(text.length);
  // The upper half of most addresses is that of the one before.
  let [lastHigh, lastHighText] = [0, ""];
  for (let start = 0, end = 0; start < text.length; start = end + 1) {
    end = text.indexOf("\n", start);
    if (end < 0) end = text.length;
    // Half of all symbols are data.
    if (text.charCodeAt(start + ADDRESS_DIGITS) === SPACE && RANKS[text.charCodeAt(start + ADDRESS_DIGITS + 1)] === 0) continue;
    let [high, low, at] = [0, 0, start];
    if (lastHighText !== "" && text.startsWith(lastHighText, start)) [low, at] = [lastHigh, start + lastHighText.length];
    for (; at < end; at++) {
      const digit = DIGITS[text.charCodeAt(at)] ?? 16;
      if (digit === 16) break;
      high = (high << 4) | (low >>> 28);
      low = (low << 4) | digit;
    }
    // An unprivileged reader of /proc/kallsyms sees zeroes.
    if ((high === 0 && low === 0) || at > start + ADDRESS_DIGITS || at + 3 >= end) continue;
    const rank = RANKS[text.charCodeAt(at + 1)] ?? 0;
    if (rank === 0 || text.charCodeAt(at) !== SPACE || text.charCodeAt(at + 2) !== SPACE) continue;
    if (high !== lastHigh && at === start + ADDRESS_DIGITS)
      [lastHigh, lastHighText] = [high, text.slice(start, start + ADDRESS_DIGITS / 2)];
    const index = found.count++;
    found.high[index] = high;
    found.low[index] = low;
    found.name[index] = at + 3;
    found.rank[index] = rank;
  }
  return found;
}

interface Table {
  readonly count: number;
  /** Ascending, each address once: its halves. */
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  /** Where each one's name begins. */
  readonly names: Uint32Array;
}

/** By address, rank, and place in the text. */
const compare = ({ high, low, rank }: Found, a: number, b: number): number =>
  high[a]! - high[b]! || low[a]! - low[b]! || rank[a]! - rank[b]! || a - b;

/** All in order. The kernel's own symbols come sorted, those of modules behind them do not. */
function ordered(found: Found): Uint32Array {
  const order = Uint32Array.from({ length: found.count }, (_, index) => index);
  let sorted = Math.min(1, found.count);
  while (sorted < found.count && compare(found, sorted - 1, sorted) < 0) sorted++;
  const rest = order.slice(sorted).sort((a, b) => compare(found, a, b));
  // Merged from the end, into the room of the rest.
  let [left, right] = [sorted - 1, rest.length - 1];
  for (let to = found.count - 1; right >= 0; to--) {
    order[to] = left >= 0 && compare(found, left, rest[right]!) > 0 ? left-- : rest[right--]!;
  }
  return order;
}

function functionTable(text: string): Table {
  const found = findFunctions(text);
  const words = (): Uint32Array => new Uint32Array(found.count);
  const [high, low, names] = [words(), words(), words()];
  let count = 0;
  for (const index of ordered(found)) {
    if (count > 0 && high[count - 1] === found.high[index] && low[count - 1] === found.low[index]) continue;
    high[count] = found.high[index]!;
    low[count] = found.low[index]!;
    names[count++] = found.name[index]!;
  }
  return { count, high, low, names };
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

const addressAt = ({ high, low }: Table, index: number): bigint => (BigInt(high[index]!) << 32n) | BigInt(low[index]!);

/** Index of the last function that does not begin above `address`, -1 if all do. */
function lastNotAbove({ count, high, low }: Table, address: bigint): number {
  const [upper, lower] = [Number(address >> 32n), Number(address & 0xffffffffn)];
  let from = 0;
  let to = count;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (high[middle]! < upper || (high[middle] === upper && low[middle]! <= lower)) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}

export function kernelSymbols(text: string): KernelSymbols {
  let functions: Table | null = null;
  const table = (): Table => (functions ??= functionTable(text));
  const symbolAt = (address: bigint): KernelSymbol | null => {
    const functions = table();
    const at = lastNotAbove(functions, address);
    if (at < 0) return null;
    const start = addressAt(functions, at);
    if (at === functions.count - 1 && address - start >= LAST_SYMBOL_BYTES) return null;
    const [name, module] = nameAndModule(text, functions.names[at]!);
    return { name, start, module };
  };
  return {
    nameAt: (address) => symbolAt(address)?.name ?? null,
    symbolAt,
    rangesOf(pattern) {
      const functions = table();
      const ranges: [bigint, bigint][] = [];
      for (let i = 0; i < functions.count; i++) {
        if (!pattern.test(nameAndModule(text, functions.names[i]!)[0])) continue;
        const start = addressAt(functions, i);
        ranges.push([start, i + 1 < functions.count ? addressAt(functions, i + 1) : start + LAST_SYMBOL_BYTES]);
      }
      return ranges;
    },
    addressOf: (name) => (name === "" ? null : findAddress(text, name)),
  };
}

/** Names that the recording tells one by one. */
function named(code: KernelCode): KernelSymbols {
  return {
    isPartial: true,
    nameAt: (address) => code.symbolAt(address)?.name ?? null,
    symbolAt: (address) => code.symbolAt(address),
    rangesOf: (pattern) =>
      code.symbols().flatMap(({ name, start, end }): (readonly [bigint, bigint])[] => (pattern.test(name) ? [[start, end]] : [])),
    addressOf: (name) => code.addressOf(name),
  };
}

/** What the first does not know the second may. */
export function eitherSymbols(first: KernelSymbols | null, second: KernelSymbols | null): KernelSymbols | null {
  if (first === null || second === null) return first ?? second;
  return {
    ...(first.isPartial === true && second.isPartial === true ? { isPartial: true } : {}),
    nameAt: (address) => first.nameAt(address) ?? second.nameAt(address),
    symbolAt: (address) => first.symbolAt(address) ?? second.symbolAt(address),
    rangesOf: (pattern) => [...first.rangesOf(pattern), ...second.rangesOf(pattern)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
    addressOf: (name) => first.addressOf(name) ?? second.addressOf(name),
  };
}

/** Null: the recording has no symbols, or hides their addresses. `beside`: a /proc/kallsyms kept beside the recording, which counts instead. */
export function symbolsOf(recording: Recording | null, beside: string | null = null): KernelSymbols | null {
  const text = beside ?? recording?.kallsyms() ?? null;
  const table = text !== null && /^0*[1-9a-f][0-9a-f]* /im.test(text) ? kernelSymbols(text) : null;
  const code = recording?.kernelCode;
  return code === undefined || code.symbols().length === 0 ? table : eitherSymbols(named(code), table);
}
