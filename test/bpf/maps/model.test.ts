/** Random operations on hash maps, from programs and from user space, against a Map of JavaScript. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { MapType } from "../../../src/bpf/spec.ts";
import { bareRuntime, mapSpec } from "../../support/runtime.ts";

const NCPUS = 3;
const MAX_ENTRIES = 6;

type Op =
  | {
      readonly kind: "update";
      readonly key: number;
      readonly value: number;
      readonly flags: 0 | 1 | 2;
      readonly cpu: number;
      readonly user: boolean;
    }
  | { readonly kind: "lookup"; readonly key: number; readonly cpu: number; readonly user: boolean }
  | { readonly kind: "delete"; readonly key: number; readonly user: boolean }
  | { readonly kind: "clear" };

const key = fc.nat(9);
const cpu = fc.nat(NCPUS - 1);
const operation: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("update" as const),
      key,
      value: fc.nat(255),
      flags: fc.constantFrom(0, 1, 2),
      cpu,
      user: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("lookup" as const), key, cpu, user: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("delete" as const), key, user: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ kind: "clear" as const }) },
);

interface Entry {
  cells: number[];
  referenced: boolean;
}

/** What the kernel does, on a Map in insertion order. Cells are single numbers. */
class Model {
  readonly entries = new Map<number, Entry>();
  readonly cells: number;
  readonly isLru: boolean;
  constructor(type: MapType) {
    this.cells = type.includes("percpu") ? NCPUS : 1;
    this.isLru = type.startsWith("lru");
  }

  update(op: Extract<Op, { kind: "update" }>): number {
    const found = this.entries.get(op.key);
    if (found !== undefined && op.flags === 1) return -17;
    if (found === undefined && op.flags === 2) return -2;
    if (found === undefined && this.entries.size === MAX_ENTRIES) {
      if (!this.isLru) return -7;
      this.evict();
    }
    const entry = found ?? { cells: Array<number>(this.cells).fill(0), referenced: false };
    if (found !== undefined) entry.referenced = true;
    if (op.user) entry.cells = entry.cells.map((_, i) => op.value + i);
    else entry.cells[this.cells === 1 ? 0 : op.cpu] = op.value;
    this.entries.set(op.key, entry);
    return 0;
  }

  evict(): void {
    for (const [key, entry] of this.entries) {
      this.entries.delete(key);
      if (!entry.referenced) return;
      entry.referenced = false;
      this.entries.set(key, entry);
    }
  }
}

const types = ["hash", "percpu_hash", "lru_hash", "lru_percpu_hash"] as const;
const keySizes = [1, 3, 4, 5, 8, 12, 16, 31, 40, 1024];

test.each(types.flatMap((type) => keySizes.map((keySize) => [type, keySize] as const)))("%s with keys of %i bytes", (type, keySize) => {
  /** The number is at the end of the key, so that all of it has to be looked at. */
  const keyBytes = (n: number): Uint8Array => {
    const bytes = new Uint8Array(keySize);
    bytes[keySize - 1] = n;
    return bytes;
  };
  const valueSize = 5;
  const valueBytes = (n: number): Uint8Array => new Uint8Array(valueSize).fill(n);
  const userValue = (cells: readonly number[]): Uint8Array => {
    if (!type.includes("percpu")) return valueBytes(cells[0]!);
    const bytes = new Uint8Array(8 * NCPUS);
    cells.forEach((cell, i) => bytes.set(valueBytes(cell), i * 8));
    return bytes;
  };

  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (ops) => {
      const model = new Model(type);
      const { helper, handles, layouts, put, setCpu, bytes } = shared(type, keySize, valueSize);
      const map = handles[0]!;
      const { address } = layouts[0]!;
      map.clear();
      for (const op of ops) {
        switch (op.kind) {
          case "update": {
            setCpu(op.cpu);
            const expected = model.update(op);
            const cells = Array.from({ length: model.cells }, (_, i) => op.value + i);
            const result = op.user
              ? map.update(keyBytes(op.key), userValue(cells), BigInt(op.flags))
              : Number(helper("map_update_elem", address, put(keyBytes(op.key)), put(valueBytes(op.value), 1), op.flags));
            expect(result).toBe(expected);
            break;
          }
          case "lookup": {
            setCpu(op.cpu);
            const entry = model.entries.get(op.key);
            if (op.user) {
              expect(map.lookup(keyBytes(op.key))).toEqual(entry === undefined ? null : userValue(entry.cells));
              break;
            }
            const at = Number(helper("map_lookup_elem", address, put(keyBytes(op.key))));
            const cell = entry?.cells[model.cells === 1 ? 0 : op.cpu];
            expect(at === 0 ? null : bytes.slice(at, at + valueSize)).toEqual(cell === undefined ? null : valueBytes(cell));
            if (entry !== undefined) entry.referenced = true;
            break;
          }
          case "delete": {
            const expected = model.entries.delete(op.key) ? 0 : -2;
            const result = op.user ? map.delete(keyBytes(op.key)) : Number(helper("map_delete_elem", address, put(keyBytes(op.key))));
            expect(result).toBe(expected);
            break;
          }
          case "clear":
            model.entries.clear();
            map.clear();
            break;
        }
        expect(map.size()).toBe(model.entries.size);
      }
      const entries = [...map.entries()].map(({ key, value }) => [key.slice(), value.slice()]);
      expect(entries).toEqual([...model.entries].map(([n, { cells }]) => [keyBytes(n), userValue(cells)]));
      const keys: Uint8Array[] = [];
      for (let at = map.nextKey(null); at !== null; at = map.nextKey(at)) keys.push(at);
      expect(keys).toEqual(entries.map(([k]) => k));
    }),
    { numRuns: 60 },
  );
});

/** One instance for all runs of a property: they clear the map, which has to be as good as a new one. */
const runtimes = new Map<string, ReturnType<typeof bareRuntime>>();
function shared(type: MapType, keySize: number, valueSize: number): ReturnType<typeof bareRuntime> {
  const name = `${type} ${keySize}`;
  const known = runtimes.get(name);
  if (known !== undefined) return known;
  const made = bareRuntime([mapSpec(type, { keySize, valueSize, maxEntries: MAX_ENTRIES })], { ncpus: NCPUS });
  runtimes.set(name, made);
  return made;
}

test("a value of 5 bytes overwritten by a shorter history keeps no old padding", () => {
  const { handles } = bareRuntime([mapSpec("percpu_hash", { valueSize: 5 })], { ncpus: 2 });
  const map = handles[0]!;
  map.update(new Uint8Array(4), new Uint8Array(16).fill(0xff), 0n);
  expect([...map.entries()][0]!.value).toEqual(new Uint8Array(16).fill(0xff));
  expect(map.update(new Uint8Array(4), new Uint8Array(10), 0n)).toBe(-22);
});
