/** Maps in place and by call: the JIT in the real runtime, held to the interpreter that calls the runtime's helpers. */
import { expect, test } from "vitest";
import { helpers } from "../../../src/bpf/helpers/table.ts";
import { createMachine } from "../../../src/bpf/machine.ts";
import type { Backend, Machine } from "../../../src/bpf/machine-types.ts";
import type { MapSpec, MapType } from "../../../src/bpf/spec.ts";
import { insnsOf, program } from "./tiny-runtime.ts";

const NCPUS = 3;

function machine(backend: Backend, maps: readonly MapSpec[], sources: readonly string[]): Machine {
  const programs = sources.map((source) => program(insnsOf(source)));
  return createMachine({ programs, maps, ncpus: NCPUS, backend, outputRing: -1, randSeed: 1n, streams: [] });
}

/** Everything that user space sees of a map. */
const dump = (of: Machine): string[] =>
  of.maps.flatMap((map) =>
    Array.from(map.entries(), ({ key, value }) => `${Buffer.from(key).toString("hex")}: ${Buffer.from(value).toString("hex")}`),
  );

/** Copies the key from the ctx to the stack, in words or byte by byte: registers that hold words may be used in place of the stack. */
function copyKey(keySize: number): string {
  const lines: string[] = [];
  let off = 0;
  for (const size of [8, 4, 2, 1]) {
    for (; off + size <= keySize; off += size) {
      const reg = 1 + (lines.length % 5) + (lines.length % 5 === 0 ? 6 : 0);
      lines.push(`r${reg} = *(u${size * 8} *)(r6 +${off})`, `*(u${size * 8} *)(r10 ${off - 80}) = r${reg}`);
    }
  }
  return lines.join("\n");
}
const atKey = "r1 = map[0]\nr2 = r10\nr2 += -80";
/** Counts the key; r0 is the count before, or 1000 for a new one and whatever the update says. */
const count = (keySize: number): string => `
  r6 = r1
  ${copyKey(keySize)}
  ${atKey}
  call bpf_map_lookup_elem
  if r0 == 0 goto new
  r1 = r0
  r0 = *(u64 *)(r1 +8)
  r2 = r0
  r2 += 1
  *(u64 *)(r1 +8) = r2
  exit
  new:
  *(u64 *)(r10 -16) = 7
  *(u64 *)(r10 -8) = 1
  ${atKey}
  r3 = r10
  r3 += -16
  r4 = 0
  call bpf_map_update_elem
  r0 += 1000
  exit`;
const drop = (keySize: number): string => `r6 = r1\n${copyKey(keySize)}\n${atKey}\ncall bpf_map_delete_elem\nexit`;

/** Of ten keys, each different from zeros in one byte only, so that every word of the key counts. */
function keys(keySize: number, howMany: number): Uint8Array[] {
  let state = 12_345;
  return Array.from({ length: howMany }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const which = (state >>> 16) % 10;
    const key = new Uint8Array(64);
    key[(which * 5) % keySize] = which;
    return key;
  });
}

const hashTypes: readonly MapType[] = ["hash", "percpu_hash", "lru_hash", "lru_percpu_hash"];
const keySizes = [1, 2, 3, 4, 5, 7, 8, 12, 16, 20, 24, 28, 31, 32, 36, 40, 56];
const cases = [
  ...hashTypes.flatMap((type) => keySizes.map((keySize) => [type, keySize] as const)),
  ["array", 4] as const,
  ["percpu_array", 4] as const,
];
test.each(cases)("%s with keys of %d bytes", (type, keySize) => {
  const maps: MapSpec[] = [{ name: "m", type, keySize, valueSize: 16, maxEntries: 6, flags: 0 }];
  const sources = [count(keySize), drop(keySize)];
  const both = (["jit", "interp"] as const).map((backend) => machine(backend, maps, sources));
  const results = both.map((one) =>
    keys(keySize, 150).map((key, i) => {
      one.setCurrent({ cpu: i % NCPUS });
      return one.runProgram(i % 7 === 6 ? 1 : 0, key);
    }),
  );
  expect(results[0]).toEqual(results[1]);
  expect(dump(both[0]!)).toEqual(dump(both[1]!));
  // Found, new and (where there is such a thing) full or deleted keys have all been seen.
  expect(new Set(results[0]).size).toBeGreaterThan(3);
});

test("an array element that is known beforehand", () => {
  const maps: MapSpec[] = [{ name: "m", type: "percpu_array", keySize: 4, valueSize: 8, maxEntries: 3, flags: 0 }];
  const source = `
    *(u32 *)(r10 -4) = 2
    r1 = map[0]
    r2 = r10
    r2 += -4
    call bpf_map_lookup_elem
    if r0 == 0 goto end
    r1 = *(u64 *)(r0 +0)
    r1 += 5
    *(u64 *)(r0 +0) = r1
    end:
    r0 = 0
    exit`;
  const one = machine("jit", maps, [source]);
  for (const cpu of [0, 2, 2]) {
    one.setCurrent({ cpu });
    one.runProgram(0, null);
  }
  const values = one.maps[0]!.lookup(Uint8Array.of(2, 0, 0, 0))!;
  expect(Array.from(new BigUint64Array(values.slice().buffer))).toEqual([5n, 0n, 10n]);
});

