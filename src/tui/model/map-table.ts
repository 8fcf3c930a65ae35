/** A map as a table: rows in the order that was asked for, those that pass the filter. */
import type { Cell, MapDump, MapEntry } from "../../session/map-dump.ts";
import { averageOf, compareKey, printOrder } from "../../output/map-order.ts";
import { keyText } from "../../output/map-text.ts";
import { integerAt, valueText, type PrintContext } from "../../output/value-text.ts";
import { oneLine, visibleBytes } from "../text/visible.ts";
import { grouped } from "../text/time-text.ts";
import type { Glyphs } from "../draw/glyphs.ts";

export const SORTS = ["value down", "value up", "key up", "key down"] as const;
export type Sort = (typeof SORTS)[number];

export interface TableOptions {
  readonly sort: Sort;
  /** Part of the key's text, whatever the case. */
  readonly filter: string;
  readonly context: PrintContext;
  readonly glyphs: Glyphs;
}

export interface MapTable {
  readonly map: MapDump;
  /** Sorted and filtered. */
  readonly entries: readonly MapEntry[];
  /** What the longest bar stands for. */
  readonly largest: bigint;
}

/** Tells keys of a map apart. */
export const keyId = ({ key }: MapEntry): string => String.fromCharCode(...key);

export const lineOfKey = (map: MapDump, entry: MapEntry, context: PrintContext, { unicode, caller }: Glyphs): string =>
  map.key === null ? "" : oneLine(linesOf(keyText(map.key, entry.key, context), unicode), caller);

/** Line breaks stay, everything else is made visible. */
const linesOf = (bytes: string, unicode: boolean): string =>
  bytes
    .split("\n")
    .map((line) => visibleBytes(line.trim(), unicode))
    .join("\n");

/** What bars and sorting go by; null: the cell is no number. */
export function sizeOfCell({ value }: MapDump, cell: Cell): bigint | null {
  switch (cell.kind) {
    case "int":
      return cell.value;
    case "average":
      return averageOf(cell);
    case "buckets":
      return [...cell.counts.values()].reduce((sum, count) => sum + count, 0n);
    case "plain":
      return value.kind === "plain" && (value.type.kind === "int" || value.type.kind === "enum" || value.type.kind === "bool")
        ? integerAt(value.type, cell.value, 0)
        : null;
    case "series":
      return null;
  }
}

/** In a table's column: one line. */
export function lineOfCell({ value }: MapDump, cell: Cell, context: PrintContext, { unicode, caller }: Glyphs): string {
  switch (cell.kind) {
    case "int":
      return grouped(cell.value);
    case "average":
      return value.kind === "avg"
        ? grouped(averageOf(cell))
        : `avg ${grouped(averageOf(cell))}  n ${grouped(cell.count)}  sum ${grouped(cell.total)}`;
    case "buckets":
      return `n ${grouped([...cell.counts.values()].reduce((sum, count) => sum + count, 0n))}`;
    case "series":
      return `${cell.values.size} intervals`;
    case "plain": {
      if (value.kind !== "plain") return "";
      const text = oneLine(linesOf(valueText(value.type, cell.value, 0, context), unicode), caller);
      return value.type.kind === "int" && /^-?\d+$/.test(text) ? grouped(BigInt(text)) : text;
    }
  }
}

/** Ascending as print() shows a map, or by key. */
function sorted(map: MapDump, sort: Sort): MapEntry[] {
  if (sort === "value up" || sort === "value down") {
    const entries = printOrder(map.value, map.key, map.entries, 0);
    return sort === "value up" ? entries : entries.reverse();
  }
  const { key } = map;
  if (key === null) return [...map.entries];
  const entries = [...map.entries].sort((a, b) => compareKey(key, a.key, b.key, 0));
  return sort === "key up" ? entries : entries.reverse();
}

export function mapTable(map: MapDump, { sort, filter, context, glyphs }: TableOptions): MapTable {
  const wanted = filter.toLowerCase();
  const passes = (entry: MapEntry): boolean => lineOfKey(map, entry, context, glyphs).toLowerCase().includes(wanted);
  const all = sorted(map, sort);
  const entries = wanted === "" ? all : all.filter(passes);
  let largest = 0n;
  for (const { cell } of entries) {
    const size = sizeOfCell(map, cell);
    if (size !== null && size > largest) largest = size;
  }
  return { map, entries, largest };
}
