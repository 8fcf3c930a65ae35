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
const isCode = (type: string): boolean => !/[abdr]/i.test(type);

/** Of several names of one address the most public one is printed: global, local, weak; then the first in the file. */
const rankOf = (type: string): number => (type === "T" ? 0 : type === "t" ? 1 : 2);

interface Line {
  readonly address: bigint;
  readonly type: string;
  readonly name: string;
  readonly module: string | null;
}

function* linesOf(text: string): Generator<Line> {
  for (const [, address, type, name, module] of text.matchAll(/^([0-9a-f]{1,16}) (\S) (\S+)(?:[ \t]+\[([^\]]+)\])?/gim))
    yield { address: BigInt(`0x${address!}`), type: type!, name: name!, module: module ?? null };
}

interface Table {
  /** Ascending, each address once. */
  readonly addresses: BigUint64Array;
  readonly names: readonly string[];
  readonly modules: readonly (string | null)[];
}

function functionTable(lines: Iterable<Line>): Table {
  const best = new Map<bigint, { readonly name: string; readonly module: string | null; readonly rank: number }>();
  for (const { address, type, name, module } of lines) {
    // An unprivileged reader of /proc/kallsyms sees zeroes.
    if (address === 0n || !isCode(type)) continue;
    const known = best.get(address);
    const rank = rankOf(type);
    if (known === undefined || rank < known.rank) best.set(address, { name, module, rank });
  }
  const addresses = BigUint64Array.from(best.keys()).sort();
  const found = Array.from(addresses, (address) => best.get(address)!);
  return { addresses, names: found.map(({ name }) => name), modules: found.map(({ module }) => module) };
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
  let byName: Map<string, bigint> | null = null;
  const symbolAt = (address: bigint): KernelSymbol | null => {
    functions ??= functionTable(linesOf(text));
    const { addresses, names, modules } = functions;
    const at = lastNotAbove(addresses, address);
    if (at < 0 || (at === addresses.length - 1 && address - addresses[at]! >= LAST_SYMBOL_BYTES)) return null;
    return { name: names[at]!, start: addresses[at]!, module: modules[at]! };
  };
  return {
    nameAt: (address) => symbolAt(address)?.name ?? null,
    symbolAt,
    rangesOf(pattern) {
      functions ??= functionTable(linesOf(text));
      const { addresses, names } = functions;
      return names.flatMap((name, i) =>
        pattern.test(name) ? [[addresses[i]!, addresses[i + 1] ?? addresses[i]! + LAST_SYMBOL_BYTES] as const] : [],
      );
    },
    addressOf(name) {
      if (byName === null) {
        byName = new Map();
        for (const line of linesOf(text)) if (line.address !== 0n && !byName.has(line.name)) byName.set(line.name, line.address);
      }
      return byName.get(name) ?? null;
    },
  };
}

/** Null: the recording has no symbols, or hides their addresses. `beside`: a /proc/kallsyms kept beside the recording, which counts instead. */
export function symbolsOf(recording: Recording | null, beside: string | null = null): KernelSymbols | null {
  const text = beside ?? recording?.kallsyms() ?? null;
  return text !== null && /^0*[1-9a-f][0-9a-f]* /im.test(text) ? kernelSymbols(text) : null;
}