test.each([
  [8, "*(u64 *)(r10 -8) = 0"],
  [8, "*(u64 *)(r10 -8) = -3"],
  [8, "r1 = 0x123456789ab ll\n*(u64 *)(r10 -8) = r1"],
  [4, "*(u32 *)(r10 -8) = -3"],
  [12, "*(u64 *)(r10 -8) = 5\n*(u32 *)(r10 -4) = 7\n*(u64 *)(r10 -12) = -1"],
  [16, "r3 = 9\n*(u64 *)(r10 -8) = r3\n*(u64 *)(r10 -16) = 1\n*(u32 *)(r10 -12) = 4"],
])("a key of %d bytes that is known beforehand: %s", (keySize, store) => {
  const maps: MapSpec[] = [{ name: "m", type: "hash", keySize, valueSize: 8, maxEntries: 4, flags: 0 }];
  const at = `r1 = map[0]\nr2 = r10\nr2 += -${keySize > 8 ? keySize : 8}`;
  const source = `${store}\n${at}\nr3 = r10\nr3 += -${keySize > 8 ? keySize : 8}\nr4 = 0\ncall bpf_map_update_elem\n${store}\n${at}\ncall bpf_map_lookup_elem\nif r0 == 0 goto none\nr0 = *(u64 *)(r0 +0)\nexit\nnone:\nr0 = 1000\nexit`;
  const [jit, interp] = (["jit", "interp"] as const).map((backend) => machine(backend, maps, [source]).runProgram(0, null));
  expect(jit).not.toBe(1000n);
  expect(jit).toBe(interp);
});

/** Sums keys and values into the ctx of the callback, deletes what it sees (an error on arrays), and stops after some calls. */
const forEach = (stopAfter: number, flags = 0): string => `
  *(u64 *)(r10 -8) = 0
  *(u64 *)(r10 -16) = 0
  r1 = map[0]
  r2 = &each
  r3 = r10
  r3 += -16
  r4 = ${flags}
  call bpf_for_each_map_elem
  r1 = *(u64 *)(r10 -8)
  r1 <<= 8
  r0 += r1
  exit
  each:
  r6 = r4
  r7 = *(u32 *)(r2 +0)
  r3 = *(u64 *)(r3 +0)
  r7 += r3
  r5 = *(u64 *)(r6 +8)
  r5 += r7
  *(u64 *)(r6 +8) = r5
  call bpf_map_delete_elem
  r5 = *(u64 *)(r6 +0)
  r5 += 1
  *(u64 *)(r6 +0) = r5
  r0 = 0
  if r5 != ${stopAfter} goto end
  r0 = 1
  end:
  exit`;

const walks: readonly (readonly [MapType, string, number, number, bigint])[] = [
  // Keys 1 … 5 with values 10 … 50, and how many calls there were in the lowest byte.
  ["hash", "to its end", 0, 0, (165n << 8n) + 5n],
  ["hash", "until the callback says so", 2, 0, (33n << 8n) + 2n],
  ["hash", "with flags", 0, 1, -22n],
  ["array", "to its end", 0, 0, (165n << 8n) + 6n],
];
test.each(walks)("bpf_for_each_map_elem over %s %s", (type, _, stopAfter, flags, expected) => {
  const maps: MapSpec[] = [{ name: "m", type, keySize: 4, valueSize: 8, maxEntries: 6, flags: 0 }];
  for (const backend of ["jit", "interp"] as const) {
    const one = machine(backend, maps, [forEach(stopAfter, flags)]);
    for (let key = 1; key <= 5; key++) one.maps[0]!.update(Uint8Array.of(key, 0, 0, 0), Uint8Array.of(10 * key, 0, 0, 0, 0, 0, 0, 0), 0n);
    expect(one.runProgram(0, null), backend).toBe(BigInt.asUintN(64, expected));
    if (type === "hash" && flags === 0) expect(one.maps[0]!.size(), backend).toBe(stopAfter === 0 ? 0 : 5 - stopAfter);
  }
});

test("every helper that the verifier lets through can be compiled", () => {
  const maps: MapSpec[] = [{ name: "m", type: "hash", keySize: 8, valueSize: 8, maxEntries: 4, flags: 0 }];
  for (const [id, { callback, maps: fitting }] of Object.entries(helpers)) {
    // Callbacks have tests of their own; a helper that no map fits can't be called at all.
    if (callback !== null || fitting?.length === 0) continue;
    const source = `call unknown#${id}\nexit`;
    expect(() => machine("jit", maps, [source]), `helper ${id}`).not.toThrow();
  }
});
