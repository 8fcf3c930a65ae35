/** Adds up what the shares of a recording left in their maps. */
import type { MapValueType } from "../../../lang/types/type.ts";
import type { MapHandle, PumpStats } from "../../bpf/machine-types.ts";
import type { CompiledScript } from "../../codegen/compiled.ts";
import type { RawMap, ShareResult } from "./share.ts";

/** All shares together, in place of the replay that they are. */
export interface SharesResult {
  /** By map of the script; null: none of its own. Each key's values of all CPUs. */
  readonly maps: readonly (ReadonlyMap<string, Entry> | null)[];
  readonly stats: PumpStats;
  readonly missing: Readonly<Record<string, number>>;
}

interface Entry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** How one word of a cell takes up that of another share. */
type AddWord = (to: DataView, from: DataView, at: number) => void;

const addWord: AddWord = (to, from, at) => {
  to.setBigUint64(at, BigInt.asUintN(64, to.getBigUint64(at, true) + from.getBigUint64(at, true)), true);
};
const eitherWord: AddWord = (to, from, at) => {
  to.setBigUint64(at, to.getBigUint64(at, true) | from.getBigUint64(at, true), true);
};

/** min and max: a cell is its value and whether it is set. */
function extreme(signed: boolean, isBeyond: (a: bigint, b: bigint) => boolean): AddWord {
  const read = (view: DataView, at: number): bigint => (signed ? view.getBigInt64(at, true) : view.getBigUint64(at, true));
  return (to, from, at) => {
    if (from.getBigUint64(at + 8, true) === 0n) return;
    if (to.getBigUint64(at + 8, true) === 0n || isBeyond(read(from, at), read(to, at)))
      to.setBigUint64(at, from.getBigUint64(at, true), true);
  };
}

/** By word of a cell (src/session/map-dump.ts reads the same). */
function rulesOf(value: MapValueType): readonly AddWord[] {
  switch (value.kind) {
    case "count":
    case "hist":
    case "lhist":
      return [addWord];
    case "sum":
      return [addWord, eitherWord];
    case "avg":
    case "stats":
      return [addWord, addWord];
    case "min":
      return [extreme(value.signed, (a, b) => a < b), eitherWord];
    case "max":
      return [extreme(value.signed, (a, b) => a > b), eitherWord];
    case "plain":
    case "tseries":
      throw new Error(`a ${value.kind} map depends on the order of events`);
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function addInto(to: Uint8Array, from: Uint8Array, rules: readonly AddWord[]): void {
  const [a, b] = [viewOf(to), viewOf(from)];
  for (let cell = 0; cell < to.length; cell += rules.length * 8) rules.forEach((rule, word) => rule(a, b, cell + word * 8));
}

/** In the order of keys, so that it does not matter who came first. */
function addMaps(raws: readonly RawMap[], value: MapValueType): Map<string, Entry> {
  const rules = rulesOf(value);
  const sum = new Map<string, Entry>();
  for (const { keys, values, entries } of raws) {
    const [keyBytes, valueBytes] = entries === 0 ? [0, 0] : [keys.length / entries, values.length / entries];
    for (let i = 0; i < entries; i++) {
      const key = keys.subarray(i * keyBytes, (i + 1) * keyBytes);
      const more = values.subarray(i * valueBytes, (i + 1) * valueBytes);
      const id = String.fromCharCode(...key);
      const known = sum.get(id);
      if (known === undefined) sum.set(id, { key, value: more.slice() });
      else addInto(known.value, more, rules);
    }
  }
  return new Map([...sum].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const least = (a: bigint | null, b: bigint | null): bigint | null => (a === null || (b !== null && b < a) ? b : a);
const greatest = (a: bigint | null, b: bigint | null): bigint | null => (a === null || (b !== null && b > a) ? b : a);

function addStats(a: PumpStats, b: PumpStats): PumpStats {
  return {
    events: a.events + b.events,
    fired: a.fired + b.fired,
    lost: a.lost + b.lost,
    lostUnknown: a.lostUnknown + b.lostUnknown,
    damaged: a.damaged + b.damaged,
    firstTs: least(a.firstTs, b.firstTs),
    lastTs: greatest(a.lastTs, b.lastTs),
  };
}

/** No program on events has touched such a map (order-free.ts). */
const isOrdered = ({ kind }: MapValueType): boolean => kind === "plain" || kind === "tseries";

/** Null: a map has no room for the keys of all shares, so that it matters which came first. */
export function mergeShares(script: CompiledScript, shares: readonly ShareResult[]): SharesResult | null {
  const maps = script.irMaps.map((irMap, i) => {
    const value = irMap?.script?.value;
    return value === undefined || isOrdered(value)
      ? null
      : addMaps(
          shares.map((share) => share.maps[i]!),
          value,
        );
  });
  if (maps.some((map, i) => map !== null && map.size > script.maps[i]!.maxEntries)) return null;
  const missing: Record<string, number> = {};
  for (const share of shares) for (const [name, count] of Object.entries(share.missing)) missing[name] = (missing[name] ?? 0) + count;
  return { maps, stats: shares.map(({ stats }) => stats).reduce(addStats), missing };
}

/** Puts the sums where the programs would have put them. */
export function absorbShares(handles: readonly MapHandle[], { maps }: SharesResult): void {
  for (const [i, map] of maps.entries()) for (const { key, value } of map?.values() ?? []) handles[i]!.update(key, value, 0n);
}
