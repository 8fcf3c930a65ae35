import { expect, test } from "vitest";
import { int, int64, string, uint64, type MapValueType, type Type } from "../../lang/types/type.ts";
import { mapJson } from "../../src/output/json.ts";
import { mapText } from "../../src/output/map-text.ts";
import { utcClock } from "../../src/output/strftime.ts";
import type { Cell, MapDump } from "../../src/session/map-dump.ts";
import { bytesOf, encode, type Value } from "../support/values.ts";

const context = { truncTrailer: "..", clock: utcClock(0n), unitLabels: "value" as const, symbol: () => null };
const plain = (type: Type): MapValueType => ({ kind: "plain", type });
const ints = (value: bigint): Cell => ({ kind: "int", value });
const avg = (total: bigint, count: bigint): Cell => ({ kind: "average", total, count });
const buckets = (counts: Record<number, number>): Cell => ({
  kind: "buckets",
  counts: new Map(Object.entries(counts).map(([i, n]) => [Number(i), BigInt(n)])),
});

function dump(key: Type | null, value: MapValueType, entries: readonly (readonly [Value, Cell | Value])[]): MapDump {
  return {
    name: "@m",
    key,
    value,
    entries: entries.map(([k, v]) => ({
      key: key === null ? new Uint8Array() : bytesOf(key, k),
      cell: value.kind === "plain" ? { kind: "plain", value: encode(value.type, v as Value) } : (v as Cell),
    })),
  };
}

const text = (map: MapDump, top = 0, div = 0): string => mapText(map, top, div, context);
const keys = (map: MapDump, top = 0): string[] => [...text(map, top).matchAll(/\[([^\]]*)\]:/g)].map((m) => m[1]!);
const i16 = int(2, true);

test.each<[string, MapDump, string[]]>([
  ["6.11 signed values", dump(int64, plain(int64), [[5, 7], [1, 3], [9, 5], [2, -4]]), ["2", "1", "9", "5"]], // prettier-ignore
  ["6.11 narrow cells too", dump(int64, plain(int(1, true)), [[5, 7], [1, 3], [9, 5], [2, -4]]), ["2", "1", "9", "5"]], // prettier-ignore
  ["6.11 unsigned values", dump(int64, plain(uint64), [[1, 2n ** 63n], [2, 1]]), ["2", "1"]], // prettier-ignore
  ["6.12 max is unsigned", dump(int64, { kind: "max", signed: true }, [[1, ints(-1n)], [2, ints(3n)], [3, ints(0n)]]), ["3", "2", "1"]], // prettier-ignore
  ["6.13 averages", dump(int64, { kind: "avg", signed: true }, [[1, avg(-15n, 2n)], [2, avg(7n, 1n)], [3, avg(-100n, 1n)]]), ["3", "1", "2"]], // prettier-ignore
  ["6.14 hist totals", dump(i16, { kind: "hist", bits: 0 }, [[1, buckets({ 1: 3 })], [256, buckets({ 2: 3 })], [2, buckets({ 1: 1 })], [7, buckets({ 1: 9 })]]), ["2", "256", "1", "7"]], // prettier-ignore
  ["6.16 string values by key", dump(int64, plain(string(2)), [[3, "x"], [1, "y"], [2, "z"]]), ["1", "2", "3"]], // prettier-ignore
  ["6.16 keys are signed", dump(uint64, plain(string(2)), [[1, "x"], [2n ** 64n - 1n, "y"]]), ["18446744073709551615", "1"]], // prettier-ignore
  ["6.16 string keys", dump(string(4), plain(string(2)), [["b", "x"], ["a", "x"], ["", "x"], ["Z", "x"], ["aa", "x"], ["\xc3\xa9", "x"]]), ["", "Z", "a", "aa", "b", "\xc3\xa9"]], // prettier-ignore
  ["6.16 tuples", dump({ kind: "tuple", elems: [int64, string(2)] }, plain(string(2)), [[[1, "b"], "x"], [[1, "a"], "x"], [[-2, "z"], "x"]]), ["-2, z", "1, a", "1, b"]], // prettier-ignore
])("row %s", (_row, map, want) => {
  expect(keys(map)).toEqual(want);
});

test("row 5.09: top keeps the last entries, div divides", () => {
  const counts = dump(string(2), { kind: "count" }, [["a", ints(10n)], ["b", ints(20n)], ["c", ints(30n)], ["d", ints(40n)]]); // prettier-ignore
  expect(text(counts, 2, 10)).toBe("@m[c]: 3\n@m[d]: 4\n");
  expect(keys(counts, 9)).toEqual(["a", "b", "c", "d"]);
});

test.each<[string, MapValueType, Cell, number, string]>([
  ["6.05", { kind: "stats", signed: true }, avg(6n, 3n), 0, "@m: { .count = 3, .average = 2, .total = 6 }\n"],
  ["6.04", { kind: "avg", signed: true }, avg(-10n, 3n), 0, "@m: -3\n"],
  ["6.04 after zero", { kind: "avg", signed: true }, avg(0n, 0n), 0, "@m: 0\n"],
  ["5.09 stats with div", { kind: "stats", signed: true }, avg(61n, 3n), 10, "@m: { .count = 3, .average = 2, .total = 61 }\n"],
  ["6.49 zeroed hist", { kind: "hist", bits: 0 }, buckets({}), 0, "@m:\n\n"],
])("row %s", (_row, value, cell, div, want) => {
  expect(text(dump(null, value, [[0, cell]]), 0, div)).toBe(want);
});

