/** How script maps become Linux maps: kind, key and cell sizes (see ScriptMap in ir.ts). */
import type { HirMap } from "../hir/hir.ts";
import type { IrMap } from "../ir/ir.ts";
import { sizeOf, type MapValueType, type Type } from "../types/type.ts";
import { bucketCount } from "./buckets.ts";

const padTo8 = (n: number): number => Math.ceil(n / 8) * 8;

export const isHistogram = (value: MapValueType): value is Extract<MapValueType, { kind: "hist" | "lhist" }> =>
  value.kind === "hist" || value.kind === "lhist";

/** Cells of one key are many: buckets, or intervals. */
export const isBucketed = (value: MapValueType): boolean => isHistogram(value) || value.kind === "tseries";

/** The empty tuple takes no room, but a map has no keys or values of no size. */
const atLeastOne = (sizeBytes: number): number => Math.max(1, sizeBytes);

/** Bytes of one cell. */
export function cellBytes(value: MapValueType): number {
  switch (value.kind) {
    case "plain":
      return atLeastOne(sizeOf(value.type));
    case "count":
    case "hist":
    case "lhist":
      return 8;
    case "sum":
    case "min":
    case "max":
    case "avg":
    case "stats":
      return 16;
    case "tseries":
      return 24;
  }
}

/** Where the number of the bucket, or of the interval, lies in its key. */
export const bucketOffset = (map: HirMap): number => (map.key === null ? 0 : padTo8(sizeOf(map.key)));

/**
 * Scalar aggregates are arrays, whose cells always exist; scalar plain values are not, so that unset shows. A histogram with more
 * buckets than the map may have entries is a hash, which fills up.
 */
export function isArray(map: HirMap): boolean {
  if (map.key !== null || map.value.kind === "plain" || map.value.kind === "tseries") return false;
  return !isHistogram(map.value) || bucketCount(map.value) <= map.maxEntries;
}

export function mapKeyBytes(map: HirMap): number {
  if (isArray(map)) return 4;
  if (map.key === null) return 8;
  return isBucketed(map.value) ? bucketOffset(map) + 8 : atLeastOne(sizeOf(map.key));
}

const isLru = (map: HirMap): boolean => map.kind === "lruhash" || map.kind === "percpulruhash";

/** A declared kind can only choose eviction: what is per CPU follows from the value (the check refuses declarations that differ). */
function mapKind(map: HirMap): IrMap["kind"] {
  if (isArray(map)) return "percpu_array";
  if (map.key === null && map.value.kind === "plain") return "hash";
  // The last value of an interval is the last one of all CPUs.
  if (map.value.kind === "plain" || map.value.kind === "tseries") return isLru(map) ? "lru_hash" : "hash";
  return isLru(map) ? "percpu_lru_hash" : "percpu_hash";
}

function maxEntries(map: HirMap): number {
  return isArray(map) && isHistogram(map.value) ? bucketCount(map.value) : map.maxEntries;
}

/** `shown`: the type by which values are printed. */
export const layOutMap = (map: HirMap, shown: (type: Type) => Type): IrMap => ({
  name: map.name,
  kind: mapKind(map),
  keyBytes: mapKeyBytes(map),
  valueBytes: cellBytes(map.value),
  maxEntries: maxEntries(map),
  script: {
    key: map.key === null ? null : shown(map.key),
    value: map.value.kind === "plain" ? { ...map.value, type: shown(map.value.type) } : map.value,
  },
});
