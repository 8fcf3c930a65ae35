/** The order in which the entries of a map print (rows 6.11–6.17). */
import { layoutOf, sizeOf, type MapValueType, type Type } from "../../lang/types/type.ts";
import type { Cell, MapEntry } from "../session/map-dump.ts";
import { integerAt } from "./value-text.ts";

type Compare = (a: MapEntry, b: MapEntry) => number;

const order = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
const unsigned = (x: bigint): bigint => BigInt.asUintN(64, x);
const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** total / count truncated toward zero; 0 of nothing. */
export const averageOf = (cell: Extract<Cell, { kind: "average" }>): bigint => (cell.count === 0n ? 0n : cell.total / cell.count);

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return (a[i] ?? 0) - (b[i] ?? 0);
  return 0;
}

/** Integers as signed numbers of their width, strings by their whole buffer, tuples member by member; anything else is equal (row 6.16). */
export function compareKey(type: Type, a: Uint8Array, b: Uint8Array, at: number): number {
  switch (type.kind) {
    case "int":
    case "enum": {
      const signed: Type = { kind: "int", sizeBytes: type.sizeBytes, signed: true };
      return order(integerAt(signed, view(a), at), integerAt(signed, view(b), at));
    }
    case "string":
      return compareBytes(a.subarray(at, at + sizeOf(type)), b.subarray(at, at + sizeOf(type)));
    case "tuple": {
      const { offsets } = layoutOf(type.elems);
      for (const [i, elem] of type.elems.entries()) {
        if (elem.kind !== "int" && elem.kind !== "string" && elem.kind !== "enum") continue;
        const c = compareKey(elem, a, b, at + (offsets[i] ?? 0));
        if (c !== 0) return c;
      }
      return 0;
    }
    default:
      return 0;
  }
}

const intOf = (cell: Cell): bigint => (cell.kind === "int" ? cell.value : 0n);
const samples = (cell: Cell): bigint => (cell.kind === "buckets" ? [...cell.counts.values()].reduce((a, b) => a + b, 0n) : 0n);

function compareValue(type: MapValueType): Compare | null {
  switch (type.kind) {
    case "count":
    case "sum":
      return (a, b) => order(intOf(a.cell), intOf(b.cell));
    case "min":
    case "max":
      // Unsigned even for signed maps: negatives come last (row 6.12).
      return (a, b) => order(unsigned(intOf(a.cell)), unsigned(intOf(b.cell)));
    case "avg":
    case "stats":
      return (a, b) => (a.cell.kind === "average" && b.cell.kind === "average" ? order(averageOf(a.cell), averageOf(b.cell)) : 0);
    case "hist":
    case "lhist":
      return (a, b) => order(samples(a.cell), samples(b.cell)) || compareBytes(a.key, b.key);
    case "tseries":
      return (a, b) => compareBytes(a.key, b.key);
    case "plain": {
      const cell = type.type;
      if (cell.kind !== "int" && cell.kind !== "enum") return null;
      return (a, b) =>
        a.cell.kind === "plain" && b.cell.kind === "plain" ? order(integerAt(cell, a.cell.value, 0), integerAt(cell, b.cell.value, 0)) : 0;
    }
  }
}

/** Sorted as printed; of `top` > 0 entries only the last ones (of time series all, row 6.15). Equal values print in key order, equal keys in insertion order. */
export function printOrder(type: MapValueType, keyType: Type | null, entries: readonly MapEntry[], top: number): MapEntry[] {
  const byValue = compareValue(type);
  const byKey: Compare = (a, b) => (keyType === null ? 0 : compareKey(keyType, a.key, b.key, 0));
  const sorted = [...entries].sort((a, b) => byValue?.(a, b) || byKey(a, b));
  return top > 0 && top < sorted.length && type.kind !== "tseries" ? sorted.slice(-top) : sorted;
}
