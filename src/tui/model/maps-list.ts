/** All maps of a script, one list of rows. */
import type { MapDump, MapEntry } from "../../session/map-dump.ts";
import { bucketRows, type BucketRow } from "../../output/buckets.ts";
import { mapTable, type MapTable, type TableOptions } from "./map-table.ts";

export type ListRow =
  /** A map that has keys, above them. */
  | { readonly kind: "map"; readonly table: MapTable }
  | { readonly kind: "key"; readonly table: MapTable; readonly entry: MapEntry }
  /** A map without keys; its bars follow if it is a histogram. */
  | { readonly kind: "scalar"; readonly table: MapTable; readonly entry: MapEntry | null }
  | { readonly kind: "bar"; readonly table: MapTable; readonly entry: MapEntry; readonly bucket: BucketRow; readonly largest: bigint };

export const largestCount = (rows: readonly BucketRow[]): bigint => rows.reduce((most, { count }) => (count > most ? count : most), 0n);

function barsOf(table: MapTable, entry: MapEntry, options: TableOptions): ListRow[] {
  const { value } = table.map;
  if (entry.cell.kind !== "buckets" || (value.kind !== "hist" && value.kind !== "lhist")) return [];
  const rows = bucketRows(value, entry.cell.counts, 1n, options.context.unitLabels);
  const largest = largestCount(rows);
  return rows.map((bucket) => ({ kind: "bar", table, entry, bucket, largest }));
}

export function mapsList(maps: readonly MapDump[], options: TableOptions): ListRow[] {
  return maps.flatMap((map): ListRow[] => {
    // A filter is about keys: maps without are not what is looked for.
    if (map.key === null && options.filter !== "") return [];
    const table = mapTable(map, options);
    if (map.key !== null) return [{ kind: "map", table }, ...table.entries.map((entry): ListRow => ({ kind: "key", table, entry }))];
    const entry = map.entries[0] ?? null;
    return [{ kind: "scalar", table, entry }, ...(entry === null ? [] : barsOf(table, entry, options))];
  });
}
