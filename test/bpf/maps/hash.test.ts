/** What the model does not see of hash maps: where values lie, how long chains get, and what iteration does while the map changes. */
import { expect, test } from "vitest";
import { element, map as mapFields } from "../../../src/bpf/runtime/layout.ts";
import { bareRuntime, mapSpec, toU64, u32Key, u64Value, type BareRuntime } from "../../support/runtime.ts";

test("a value stays where it is while others come and go", () => {
  const { handles, helper, layouts, put, view } = bareRuntime([mapSpec("hash", { maxEntries: 100 })]);
  const map = handles[0]!;
  map.update(u32Key(7), u64Value(42), 0n);
  const at = Number(helper("map_lookup_elem", layouts[0]!.address, put(u32Key(7))));
  for (let i = 0; i < 5000; i++) {
    map.update(u32Key(1000 + (i % 250)), u64Value(i), 0n);
    map.delete(u32Key(1000 + ((i * 7) % 250)));
  }
  expect(Number(helper("map_lookup_elem", layouts[0]!.address, put(u32Key(7))))).toBe(at);
  expect(view.getBigUint64(at, true)).toBe(42n);
});

function longestChain({ view, layouts }: BareRuntime): number {
  const { buckets, bucketBits } = layouts[0]!;
  let longest = 0;
  for (let i = 0; i < 2 ** bucketBits; i++) {
    let length = 0;
    for (let at = view.getUint32(buckets + 4 * i, true); at !== 0; at = view.getUint32(at + element.chain, true)) length++;
    longest = Math.max(longest, length);
  }
  return longest;
}

const text = (size: number, value: string): Uint8Array => {
  const bytes = new Uint8Array(size);
  bytes.set(new TextEncoder().encode(value));
  return bytes;
};
const families: readonly [string, number, (i: number) => Uint8Array][] = [
  ["small u32", 4, u32Key],
  ["small u64", 8, (i) => u64Value(i)],
  ["negative s64", 8, (i) => u64Value(-i)],
  ["page addresses", 8, (i) => u64Value(0x7f0000000000n + BigInt(i) * 4096n)],
  ["kernel pointers", 8, (i) => u64Value(0xffff888000000000n + BigInt(i) * 192n)],
  ["device numbers", 8, (i) => u64Value(BigInt(i) << 20n)],
  ["high words", 8, (i) => u64Value(BigInt(i) << 32n)],
  ["pid and CPU", 16, (i) => u64Value(i >> 3, i & 7)],
  ["pid and bucket, packed", 12, (i) => u64Value(i >> 5, i & 31).slice(0, 12)],
  ["comms", 16, (i) => text(16, `kworker/${i & 7}:${i >> 3}`)],
  ["long strings", 1024, (i) => text(1024, `/usr/lib/x86_64-linux-gnu/lib${i}.so`)],
  ["strings that differ late", 1024, (i) => text(1024, `${"x".repeat(1000)}${i}`)],
];

test.each(families)("hashing spreads %s", (_, keySize, key) => {
  const bare = bareRuntime([mapSpec("hash", { keySize, maxEntries: 4096 })]);
  for (let i = 0; i < 4096; i++) expect(bare.handles[0]!.update(key(i), u64Value(i), 1n)).toBe(0);
  // A random function puts about 6 of 4096 keys into one of 8192 buckets at worst.
  expect(longestChain(bare)).toBeLessThanOrEqual(9);
  for (let i = 0; i < 4096; i += 97) expect(toU64(bare.handles[0]!.lookup(key(i))!)).toBe(BigInt(i));
});

test("churn at full load leaves the map as good as new", () => {
  const maxEntries = 1000;
  const bare = bareRuntime([mapSpec("hash", { maxEntries })]);
  const map = bare.handles[0]!;
  for (let i = 0; i < maxEntries; i++) map.update(u32Key(i), u64Value(i), 0n);
  for (let i = maxEntries; i < 20_000; i++) {
    expect(map.update(u32Key(i), u64Value(i), 0n)).toBe(-7);
    expect(map.delete(u32Key(i - maxEntries))).toBe(0);
    expect(map.update(u32Key(i), u64Value(i), 0n)).toBe(0);
  }
  expect(map.size()).toBe(maxEntries);
  expect(bare.view.getUint32(bare.layouts[0]!.address + mapFields.used, true)).toBe(maxEntries);
  expect(longestChain(bare)).toBeLessThanOrEqual(9);
  expect([...map.entries()].map(({ value }) => Number(toU64(value)))).toEqual(Array.from({ length: maxEntries }, (_, i) => 19_000 + i));
});

const lruSpec = mapSpec("lru_hash", { maxEntries: 4 });

test("a full LRU map drops the oldest (Linux: the last four of twenty stay)", () => {
  const { handles } = bareRuntime([lruSpec]);
  for (let i = 0; i < 20; i++) handles[0]!.update(u32Key(i), u64Value(i), 0n);
  expect([...handles[0]!.entries()].map(({ value }) => Number(toU64(value)))).toEqual([16, 17, 18, 19]);
});