test.each<[string, MapDump, string]>([
  ["6.23", dump(string(4), plain(int64), [["k", 1]]), "@m[k]: 1\n"],
  ["6.24 outer parentheses of a string key are lost", dump(string(8), plain(int64), [["(a)", 1]]), "@m[a]: 1\n"],
  [
    "6.25",
    dump({ kind: "tuple", elems: [string(4), { kind: "tuple", elems: [string(8), int64] }] }, plain(int64), [[["hi", ["long", 2]], 1]]),
    "@m[hi, (long, 2)]: 1\n",
  ],
  ["6.26", dump({ kind: "record", fields: [{ name: "a", type: int64 }, { name: "b", type: string(2) }] }, plain(int64), [[[1, "x"], 1]]), "@m[{ .a = 1, .b = x }]: 1\n"], // prettier-ignore
  ["6.32", dump(null, plain({ kind: "array", elem: { kind: "array", elem: int64, length: 2 }, length: 2 }), [[0, [[1, 2], [3, 4]]]]), "@m: [[1,2],[3,4]]\n"], // prettier-ignore
  ["6.34", dump(null, plain({ kind: "pointer", to: int64, space: "kernel" }), [[0, 0]]), "@m: 0x0\n"],
  ["6.36", dump(null, plain({ kind: "enum", name: "e", sizeBytes: 4, values: [["ONE", 1n]] }), [[0, 1]]), "@m: ONE\n"],
  ["6.37", dump(null, plain({ kind: "ksym" }), [[0, 1]]), "@m: 0x1\n"],
  ["5.37", dump(null, plain({ kind: "inet" }), [[0, new Uint8Array([127, 0, 0, 1])]]), "@m: 127.0.0.1\n"],
  [
    "5.37 v6",
    dump(null, plain({ kind: "inet" }), [[0, new Uint8Array([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])]]),
    "@m: 2001:db8::1\n",
  ],
])("row %s", (_row, map, want) => {
  expect(text(map)).toBe(want);
});

const json = (map: MapDump): string | null => mapJson(map, 0, 0, context);

test.each<[string, MapDump, string | null]>([
  ["9.04", dump(null, plain(int64), [[0, 7]]), '{"type": "map", "data": {"@m": 7}}'],
  [
    "9.05",
    dump({ kind: "tuple", elems: [string(4), int64] }, plain(int64), [[["a b", 2], 3]]),
    '{"type": "map", "data": {"@m": {"ab,2": 3}}}',
  ],
  [
    "9.06",
    dump(null, { kind: "hist", bits: 0 }, [[0, buckets({ 0: 1, 1: 0, 2: 4 })]]),
    '{"type": "hist", "data": {"@m": [{"max": -1, "count": 1},{"min": 0, "max": 0, "count": 0},{"min": 1, "max": 1, "count": 4}]}}',
  ],
  [
    "9.06 top bucket",
    dump(null, { kind: "hist", bits: 0 }, [[0, buckets({ 64: 1 })]]),
    '{"type": "hist", "data": {"@m": [{"min": 4611686018427387904, "max": "9223372036854775807", "count": 1}]}}',
  ],
  [
    "9.07",
    dump(string(4), { kind: "hist", bits: 0 }, [["key", buckets({ 3: 1 })]]),
    '{"type": "hist", "data": {"@m": {"key": [{"min": 2, "max": 3, "count": 1}]}}}',
  ],
  [
    "9.08",
    dump(null, { kind: "lhist", min: 0n, max: 10n, step: 10n }, [[0, buckets({ 1: 1, 2: 1 })]]),
    '{"type": "hist", "data": {"@m": [{"min": 0, "max": 9, "count": 1},{"min": 10, "count": 1}]}}',
  ],
  ["9.09", dump(null, plain(int64), []), null],
  ["9.09 stats", dump(string(4), { kind: "stats", signed: true }, []), '{"type": "stats", "data": {"@m": {}}}'],
  [
    "9.10",
    dump(null, { kind: "stats", signed: true }, [[0, avg(12n, 2n)]]),
    '{"type": "stats", "data": {"@m": {"count": 2, "average": 6, "total": 12}}}',
  ],
  ["9.11", dump(string(4), { kind: "avg", signed: true }, [["k", avg(10n, 2n)]]), '{"type": "stats", "data": {"@m": {"k": 5}}}'],
  ["9.24", dump(null, plain(uint64), [[0, 2n ** 64n - 1n]]), '{"type": "map", "data": {"@m": "18446744073709551615"}}'],
  ["9.24", dump(null, plain(uint64), [[0, 9007199254740992n]]), '{"type": "map", "data": {"@m": 9007199254740992}}'],
  ["9.24", dump(null, plain(uint64), [[0, 9007199254740993n]]), '{"type": "map", "data": {"@m": "9007199254740993"}}'],
  [
    "9.29",
    dump(null, plain({ kind: "buffer", sizeBytes: 4 }), [[0, new Uint8Array([97, 1, 255])]]),
    '{"type": "map", "data": {"@m": [97,1,-1]}}',
  ],
])("row %s", (_row, map, want) => {
  expect(json(map)).toBe(want);
});
