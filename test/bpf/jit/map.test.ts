import { expect, test } from "vitest";
import type { MapPlan } from "../../../src/bpf/jit/env.ts";
import { current, CURRENT_BLOCK } from "../../../src/bpf/memory.ts";
import { CTX, run, type RunOptions } from "./tiny-runtime.ts";

const VALUES = 40_000;
const spec = { name: "m", keySize: 4, valueSize: 16, maxEntries: 4, flags: 0 } as const;
const array: MapPlan = {
  spec: { ...spec, type: "array" },
  address: 9000,
  array: { values: VALUES, elementStride: 16, cpuStride: 0 },
  hash: null,
};
const percpu: MapPlan = {
  spec: { ...spec, type: "percpu_array" },
  address: 9100,
  array: { values: VALUES, elementStride: 64, cpuStride: 16 },
  hash: null,
};
const hash: MapPlan = { spec: { ...spec, type: "hash" }, address: 9200, array: null, hash: null };

const options: RunOptions = {
  maps: [array, percpu, hash],
  prepare: (memory) => {
    memory.setUint32(CTX, 2, true);
    memory.setUint32(CTX + 4, 4, true);
    memory.setUint32(CTX + 8, 0xffffffff, true);
    memory.setUint32(CURRENT_BLOCK + current.cell, 3, true);
    for (let i = 0; i < 64; i++) memory.setBigUint64(VALUES + 8 * i, BigInt(i), true);
  },
};

const key = {
  known: (n: number) => `*(u32 *)(r10 -4) = ${n}`,
  loaded: (off: number) => `r3 = *(u32 *)(r1 +${off})\n*(u32 *)(r10 -4) = r3`,
};
const lookup = (map: number, storeKey: string, use = "r0 = *(u64 *)(r0 +8)"): string => `
  ${storeKey}
  r2 = r10
  r2 += -4
  r1 = map[${map}]
  call bpf_map_lookup_elem
  if r0 == 0 goto none
  ${use}
  exit
  none:
  r0 = 1000
  exit`;

const rows: readonly (readonly [string, string, bigint])[] = [
  ["array, known key", lookup(0, key.known(2)), 5n],
  ["array, last key", lookup(0, key.known(3)), 7n],
  ["array, known key beyond the end", lookup(0, key.known(4)), 1000n],
  ["array, key -1", lookup(0, key.known(-1)), 1000n],
  ["array, loaded key", lookup(0, key.loaded(0)), 5n],
  ["array, loaded key beyond the end", lookup(0, key.loaded(4)), 1000n],
  ["array, loaded key 2^32-1", lookup(0, key.loaded(8)), 1000n],
  ["per-CPU array, known key", lookup(1, key.known(1)), 15n],
  ["per-CPU array, known key beyond the end", lookup(1, key.known(4)), 1000n],
  ["per-CPU array, loaded key", lookup(1, key.loaded(0)), 23n],
  ["per-CPU array, loaded key beyond the end", lookup(1, key.loaded(4)), 1000n],
  [
    "key overwritten through a pointer that only the run knows",
    lookup(0, `*(u64 *)(r10 -16) = r10\nr4 = *(u64 *)(r10 -16)\n${key.known(0)}\nr5 = 3\n*(u8 *)(r4 -4) = r5`),
    7n,
  ],
  ["key overwritten in part", lookup(0, `${key.known(0)}\n*(u8 *)(r10 -4) = 1`), 3n],
  ["key stored as part of something larger", lookup(0, "*(u64 *)(r10 -8) = -1\n*(u64 *)(r10 -4) = 1"), 3n],
  ["key in a register that has changed since", lookup(0, "r4 = 1\n*(u32 *)(r10 -4) = r4\nr4 = 3"), 3n],
  ["key of two halves", lookup(0, `${key.known(0x10000)}\n*(u16 *)(r10 -4) = 1`), 1000n],
  [
    "key overwritten by a subprogram",
    `${lookup(0, `${key.known(1)}\nr1 = r10\nr1 += -4\ncall set`)}\nset:\nr2 = 3\n*(u32 *)(r1 +0) = r2\nr0 = 0\nexit`,
    7n,
  ],
  ["key written by an atomic", lookup(0, `${key.known(1)}\nr4 = 2\nlock *(u32 *)(r10 -4) += r4`), 7n],
  [
    "key set before a branch",
    lookup(0, `${key.known(1)}\nr4 = *(u32 *)(r1 +0)\nif r4 == 2 goto two\ngoto go\ntwo:\n${key.known(3)}\ngo:`),
    7n,
  ],
  ["value address as a number", "r1 = map[0][0]+24\nr0 = *(u64 *)(r1 +0)\nexit", 3n],
  ["a map's address", "r0 = map[2]\nexit", 9200n],
  ["other maps are looked up by the helper", "r1 = map[2]\nr2 = 5\ncall bpf_map_lookup_elem\nexit", 9250n],
];
test.each(rows)("%s", (_, source, expected) => {
  expect(run(source, options).r0).toBe(expected);
});

test("key overwritten by a helper", () => {
  let memory: DataView | null = null;
  const result = run(lookup(0, `${key.known(1)}\nr1 = r10\nr1 += -4\ncall unknown#2000`), {
    ...options,
    prepare: (view) => {
      options.prepare?.(view);
      memory = view;
    },
    spy: (address) => {
      memory!.setUint32(Number(address), 3, true);
      return 0n;
    },
  });
  expect(result.r0).toBe(7n);
});

test("stores through a looked-up pointer reach the value", () => {
  const { memory } = run(lookup(0, key.known(2), "*(u64 *)(r0 +8) = 77\nr1 = 5\nlock *(u64 *)(r0 +0) += r1"), options);
  expect([memory.getBigUint64(VALUES + 32, true), memory.getBigUint64(VALUES + 40, true)]).toEqual([9n, 77n]);
});

test("addresses above 2 GiB", () => {
  const far = 0xc000_0000;
  const high: MapPlan = {
    spec: { ...spec, type: "array" },
    address: far,
    array: { values: far + 64, elementStride: 16, cpuStride: 0 },
    hash: null,
  };
  const maps = [high];
  expect(run("r0 = map[0]\nexit", { maps }).r0).toBe(BigInt(far));
  expect(run("r0 = map[0][0]+8\nexit", { maps }).r0).toBe(BigInt(far + 72));
  expect(run(lookup(0, key.known(1), ""), { maps }).r0).toBe(BigInt(far + 80));
  expect(run(lookup(0, key.loaded(0), ""), { ...options, maps }).r0).toBe(BigInt(far + 96));
});