test("a program's lookup saves an element from eviction once, a system call's does not", () => {
  const { handles, helper, layouts, put } = bareRuntime([lruSpec]);
  const map = handles[0]!;
  for (let i = 0; i < 4; i++) map.update(u32Key(i), u64Value(i), 0n);
  helper("map_lookup_elem", layouts[0]!.address, put(u32Key(0)));
  map.lookup(u32Key(1));
  map.update(u32Key(4), u64Value(4), 0n);
  expect([...map.entries()].map(({ value }) => Number(toU64(value)))).toEqual([2, 3, 0, 4]);
});

test("an LRU map of one element always holds the last one, zeroed on other CPUs", () => {
  const { handles, helper, layouts, put, setCpu } = bareRuntime([mapSpec("lru_percpu_hash", { maxEntries: 1 })], { ncpus: 2 });
  for (let i = 1; i <= 5; i++) {
    setCpu(i & 1);
    expect(helper("map_update_elem", layouts[0]!.address, put(u32Key(i)), put(u64Value(i), 1), 0)).toBe(0n);
    expect([...handles[0]!.entries()]).toEqual([{ key: u32Key(i), value: i & 1 ? u64Value(0, i) : u64Value(i, 0) }]);
  }
});

function cursors({ runtime, layouts }: BareRuntime, each: (key: number) => void): void {
  const { address } = layouts[0]!;
  for (let at = runtime.map_iter_next(address, 0); at !== 0; at = runtime.map_iter_next(address, at)) each(at);
}

test("iteration for programs goes by slot and ends, whatever is deleted and inserted meanwhile", () => {
  const bare = bareRuntime([mapSpec("hash", { maxEntries: 8 })]);
  const map = bare.handles[0]!;
  const { address } = bare.layouts[0]!;
  const keyAt = (cursor: number): number => bare.view.getUint32(bare.runtime.map_iter_key(address, cursor), true);
  for (let i = 0; i < 4; i++) map.update(u32Key(i), u64Value(i * 10), 0n);
  const seen: number[] = [];
  cursors(bare, (cursor) => {
    const key = keyAt(cursor);
    expect(bare.view.getBigUint64(bare.runtime.map_iter_value(address, cursor), true)).toBe(BigInt((key % 100) * 10));
    seen.push(key);
    // Every step deletes the element at hand and the next one, and puts a new one in.
    map.delete(u32Key(key));
    map.delete(u32Key(key + 1));
    map.update(u32Key(key + 100), u64Value((key % 100) * 10), 0n);
  });
  // 100 took the slot of 1, and 102 that of 3; what went into a slot already passed (200) is not seen.
  expect(seen).toEqual([0, 100, 2, 102]);
  expect(map.size()).toBe(2);
});

test("iteration over an array gives every index and the CPU's own cell", () => {
  const bare = bareRuntime([mapSpec("percpu_array", { maxEntries: 3 })], { ncpus: 2 });
  const { address } = bare.layouts[0]!;
  for (let i = 0; i < 3; i++) bare.handles[0]!.update(u32Key(i), u64Value(i, i + 100), 0n);
  bare.setCpu(1);
  const seen: [number, bigint][] = [];
  cursors(bare, (cursor) => {
    const key = bare.view.getUint32(bare.runtime.map_iter_key(address, cursor), true);
    seen.push([key, bare.view.getBigUint64(bare.runtime.map_iter_value(address, cursor), true)]);
  });
  expect(seen).toEqual([
    [0, 100n],
    [1, 101n],
    [2, 102n],
  ]);
});

test("lookup_percpu_elem reaches the cells of all CPUs and no others", () => {
  const bare = bareRuntime([mapSpec("percpu_hash"), mapSpec("percpu_array"), mapSpec("hash")], { ncpus: 3 });
  bare.handles.forEach((map, i) => map.update(u32Key(1), i < 2 ? u64Value(10, 11, 12) : u64Value(1), 0n));
  bare.setCpu(2);
  for (const { address } of bare.layouts.slice(0, 2)) {
    const at = [0, 1, 2].map((cpu) => Number(bare.helper("map_lookup_percpu_elem", address, bare.put(u32Key(1)), cpu)));
    expect(at.map((address) => bare.view.getBigUint64(address, true))).toEqual([10n, 11n, 12n]);
    expect(bare.helper("map_lookup_percpu_elem", address, bare.put(u32Key(1)), 3)).toBe(0n);
    expect(bare.helper("map_lookup_percpu_elem", address, bare.put(u32Key(9)), 0)).toBe(0n);
  }
  expect(bare.helper("map_lookup_percpu_elem", bare.layouts[2]!.address, bare.put(u32Key(1)), 0)).toBe(0n);
});

test("clearing an array zeroes it", () => {
  const { handles } = bareRuntime([mapSpec("array")]);
  for (let i = 0; i < 4; i++) handles[0]!.update(u32Key(i), u64Value(i + 1), 0n);
  handles[0]!.clear();
  expect([...handles[0]!.entries()].map(({ value }) => toU64(value))).toEqual([0n, 0n, 0n, 0n]);
});
