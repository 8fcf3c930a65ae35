import fc from "fast-check";
import { expect, test } from "vitest";
import type { Insn, InsnIndex } from "../../../src/bpf/isa/insn.ts";
import { buildCfg } from "../../../src/bpf/jit/flow/cfg.ts";
import { immediateDominators, isReducible } from "../../../src/bpf/jit/flow/dominators.ts";
import { insnsOf, load, run } from "./tiny-runtime.ts";

const reducible = (source: string): boolean => {
  const cfg = buildCfg(insnsOf(source), 0);
  return isReducible(cfg, immediateDominators(cfg));
};

test("a counting loop", () => {
  const source = "r0 = 0\nr1 = 10\nagain:\nr0 += r1\nr1 += -1\nif r1 != 0 goto again\nexit";
  expect(run(source).r0).toBe(55n);
  expect(reducible(source)).toBe(true);
});

test("a loop that begins at the first insn", () => {
  // r0 begins as 0 in WebAssembly; a verified program could not rely on it, but it makes the loop's header the entry.
  expect(run("r0 += 1\nif r0 < 5 goto -2\nexit").r0).toBe(5n);
});

test("a loop of one block that jumps to itself, and one that is left in the middle", () => {
  expect(run("r0 = 0\nagain:\nr0 += 3\nif r0 > 100 goto out\ngoto again\nout:\nexit").r0).toBe(102n);
});

test("nested loops with break and continue", () => {
  const source = `
    r0 = 0
    r1 = 0
    outer:
    r2 = 0
    inner:
    if r2 == 7 goto next
    r2 += 1
    r3 = r2
    r3 &= 1
    if r3 == 0 goto inner
    if r1 == 5 goto done
    r0 += r2
    goto inner
    next:
    r1 += 1
    if r1 < 10 goto outer
    done:
    exit`;
  let expected = 0;
  for (let i = 0; i < 5; i++) for (let k = 1; k <= 7; k += 2) expected += k;
  expect(run(source).r0).toBe(BigInt(expected));
});

test("a branch whose two ways are the same", () => {
  expect(run("r0 = 3\nif r0 == 3 goto +0\nexit").r0).toBe(3n);
});

test("code after a jump that nothing reaches is left out", () => {
  expect(run("r0 = 1\ngoto end\nr0 = 2\nend:\nexit").r0).toBe(1n);
});

test("branches into the middle of a branch's arms", () => {
  // Both arms share a tail, and one arm jumps over it.
  const source = (r: number): string => `
    r1 = ${r}
    r0 = 0
    if r1 == 0 goto a
    if r1 == 1 goto b
    r0 += 1
    goto tail
    a:
    r0 += 10
    b:
    r0 += 100
    if r1 == 1 goto end
    tail:
    r0 += 1000
    end:
    exit`;
  expect([0, 1, 2].map((r) => run(source(r)).r0)).toEqual([1110n, 100n, 1001n]);
});

test("a loop with two entries needs the dispatch loop", () => {
  const source = (start: number): string => `
    r1 = ${start}
    r0 = 0
    if r1 == 1 goto second
    first:
    r0 += 1
    if r0 > 20 goto out
    second:
    r0 += 10
    goto first
    out:
    exit`;
  expect(reducible(source(0))).toBe(false);
  expect([0, 1].map((start) => run(source(start)).r0)).toEqual([23n, 22n]);
});

test("20,000 nested ifs", () => {
  const depth = 20_000;
  const insns: Insn[] = [{ kind: "alu", op: "mov", wide: true, dst: 0, src: { imm: 0 } }];
  for (let i = 0; i < depth; i++) {
    insns.push({ kind: "alu", op: "add", wide: true, dst: 0, src: { imm: 1 } });
    // The last of them leaves: every one jumps to its own exit behind the program's middle.
    const target = (1 + 2 * depth + 1 + 2 * (depth - 1 - i)) as InsnIndex;
    insns.push({ kind: "branch", op: "eq", wide: true, dst: 0, src: { imm: i === 17 ? 18 : -1 }, target });
  }
  insns.push({ kind: "exit" });
  for (let i = depth - 1; i >= 0; i--) {
    insns.push({ kind: "alu", op: "mov", wide: true, dst: 0, src: { imm: i } });
    insns.push({ kind: "exit" });
  }
  expect(run(insns).r0).toBe(17n);
});

