/** Values and maps as JSON (rows 9.01–9.31). Text is a byte string. */
import { layoutOf, type Type } from "../../lang/types/type.ts";
import type { Cell, MapDump } from "../session/map-dump.ts";
import { bucketRows, type BucketRow } from "./buckets.ts";
import { divided } from "./divide.ts";
import { averageOf, printOrder } from "./map-order.ts";
import { keyText, newestOf } from "./map-text.ts";
import { seriesJson } from "./series.ts";
import { structMembers } from "./struct-members.ts";
import { bufferAt, integerAt, repeat, stringAt, valueText, type PrintContext } from "./value-text.ts";

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Bytes above 127 pass as they are. */
export function jsonString(text: string): string {
  return `"${text.replace(/["\\\u0000-\u001f]/g, (c) => SHORT_ESCAPES[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`)}"`;
}

/** A number when a double holds it exactly, else a string (row 9.24). */
export function jsonInteger(value: bigint): string {
  return BigInt(Number(value)) === value && Number(value) < 2 ** 64 ? String(value) : `"${String(value)}"`;
}

export function valueJson(type: Type, view: DataView, at: number, ctx: PrintContext): string {
  switch (type.kind) {
    case "int":
    case "enum":
    case "pointer":
      return jsonInteger(integerAt(type, view, at));
    case "bool":
      return view.getUint8(at) === 0 ? "false" : "true";
    case "string":
      return jsonString(stringAt(view, at, type.sizeBytes, ctx.truncTrailer));
    case "buffer":
      return `[${Array.from(bufferAt(view, at, type.sizeBytes), (byte) => String((byte << 24) >> 24)).join(",")}]`;
    case "array":
      return `[${members(repeat(type.elem, type.length), view, at, ctx).join(",")}]`;
    case "tuple":
      return `[${members(type.elems, view, at, ctx).join(",")}]`;
    case "record": {
      const types = type.fields.map((f) => f.type);
      const values = members(types, view, at, ctx);
      return `{${type.fields.map((f, i) => `${jsonString(f.name)}: ${values[i] ?? ""}`).join(", ")}}`;
    }
    case "struct": {
      const whole = { ...ctx, truncTrailer: "" };
      return `{${structMembers(type, view, at)
        .map((m) => `${jsonString(m.name)}: ${valueJson(m.type, m.view, m.at, whole)}`)
        .join(", ")}}`;
    }
    case "timestamp":
    case "username":
    case "mac":
    case "stack":
    case "ksym":
    case "usym":
    case "inet":
      return jsonString(valueText(type, view, at, ctx));
    case "opaque":
    case "incomplete":
    case "none":
    case "void":
      return "null";
  }
}

function members(types: readonly Type[], view: DataView, at: number, ctx: PrintContext): string[] {
  const { offsets } = layoutOf(types);
  return types.map((type, i) => valueJson(type, view, at + (offsets[i] ?? 0), ctx));
}

function rowJson({ min, max, count }: BucketRow): string {
  const parts = [
    min === null ? null : `"min": ${jsonInteger(min)}`,
    max === null ? null : `"max": ${jsonInteger(max)}`,
    `"count": ${String(count)}`,
  ];
  return `{${parts.filter((part) => part !== null).join(", ")}}`;
}

function cellJson(map: MapDump, cell: Cell, div: bigint, newest: bigint | null, ctx: PrintContext): string {
  switch (cell.kind) {
    case "plain":
      return map.value.kind === "plain" ? valueJson(map.value.type, divided(map.value.type, cell.value, div), 0, ctx) : "null";
    case "int":
      return jsonInteger(cell.value / div);
    case "average": {
      const average = jsonInteger(averageOf(cell) / div);
      return map.value.kind === "avg"
        ? average
        : `{"count": ${String(cell.count)}, "average": ${average}, "total": ${jsonInteger(cell.total)}}`;
    }
    case "buckets":
      return map.value.kind === "hist" || map.value.kind === "lhist"
        ? `[${bucketRows(map.value, cell.counts, div).map(rowJson).join(",")}]`
        : "[]";
    case "series":
      return map.value.kind === "tseries" ? seriesJson(map.value, cell.values, newest) : "[]";
  }
}

const MAP_TYPES: Readonly<Record<MapDump["value"]["kind"], string>> = {
  plain: "map",
  count: "map",
  sum: "map",
  min: "map",
  max: "map",
  avg: "stats",
  stats: "stats",
  hist: "hist",
  lhist: "hist",
  tseries: "tseries",
};

/** One JSON line's `{"type": …}` for a map, or null when it prints nothing: an empty map, unless it is avg or stats (row 9.09). */
export function mapJson(map: MapDump, top: number, div: number, ctx: PrintContext): string | null {
  const type = MAP_TYPES[map.value.kind];
  if (map.entries.length === 0 && type !== "stats") return null;
  const by = BigInt(Math.max(div, 1));
  const entries = printOrder(map.value, map.key, map.entries, top);
  const newest = newestOf(map);
  const first = entries[0];
  const keyType = map.key;
  // Keys lose every blank (row 9.05).
  const data =
    keyType === null && first !== undefined
      ? cellJson(map, first.cell, by, newest, ctx)
      : `{${entries.map((e) => `${jsonString(keyType === null ? "" : keyText(keyType, e.key, ctx).replaceAll(" ", ""))}: ${cellJson(map, e.cell, by, newest, ctx)}`).join(", ")}}`;
  return `{"type": "${type}", "data": {${jsonString(map.name)}: ${data}}}`;
}
