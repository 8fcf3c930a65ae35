/** The system-call side of each map type against what Linux 6.18 answered. */
import { expect, test } from "vitest";
import { createError } from "../../../src/bpf/maps/create.ts";
import type { MapSpec, MapType } from "../../../src/bpf/spec.ts";
import { bareRuntime, mapSpec, u32Key, u64Value } from "../../support/runtime.ts";

const names: Readonly<Record<number, string>> = {
  0: "ok",
  [-2]: "ENOENT",
  [-7]: "E2BIG",
  [-11]: "EAGAIN",
  [-17]: "EEXIST",
  [-22]: "EINVAL",
  [-524]: "-524",
};
const errnoName = (result: number): string => names[result] ?? String(result);

// type: update ANY | NOEXIST existing | EXIST absent | flags=4 | flags=8 | beyond max_entries | delete present | delete absent
const updates: readonly [MapType, string][] = [
  ["hash", "ok EEXIST ENOENT EINVAL EINVAL E2BIG ok ENOENT"],
  ["percpu_hash", "ok EEXIST ENOENT EINVAL EINVAL E2BIG ok ENOENT"],
  ["lru_hash", "ok EEXIST ENOENT EINVAL EINVAL ok ok ENOENT"],
  ["lru_percpu_hash", "ok EEXIST ENOENT EINVAL EINVAL ok ok ENOENT"],
  ["array", "ok EEXIST ok EINVAL EINVAL E2BIG EINVAL EINVAL"],
  ["percpu_array", "ok EEXIST ok EINVAL EINVAL E2BIG EINVAL EINVAL"],
  ["ringbuf", "-524 -524 -524 EINVAL -524 -524 -524 -524"],
];

test.each(updates)("%s: update and delete", (type, expected) => {
  const { handles } = bareRuntime([mapSpec(type)], { ncpus: 2 });
  const map = handles[0]!;
  const value = type.includes("percpu") ? u64Value(1, 2) : u64Value(1);
  const isArray = type.includes("array");
  const any = map.update(u32Key(1), value, 0n);
  const noexist = map.update(u32Key(1), value, 1n);
  const exist = map.update(u32Key(2), value, 2n);
  const lock = map.update(u32Key(1), value, 4n);
  const unknownFlag = map.update(u32Key(1), value, 8n);
  // A hash map of 4 entries is full with keys 1, 10, 11, 12; an array ends at index 3.
  for (const key of isArray ? [] : [10, 11, 12]) map.update(u32Key(key), value, 0n);
  const beyond = map.update(u32Key(99), value, 0n);
  const present = type.startsWith("lru") ? 12 : 1;
  const results = [any, noexist, exist, lock, unknownFlag, beyond, map.delete(u32Key(present)), map.delete(u32Key(98))];
  expect(results.map(errnoName).join(" ")).toBe(expected);
});

// type: lookup absent (arrays: beyond) | next_key(NULL) of an empty map | next_key(NULL) | next_key(last) | next_key(unknown)
const walks: readonly [MapType, string][] = [
  ["hash", "null null value null value"],
  ["percpu_hash", "null null value null value"],
  ["lru_hash", "null null value null value"],
  ["lru_percpu_hash", "null null value null value"],
  ["array", "null value value null value"],
  ["percpu_array", "null value value null value"],
  ["ringbuf", "null null null null null"],
];

test.each(walks)("%s: lookup and next key", (type, expected) => {
  const { handles } = bareRuntime([mapSpec(type)], { ncpus: 2 });
  const map = handles[0]!;
  const seen = (result: Uint8Array | null): string => (result === null ? "null" : "value");
  const empty = map.nextKey(null);
  map.update(u32Key(3), type.includes("percpu") ? u64Value(1, 2) : u64Value(1), 0n);
  const results = [map.lookup(u32Key(77)), empty, map.nextKey(null), map.nextKey(u32Key(3)), map.nextKey(u32Key(77))];
  expect(results.map(seen).join(" ")).toBe(expected);
});

test.each(["hash", "percpu_hash", "lru_hash", "lru_percpu_hash", "array", "percpu_array"] as const)("%s: the program's side", (type) => {
  const { helper, layouts, put } = bareRuntime([mapSpec(type)], { ncpus: 2 });
  const map = layouts[0]!.address;
  const isArray = type.includes("array");
  const key = put(u32Key(1), 0);
  const value = put(u64Value(5), 1);
  const update = (flags: number | bigint): bigint => helper("map_update_elem", map, key, value, flags);
  expect(update(0)).toBe(0n);
  expect(update(1)).toBe(-17n);
  expect(update(2)).toBe(0n);
  for (const flags of [3, 4, 8, 1n << 32n, (1n << 32n) | 1n]) expect(update(flags)).toBe(-22n);
  expect(update(5)).toBe(isArray && type === "array" ? -17n : isArray ? -17n : -22n);
  put(u32Key(9), 0);
  expect(update(2)).toBe(isArray ? -7n : -2n);
  expect(helper("map_delete_elem", map, key)).toBe(isArray ? -22n : -2n);
  expect(helper("map_lookup_elem", map, key)).toBe(0n);
});

const creations: readonly [Partial<MapSpec> & { type: MapType }, string][] = [
  [{ type: "array", keySize: 8 }, "EINVAL"],
  [{ type: "array", maxEntries: 0 }, "EINVAL"],
  [{ type: "array", valueSize: 0 }, "EINVAL"],
  [{ type: "array", flags: 1 }, "EINVAL"],
  [{ type: "array", valueSize: 2 ** 31 }, "E2BIG"],
  [{ type: "hash", keySize: 0 }, "EINVAL"],
  [{ type: "hash", valueSize: 0 }, "EINVAL"],
  [{ type: "hash", maxEntries: 0 }, "EINVAL"],
  [{ type: "hash", keySize: 513 }, "ok"],
  [{ type: "hash", flags: 1 }, "ok"],
  [{ type: "hash", flags: 2 }, "EINVAL"],
  [{ type: "lru_hash", flags: 1 }, "-524"],
  [{ type: "lru_hash", flags: 2, maxEntries: 8 }, "ok"],
  [{ type: "percpu_hash", valueSize: 32 * 1024 + 8 }, "E2BIG"],
  [{ type: "percpu_array", valueSize: 32 * 1024 + 8 }, "E2BIG"],
  [{ type: "percpu_hash", valueSize: 5 }, "ok"],
  [{ type: "ringbuf", maxEntries: 4096 }, "ok"],
  [{ type: "ringbuf", maxEntries: 2048 }, "EINVAL"],
  [{ type: "ringbuf", maxEntries: 12288 }, "EINVAL"],
  [{ type: "ringbuf", keySize: 4 }, "EINVAL"],
  [{ type: "ringbuf", valueSize: 4 }, "EINVAL"],
  [{ type: "array", flags: 0x18 }, "EINVAL"],
  [{ type: "array", flags: 0x80 }, "ok"],
  [{ type: "array", flags: 0x400 }, "ok"],
  [{ type: "hash", flags: 0x400 }, "EINVAL"],
  [{ type: "array", flags: 0x1000 }, "ok"],
];

test.each(creations)("creating %j: %s", (fields, expected) => {
  expect(errnoName(createError(mapSpec(fields.type, fields)))).toBe(expected);
});
