/** A script map as user space sees it: cells of all CPUs merged, histogram buckets gathered under their key. */
import type { MapValueType, SeriesType, Type } from "../../lang/types/type.ts";

/** The merged content of one key. Bucket numbers as in src/output/buckets.ts. */
export type Cell =
  | { readonly kind: "plain"; readonly value: DataView }
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "average"; readonly total: bigint; readonly count: bigint }
  | { readonly kind: "buckets"; readonly counts: ReadonlyMap<number, bigint> }
  /** Value of each interval that has one, by the interval's number since 1970. */
  | { readonly kind: "series"; readonly values: ReadonlyMap<bigint, bigint> };

export interface MapEntry {
  /** Stored key bytes; empty for a scalar map. */
  readonly key: Uint8Array;
  readonly cell: Cell;
}

export interface MapDump {
  readonly name: string;
  readonly key: Type | null;
  readonly value: MapValueType;
  /** In insertion order. */
  readonly entries: readonly MapEntry[];
}

/** Raw cells as they lie in a map: value bytes of one CPU after the other, each padded to 8. */
export interface RawEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** min and max: the extreme over the CPUs that were set, compared by the map's sign; 0 if none was. */
function mergeExtreme(cells: DataView, signed: boolean, pick: (a: bigint, b: bigint) => boolean): bigint {
  let best: bigint | null = null;
  for (let at = 0; at + 16 <= cells.byteLength; at += 16) {
    if (cells.getBigUint64(at + 8, true) === 0n) continue;
    const value = signed ? cells.getBigInt64(at, true) : cells.getBigUint64(at, true);
    if (best === null || pick(value, best)) best = value;
  }
  return best ?? 0n;
}

function sumAt(cells: DataView, first: number, stride: number): bigint {
  let sum = 0n;
  for (let at = first; at + 8 <= cells.byteLength; at += stride) sum += cells.getBigUint64(at, true);
  return BigInt.asUintN(64, sum);
}

const wrap = (value: bigint, signed: boolean): bigint => (signed ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value));

/** Merges the cells of all CPUs of one key of an aggregate that is not a histogram. */
export function mergeCell(type: MapValueType, bytes: Uint8Array): Cell {
  const cells = view(bytes);
  switch (type.kind) {
    case "plain":
      return { kind: "plain", value: cells };
    case "count":
      return { kind: "int", value: sumAt(cells, 0, 8) };
    case "sum":
      return { kind: "int", value: wrap(sumAt(cells, 0, 16), type.signed) };
    case "min":
      return { kind: "int", value: mergeExtreme(cells, type.signed, (a, b) => a < b) };
    case "max":
      return { kind: "int", value: mergeExtreme(cells, type.signed, (a, b) => a > b) };
    case "avg":
    case "stats":
      return { kind: "average", total: wrap(sumAt(cells, 0, 16), type.signed), count: wrap(sumAt(cells, 8, 16), type.signed) };
    case "hist":
    case "lhist":
    case "tseries":
      throw new Error(`the cells of a ${type.kind} are gathered by key`);
  }
}

/** Whether an aggregate of a scalar map (one cell that always exists) was ever updated. */
export function isCellSet(type: MapValueType, bytes: Uint8Array): boolean {
  const cells = view(bytes);
  const [first, stride] = type.kind === "count" || type.kind === "hist" || type.kind === "lhist" ? [0, 8] : [8, 16];
  for (let at = first; at + 8 <= cells.byteLength; at += stride) if (cells.getBigUint64(at, true) !== 0n) return true;
  return false;
}

/** Groups `key ++ u64 interval` entries by key, in the order in which keys were first seen. Intervals without a value keep their key. */
export function gatherSeries(type: SeriesType, raw: Iterable<RawEntry>, keyBytes: number): MapEntry[] {
  const groups = new Map<string, { key: Uint8Array; values: Map<bigint, bigint> }>();
  for (const { key: stored, value } of raw) {
    const key = stored.slice(0, keyBytes);
    const id = String.fromCharCode(...key);
    let group = groups.get(id);
    if (group === undefined) groups.set(id, (group = { key, values: new Map() }));
    const cell = view(value);
    const count = cell.getBigUint64(16, true);
    if (count === 0n) continue;
    const total = type.signed ? cell.getBigInt64(8, true) : cell.getBigUint64(8, true);
    group.values.set(cell.getBigUint64(0, true), type.aggregate === "avg" ? total / count : total);
  }
  return [...groups.values()].map(({ key, values }) => ({ key, cell: { kind: "series", values } }));
}

/**
 * Groups `key ++ u64 bucket` entries by key, in the order in which keys were first seen. `keyBytes` is the size of the script's key,
 * `prefixBytes` that size padded to 8. Buckets whose count is 0 (after zero()) keep their key but no bucket.
 */
export function gatherBuckets(raw: Iterable<RawEntry>, keyBytes: number, prefixBytes: number): MapEntry[] {
  const groups = new Map<string, { key: Uint8Array; counts: Map<number, bigint> }>();
  for (const entry of raw) {
    const key = entry.key.slice(0, keyBytes);
    const id = String.fromCharCode(...key);
    let group = groups.get(id);
    if (group === undefined) groups.set(id, (group = { key, counts: new Map() }));
    const bucket = Number(view(entry.key).getBigUint64(prefixBytes, true));
    const count = sumAt(view(entry.value), 0, 8);
    if (count !== 0n) group.counts.set(bucket, count);
  }
  return [...groups.values()].map(({ key, counts }) => ({ key, cell: { kind: "buckets", counts } }));
}
