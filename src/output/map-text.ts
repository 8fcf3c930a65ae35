/** Maps as text (rows 6.18–6.56). */
import type { Type } from "../../lang/types/type.ts";
import type { Cell, MapDump, MapEntry } from "../session/map-dump.ts";
import { bucketRows, bucketText } from "./buckets.ts";
import { averageOf, printOrder } from "./map-order.ts";
import { divided } from "./divide.ts";
import { newestEpoch, seriesText } from "./series.ts";
import { valueText, type PrintContext } from "./value-text.ts";

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Key text without one outer pair of parentheses, whatever put it there (row 6.24). */
export function keyText(type: Type, key: Uint8Array, ctx: PrintContext): string {
  const text = valueText(type, view(key), 0, ctx);
  return text.length >= 2 && text.startsWith("(") && text.endsWith(")") ? text.slice(1, -1) : text;
}

/** Of a time series. */
export const newestOf = (map: MapDump): bigint | null =>
  newestEpoch(map.entries.flatMap(({ cell }) => (cell.kind === "series" ? [cell.values] : [])));

function cellText(map: MapDump, cell: Cell, div: bigint, newest: bigint | null, ctx: PrintContext): string {
  switch (cell.kind) {
    case "plain":
      return map.value.kind === "plain" ? valueText(map.value.type, divided(map.value.type, cell.value, div), 0, ctx) : "";
    case "int":
      return String(cell.value / div);
    case "average": {
      const average = String(averageOf(cell) / div);
      return map.value.kind === "avg"
        ? average
        : `{ .count = ${String(cell.count)}, .average = ${average}, .total = ${String(cell.total)} }`;
    }
    case "buckets":
      return map.value.kind === "hist" || map.value.kind === "lhist"
        ? bucketText(bucketRows(map.value, cell.counts, div, ctx.unitLabels))
        : "";
    case "series":
      return map.value.kind === "tseries" ? seriesText(map.value, cell.values, newest, ctx.clock) : "";
  }
}

function entryText(map: MapDump, entry: MapEntry, div: bigint, newest: bigint | null, ctx: PrintContext): string {
  const name = map.key === null ? map.name : `${map.name}[${keyText(map.key, entry.key, ctx)}]`;
  const value = cellText(map, entry.cell, div, newest, ctx);
  if (entry.cell.kind === "series") return `${name}:\n${value}`;
  return entry.cell.kind === "buckets" ? `${name}:\n${value}\n` : `${name}: ${value}\n`;
}

/** The whole map as print(@m, top, div) or the end of the run prints it; "" when it holds nothing. */
export function mapText(map: MapDump, top: number, div: number, ctx: PrintContext): string {
  const by = BigInt(Math.max(div, 1));
  const newest = newestOf(map);
  return printOrder(map.value, map.key, map.entries, top)
    .map((entry) => entryText(map, entry, by, newest, ctx))
    .join("");
}