test("3,000 places where paths meet, around each other", () => {
  const depth = 3_000;
  const insns: Insn[] = [
    { kind: "alu", op: "mov", wide: true, dst: 0, src: { imm: 0 } },
    { kind: "load", size: 8, signed: false, dst: 1, base: 1, off: 0 },
  ];
  const first = insns.length + 2 * depth;
  // n branches to n places, each of which falls into the next: every place is a merge within the one before.
  for (let i = 0; i < depth; i++) {
    insns.push({ kind: "alu", op: "mov", wide: true, dst: 2, src: { reg: 1 } });
    insns.push({ kind: "branch", op: "eq", wide: true, dst: 2, src: { imm: i }, target: (first + (depth - 1 - i)) as InsnIndex });
  }
  for (let i = 0; i < depth; i++) insns.push({ kind: "alu", op: "add", wide: true, dst: 0, src: { imm: 1 } });
  insns.push({ kind: "exit" });
  const loaded = load([insns], { prepare: (memory) => memory.setBigUint64(0x8000, 41n, true) });
  expect(loaded.run(0, 0x8000)).toBe(42n);
});

/** Walks random graphs: block b adds b to a hash and branches on its bits, and a fuel counter ends the walk. */
const BLOCK = 6;
function randomGraph(edges: readonly (readonly [number, number])[]): Insn[] {
  const start = (block: number): InsnIndex => (2 + (block % edges.length) * BLOCK) as InsnIndex;
  const exit = (2 + edges.length * BLOCK) as InsnIndex;
  return [
    { kind: "alu", op: "mov", wide: true, dst: 0, src: { imm: 1 } },
    { kind: "alu", op: "mov", wide: true, dst: 2, src: { imm: 60 } },
    ...edges.flatMap(([a, b], block): Insn[] => [
      { kind: "alu", op: "sub", wide: true, dst: 2, src: { imm: 1 } },
      { kind: "branch", op: "eq", wide: true, dst: 2, src: { imm: 0 }, target: exit },
      { kind: "alu", op: "mul", wide: true, dst: 0, src: { imm: 31 } },
      { kind: "alu", op: "add", wide: true, dst: 0, src: { imm: block } },
      { kind: "branch", op: "set", wide: true, dst: 0, src: { imm: 4 }, target: start(a) },
      { kind: "jump", target: start(b) },
    ]),
    { kind: "exit" },
  ];
}
function walk(edges: readonly (readonly [number, number])[]): bigint {
  let r0 = 1n;
  let block = 0;
  for (let fuel = 59; fuel > 0; fuel--) {
    r0 = BigInt.asUintN(64, r0 * 31n + BigInt(block));
    block = edges[block]![(r0 & 4n) === 4n ? 0 : 1] % edges.length;
  }
  return r0;
}
test("random graphs, reducible and not, take the way that a walk of the graph takes", () => {
  const seen = { reducible: 0, irreducible: 0 };
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { minLength: 1, maxLength: 10 }), (edges) => {
      const insns = randomGraph(edges);
      const cfg = buildCfg(insns, 0);
      seen[isReducible(cfg, immediateDominators(cfg)) ? "reducible" : "irreducible"]++;
      expect(run(insns).r0).toBe(walk(edges));
    }),
    { numRuns: 300, seed: 7 },
  );
  expect(Math.min(seen.reducible, seen.irreducible)).toBeGreaterThan(20);
});
