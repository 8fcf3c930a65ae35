/** All maps of a script, one list of rows; a row is made when it is looked at, as there may be millions. */
import type { MapEntry } from "../../session/map-dump.ts";
import { bucketRows, type BucketRow } from "../../output/buckets.ts";
import type { MapTable, TableOptions } from "./map-table.ts";

export type ListRow =
  /** A map that has keys, above them. */
  | { readonly kind: "map"; readonly table: MapTable }
  | { readonly kind: "key"; readonly table: MapTable; readonly entry: MapEntry }
  /** A map without keys; its bars follow if it is a histogram. */
  | { readonly kind: "scalar"; readonly table: MapTable; readonly entry: MapEntry | null }
  | { readonly kind: "bar"; readonly table: MapTable; readonly entry: MapEntry; readonly bucket: BucketRow; readonly largest: bigint };

export interface MapsList {
  readonly length: number;
  /** Undefined: there is no such row. */
  readonly at: (index: number) => ListRow | undefined;
  readonly slice: (from: number, to: number) => ListRow[];
}

export const largestCount = (rows: readonly BucketRow[]): bigint => rows.reduce((most, { count }) => (count > most ? count : most), 0n);

/** Rows of one map. */
interface Section {
  readonly length: number;
  readonly at: (index: number) => ListRow;
}

function keyedSection(table: MapTable): Section {
  const at = (index: number): ListRow => (index === 0 ? { kind: "map", table } : { kind: "key", table, entry: table.entries[index - 1]! });
  return { length: 1 + table.entries.length, at };
}

function scalarSection(table: MapTable, options: TableOptions): Section {
  const { value, entries } = table.map;
  const entry = entries[0] ?? null;
  const head: ListRow = { kind: "scalar", table, entry };
  if (entry?.cell.kind !== "buckets" || (value.kind !== "hist" && value.kind !== "lhist")) return { length: 1, at: () => head };
  const buckets = bucketRows(value, entry.cell.counts, 1n, options.context.unitLabels);
  const largest = largestCount(buckets);
  const at = (index: number): ListRow => (index === 0 ? head : { kind: "bar", table, entry, bucket: buckets[index - 1]!, largest });
  return { length: 1 + buckets.length, at };
}

export function mapsList(tables: readonly MapTable[], options: TableOptions): MapsList {
  const sections = tables
    // A filter is about keys: maps without are not what is looked for.
    .filter(({ map }) => map.key !== null || options.filter === "")
    .map((table) => (table.map.key === null ? scalarSection(table, options) : keyedSection(table)));
  const length = sections.reduce((sum, section) => sum + section.length, 0);
  const at = (index: number): ListRow | undefined => {
    let first = 0;
    for (const section of sections) {
      if (index >= first && index < first + section.length) return section.at(index - first);
      first += section.length;
    }
    return undefined;
  };
  return {
    length,
    at,
    slice: (from, to) => Array.from({ length: Math.max(0, Math.min(to, length) - from) }, (_, i) => at(from + i)!),
  };
}
