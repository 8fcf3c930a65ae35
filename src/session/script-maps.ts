/** Reading, clearing and zeroing the maps of a script from the user side. */
import { sizeOf } from "../../lang/types/type.ts";
import type { MapHandle } from "../bpf/machine-types.ts";
import type { CompiledScript } from "../codegen/compiled.ts";
import { gatherBuckets, gatherSeries, isCellSet, mergeCell, type Cell, type MapDump, type MapEntry, type RawEntry } from "./map-dump.ts";
import type { ScriptMap } from "../../lang/ir/ir.ts";

export interface ScriptMaps {
  /** Names in print order at exit: byte order (row 6.18). */
  readonly indices: readonly number[];
  dump(index: number): MapDump;
  /** As dump, but an unset scalar map (other than a histogram or time series) holds its type's zero, as print() shows it (row 5.11). */
  dumpForPrint(index: number): MapDump;
  /** Copies of the cells of any map, the compiler's own included, as they lie in it. */
  rawEntries(index: number): RawEntry[];
  clear(index: number): void;
  zero(index: number): void;
  /** What is not in the maps themselves: scalar aggregates that zero() touched while they held something, by index. */
  zeroed(): ReadonlySet<number>;
  setZeroed(indices: ReadonlySet<number>): void;
}

const pad8 = (n: number): number => (n + 7) & ~7;
const byteOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const isHistogram = (map: ScriptMap): boolean => map.value.kind === "hist" || map.value.kind === "lhist";

function zeroCell(map: ScriptMap): Cell {
  switch (map.value.kind) {
    case "plain":
      return { kind: "plain", value: new DataView(new ArrayBuffer(sizeOf(map.value.type))) };
    case "avg":
    case "stats":
      return { kind: "average", total: 0n, count: 0n };
    default:
      return { kind: "int", value: 0n };
  }
}

function arrayEntries(map: ScriptMap, handle: MapHandle): MapEntry[] {
  const noKey = new Uint8Array();
  if (!isHistogram(map)) {
    const [cell] = [...handle.entries()];
    return cell !== undefined && isCellSet(map.value, cell.value) ? [{ key: noKey, cell: mergeCell(map.value, cell.value) }] : [];
  }
  const counts = new Map<number, bigint>();
  let bucket = 0;
  for (const { value } of handle.entries()) {
    const cell = mergeCell({ kind: "count" }, value);
    if (cell.kind === "int" && cell.value !== 0n) counts.set(bucket, cell.value);
    bucket++;
  }
  return counts.size === 0 ? [] : [{ key: noKey, cell: { kind: "buckets", counts } }];
}

function keyedEntries(map: ScriptMap, handle: MapHandle): MapEntry[] {
  const keyBytes = map.key === null ? 0 : sizeOf(map.key);
  if (isHistogram(map)) return gatherBuckets(handle.entries(), keyBytes, pad8(keyBytes));
  if (map.value.kind === "tseries") return gatherSeries(map.value, handle.entries(), keyBytes);
  const valueBytes = map.value.kind === "plain" ? sizeOf(map.value.type) : null;
  return [...handle.entries()].map(({ key, value }) => ({
    key: map.key === null ? new Uint8Array() : key.slice(0, keyBytes),
    cell: mergeCell(map.value, value.slice(0, valueBytes ?? value.length)),
  }));
}

export function scriptMaps(script: CompiledScript, handles: readonly MapHandle[]): ScriptMaps {
  /** Scalar aggregates that zero() touched while they held something: present, although all zero. */
  const zeroed = new Set<number>();

  const at = (index: number): { name: string; map: ScriptMap; handle: MapHandle; hasAllCells: boolean } => {
    const irMap = script.irMaps[index];
    const handle = handles[index];
    if (!irMap?.script || handle === undefined) throw new Error(`map ${index} is not a script map`);
    // Scalar aggregates live in per-CPU arrays, whose cells always exist.
    return { name: irMap.name, map: irMap.script, handle, hasAllCells: irMap.kind === "percpu_array" };
  };

  const dump = (index: number): MapDump => {
    const { name, map, handle, hasAllCells } = at(index);
    let entries = hasAllCells ? arrayEntries(map, handle) : keyedEntries(map, handle);
    if (entries.length === 0 && zeroed.has(index)) {
      const cell: Cell = isHistogram(map) ? { kind: "buckets", counts: new Map() } : zeroCell(map);
      entries = [{ key: new Uint8Array(), cell }];
    }
    return { name, key: map.key, value: map.value, entries };
  };

  return {
    indices: script.irMaps
      .map((irMap, index) => ({ irMap, index }))
      .filter(({ irMap }) => Boolean(irMap?.script))
      .sort((a, b) => byteOrder(a.irMap?.name ?? "", b.irMap?.name ?? ""))
      .map(({ index }) => index),
    dump,
    dumpForPrint(index) {
      const { map } = at(index);
      const found = dump(index);
      if (map.key !== null || isHistogram(map) || map.value.kind === "tseries" || found.entries.length > 0) return found;
      return { ...found, entries: [{ key: new Uint8Array(), cell: zeroCell(map) }] };
    },
    rawEntries: (index) => [...handles[index]!.entries()].map(({ key, value }) => ({ key: key.slice(), value: value.slice() })),
    clear(index) {
      zeroed.delete(index);
      at(index).handle.clear();
    },
    zero(index) {
      const { handle, hasAllCells } = at(index);
      if (hasAllCells && dump(index).entries.length > 0) zeroed.add(index);
      for (const { value } of handle.entries()) value.fill(0);
    },
    zeroed: () => new Set(zeroed),
    setZeroed(indices) {
      zeroed.clear();
      for (const index of indices) zeroed.add(index);
    },
  };
}
