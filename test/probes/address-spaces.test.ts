/** What addresses of processes meant at each time. */
import { expect, test } from "vitest";
import { addressSpaces, MOST_CHANGES, type OwnMapping } from "../../probes/symbols/address-spaces.ts";
import { limits } from "../../src/bpf/runtime/layout.ts";

const at = (pid: number, ns: bigint, path: string, [start, end]: readonly [bigint, bigint], fileOffset = 0n): OwnMapping => ({
  ...{ pid, ns, path, start, end, fileOffset },
});
const change = (pid: number, ns: bigint, how: Pick<OwnMapping, "copiedFrom" | "execs">): OwnMapping => ({
  ...at(pid, ns, "", [0n, 0n]),
  ...how,
});

const LOW = [0x1000n, 0x3000n] as const;
const HIGH = [0x8000n, 0x9000n] as const;

test("what is mapped elsewhere, and the same once more, changes the meaning of nothing", () => {
  const spaces = addressSpaces(() => [at(1, 0n, "/a", LOW), at(1, 5n, "/b", HIGH), at(1, 6n, "/a", [0x2000n, 0x4000n], 0x1000n)]);
  expect(spaces.changes()).toEqual([]);
  expect([0x1000n, 0x2fffn, 0x3fffn, 0x4000n, 0x8000n].map((address) => spaces.mappingOf(1, address, 0)?.path)).toEqual([
    ...["/a", "/a", "/a", undefined, "/b"],
  ]);
  expect(spaces.mappingOf(2, 0x1000n, 0)).toBeNull();
});

test("what takes a place takes no more than it covers", () => {
  const spaces = addressSpaces(() => [at(1, 0n, "/a", LOW), at(1, 5n, "/b", [0x1800n, 0x2000n])]);
  expect(spaces.changes()).toEqual([{ pid: 1, space: 1, ns: 5n }]);
  const paths = (space: number): unknown[] =>
    [0x17ffn, 0x1800n, 0x1fffn, 0x2000n].map((address) => spaces.mappingOf(1, address, space)?.path);
  expect(paths(0)).toEqual(["/a", "/a", "/a", "/a"]);
  expect(paths(1)).toEqual(["/a", "/b", "/b", "/a"]);
});

test("a child has what its parent had when it was born, and nothing of it behind an exec", () => {
  const spaces = addressSpaces(() => [
    at(1, 0n, "/a", LOW),
    change(2, 3n, { copiedFrom: 1 }),
    at(1, 4n, "/late", HIGH),
    at(2, 5n, "/own", [0xa000n, 0xb000n]),
    change(2, 7n, { execs: true }),
    at(2, 8n, "/b", LOW),
  ]);
  expect(spaces.changes()).toEqual([{ pid: 2, space: 1, ns: 7n }]);
  expect([LOW[0], HIGH[0], 0xa000n].map((address) => spaces.mappingOf(2, address, 0)?.path)).toEqual(["/a", undefined, "/own"]);
  expect([LOW[0], HIGH[0], 0xa000n].map((address) => spaces.mappingOf(2, address, 1)?.path)).toEqual(["/b", undefined, undefined]);
  expect([LOW[0], HIGH[0], 0xa000n].map((address) => spaces.mappingOf(1, address, 0)?.path)).toEqual(["/a", "/late", undefined]);
});

test("what is told bit by bit, or out of order, is what is told at once", () => {
  const all = [
    at(1, 0n, "/a", LOW),
    change(2, 2n, { copiedFrom: 1 }),
    at(1, 4n, "/b", LOW),
    at(2, 6n, "/c", LOW),
    change(1, 8n, { execs: true }),
  ];
  const whole = addressSpaces(() => all);
  const growing: OwnMapping[] = [];
  const bits = addressSpaces(() => growing);
  for (const one of all) {
    growing.push(one);
    const before = bits.changes();
    expect(bits.changes()).toBe(before);
  }
  expect(bits.changes()).toEqual(whole.changes());
  expect(whole.changes()).toHaveLength(3);
  let mixed = [all[3]!, all[4]!];
  const late = addressSpaces(() => mixed);
  late.changes();
  mixed = [...all.slice(0, 3), ...mixed];
  expect(late.changes()).toEqual(whole.changes());
  expect(late.mappingOf(2, 0x1000n, 0)?.path).toBe("/a");
});

test("programs have room for as many changes as are told apart", () => {
  expect(MOST_CHANGES).toBe(limits.spaceChanges);
});

const execs = (pids: number, each: number): OwnMapping[] =>
  Array.from({ length: pids * each }, (_, i) => change(1 + (i % pids), BigInt(i), { execs: true }));

test("changes beyond what can be told apart are counted, and what is mapped last is there from the last one on", () => {
  // The first that is told of a process is none.
  const some = addressSpaces(() => execs(8, 32_769));
  expect(some.changes()).toHaveLength(MOST_CHANGES);
  expect(some.leftOut()).toBe(0);
  const many = addressSpaces(() => [...execs(8, 32_769), change(1, 300_000n, { execs: true }), at(1, 300_001n, "/late", LOW)]);
  expect(many.changes()).toHaveLength(MOST_CHANGES);
  expect(many.leftOut()).toBe(1);
  expect(many.mappingOf(1, LOW[0], 32_768)?.path).toBe("/late");
  expect(many.mappingOf(1, LOW[0], 32_767)).toBeNull();
});

test("numbers of one process beyond 16 bits, and copies beyond their limit, are counted too", () => {
  const one = addressSpaces(() => execs(1, 65_540));
  expect([one.changes().length, one.leftOut()]).toEqual([65_535, 4]);
  const pages = Array.from({ length: 4096 }, (_, i) => at(1, 0n, "/a", [BigInt(i) << 12n, BigInt(i + 1) << 12n]));
  const replaced = Array.from({ length: 1026 }, (_, i) => at(1, BigInt(1 + i), `/b${i}`, [0n, 0x1000n]));
  const copied = addressSpaces(() => [...pages, ...replaced]);
  expect([copied.changes().length, copied.leftOut()]).toEqual([1024, 2]);
  expect(copied.mappingOf(1, 0n, 1024)?.path).toBe("/b1025");
});
