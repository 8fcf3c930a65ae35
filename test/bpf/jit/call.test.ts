import { expect, test } from "vitest";
import { log2Insns } from "../../../src/bpf/isa/log2.ts";
import type { Insn, InsnIndex } from "../../../src/bpf/isa/insn.ts";
import { jitModule } from "../../../src/bpf/jit/jit.ts";
import { current, CURRENT_BLOCK, STACK_BASE } from "../../../src/bpf/memory.ts";
import { CTX, envOf, insnsOf, load, program, run, tinyRuntime, type RunOptions } from "./tiny-runtime.ts";

const currentBlock: RunOptions = {
  prepare: (memory) => {
    memory.setBigUint64(CURRENT_BLOCK + current.ts, 0xfedcba9876543210n, true);
    memory.setUint32(CURRENT_BLOCK + current.cpu, 0xfffffffe, true);
    memory.setUint32(CURRENT_BLOCK + current.tid, 4711, true);
  },
};

test("helpers get as many arguments as they take, in order", () => {
  const args = "r1 = 1\nr2 = 2\nr3 = 3\nr4 = 4\nr5 = 5";
  const results = [0, 1, 2, 3, 4, 5].map((count) => run(`${args}\ncall unknown#${1000 + count}\nexit`).r0);
  expect(results).toEqual([0n, 1n, 21n, 321n, 4321n, 54321n]);
});

test("a callee-saved register survives a helper", () => {
  expect(run("r6 = 7\nr1 = 1\ncall unknown#1001\nr0 += r6\nexit").r0).toBe(8n);
});

test("a helper that the runtime lacks is our bug", () => {
  expect(() => run("call unknown#77\nexit")).toThrow("no helper 77");
});

test("time and CPU come from the current block", () => {
  expect(run("call bpf_ktime_get_ns\nexit", currentBlock).r0).toBe(0xfedcba9876543210n);
  expect(run("call bpf_ktime_get_boot_ns\nexit", currentBlock).r0).toBe(0xfedcba9876543210n);
  expect(run("call bpf_get_smp_processor_id\nexit", currentBlock).r0).toBe(0xfffffffen);
});

/** The tiny runtime's helper 14 gives 0; the current block says 4711. */
const pidTgid: readonly (readonly [string, string, bigint])[] = [
  ["lower half by a 32-bit move", "w6 = w0\nr0 = r6", 4711n],
  ["lower half by shifts", "r0 <<= 32\nr0 >>= 32", 4711n],
  ["lower half by a mask", "r0 &= 0x7fffffff", 4711n],
  ["lower half stored", "*(u32 *)(r10 -4) = r0\nr0 = *(u32 *)(r10 -4)", 4711n],
  ["lower half tested, whichever way goes on", "if w0 == 0 goto end\nr0 = 4711\nexit\nend:\nr0 = 0", 4711n],
  ["lower half, used after a branch", "r1 = 1\nif r1 == 2 goto end\nw0 = w0\nexit\nend:\nr0 = 0", 4711n],
  ["all of it returned", "", 0n],
  ["upper half", "r0 >>= 32\nr1 = 5\nr0 += r1", 5n],
  ["upper half on one way only", "r1 = 1\nif r1 == 1 goto end\nr0 >>= 32\nexit\nend:\nw0 = w0", 0n],
  ["all of it stored", "*(u64 *)(r10 -8) = r0\nr0 = *(u32 *)(r10 -8)", 0n],
  ["all of it kept in another register", "r6 = r0\nw0 = w6\nr6 >>= 32\nr0 += r6", 0n],
];
test.each(pidTgid)("pid_tgid: %s", (_, uses, expected) => {
  expect(run(`call bpf_get_current_pid_tgid\n${uses}\nexit`, currentBlock).r0).toBe(expected);
});

test("subprograms have arguments, a result, their own frame and their own r6 to r9", () => {
  const { r0, memory } = run(`
    r6 = 100
    r1 = 1
    r2 = 2
    r3 = 3
    r4 = 4
    r5 = 5
    *(u64 *)(r10 -8) = 11
    call sub
    r0 += r6
    r1 = *(u64 *)(r10 -8)
    r0 += r1
    exit
    sub:
    r6 = r1
    r6 *= r2
    r6 *= r3
    r6 *= r4
    r6 *= r5
    *(u64 *)(r10 -8) = r6
    r1 = r10
    r1 += -8
    call subsub
    r1 = *(u64 *)(r10 -8)
    r0 += r1
    exit
    subsub:
    *(u64 *)(r10 -512) = 99
    r0 = *(u64 *)(r1 +0)
    *(u64 *)(r1 +0) = 7
    exit`);
  expect(r0).toBe(100n + 11n + 120n + 7n);
  expect(memory.getBigUint64(STACK_BASE + 504, true)).toBe(11n);
  expect(memory.getBigUint64(STACK_BASE + 1016, true)).toBe(7n);
  expect(memory.getBigUint64(STACK_BASE + 1024, true)).toBe(99n);
});

const withLog2 = (call: Insn[]): Insn[] => {
  const at = call.length + 2;
  return [...call, { kind: "call_local", target: at as InsnIndex }, { kind: "exit" }, ...log2Insns];
};
test("log2 becomes one clz, and is right everywhere", () => {
  for (const value of [0n, 1n, 2n, 3n, 4n, 255n, 256n, (1n << 32n) - 1n, 1n << 32n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n]) {
    const insns = withLog2([{ kind: "lddw", dst: 1, value: { kind: "imm64", value } }]);
    const expected = value === 0n ? 0n : BigInt(value.toString(2).length - 1);
    expect(run(insns).r0, `log2(${value})`).toBe(expected);
    // The same code with a difference that changes nothing goes the long way.
    const other = insns.map((insn, i): Insn =>
      i === insns.length - 2 ? { kind: "alu", op: "xor", wide: true, dst: 0, src: { reg: 1 } } : insn,
    );
    expect(run(other).r0, `log2(${value}), compiled`).toBe(expected);
  }
  const compiled = (insns: Insn[]): number => load([insns]).bytes.length;
  const insns = withLog2([{ kind: "alu", op: "mov", wide: true, dst: 1, src: { imm: 5 } }]);
  const long = insns.map((insn, i): Insn => (i === 3 ? { kind: "alu", op: "xor", wide: true, dst: 0, src: { reg: 0 } } : insn));
  expect(compiled(insns) + 100).toBeLessThan(compiled(long));
});

/** The callback adds its index to the cell that its context points to, and stops after the index in r7. */
const loop = (count: string, stopAt: number, flags = 0): string => `
  *(u64 *)(r10 -8) = 0
  r1 = ${count}
  r2 = &each
  r3 = r10
  r3 += -8
  r4 = ${flags}
  call bpf_loop
  r1 = *(u64 *)(r10 -8)
  *(u64 *)(r10 -16) = r1
  exit
  each:
  r3 = *(u64 *)(r2 +0)
  r3 += r1
  *(u64 *)(r2 +0) = r3
  *(u64 *)(r10 -8) = -1
  r0 = 0
  if r1 != ${stopAt} goto end
  r0 = 1
  end:
  exit`;
const loops: readonly (readonly [string, string, number, number, bigint, bigint])[] = [
  ["to its end", "10", -1, 0, 10n, 45n],
  ["not once", "0", -1, 0, 0n, 0n],
  ["until the callback says so", "10", 3, 0, 4n, 6n],
  ["with a 32-bit count", "0x700000003 ll", -1, 0, 3n, 3n],
  ["too often", "8388609", -1, 0, -7n, 0n],
  ["with flags", "10", -1, 1, -22n, 0n],
];
test.each(loops)("bpf_loop %s", (_, count, stopAt, flags, r0, sum) => {
  const { r0: result, memory } = run(loop(count, stopAt, flags));
  expect(result).toBe(BigInt.asUintN(64, r0));
  expect(memory.getBigUint64(STACK_BASE + 496, true)).toBe(sum);
});

test("bpf_loop within a callback of bpf_loop", () => {
  const source = `
    *(u64 *)(r10 -8) = 0
    r1 = 5
    r2 = &outer
    r3 = r10
    r3 += -8
    r4 = 0
    call bpf_loop
    r0 = *(u64 *)(r10 -8)
    exit
    outer:
    r3 = r2
    r2 = &inner
    r1 += 1
    r4 = 0
    call bpf_loop
    r0 = 0
    exit
    inner:
    r3 = *(u64 *)(r2 +0)
    r3 += 1
    *(u64 *)(r2 +0) = r3
    r0 = 0
    exit`;
  expect(run(source).r0).toBe(15n);
});

test("a callback that only the run knows is called through the table", () => {
  const source = (which: number): string => `
    r6 = *(u64 *)(r1 +0)
    r2 = &ones
    if r6 == 0 goto go
    r2 = &tens
    go:
    *(u64 *)(r10 -8) = 0
    r1 = 3
    r3 = r10
    r3 += -8
    r4 = 0
    call bpf_loop
    r0 = *(u64 *)(r10 -8)
    exit
    ones:
    r3 = *(u64 *)(r2 +0)
    r3 += 1
    *(u64 *)(r2 +0) = r3
    r0 = 0
    exit
    tens:
    r3 = *(u64 *)(r2 +0)
    r3 += ${which}
    *(u64 *)(r2 +0) = r3
    r0 = 0
    exit`;
  const of = (cell: bigint): bigint => run(source(10), { prepare: (memory) => memory.setBigUint64(CTX, cell, true) }).r0;
  expect([of(0n), of(1n)]).toEqual([3n, 30n]);
});

test("programs stand in the table in their order, behind what the runtime has there", () => {
  const sources = ["r0 = 10\nexit", "call sub\nr0 += 1\nexit\nsub:\nr0 = 20\nexit", "r0 = r1\nexit"];
  const { run: call, tableBase, table } = load(sources.map(insnsOf));
  expect(tableBase).toBe(3);
  expect(table.length).toBe(6);
  expect([0, 1, 2].map((index) => call(index, 77))).toEqual([10n, 21n, 77n]);
});

test("no programs at all", () => {
  expect(WebAssembly.validate(jitModule(tinyRuntime(), [], envOf([])).bytes)).toBe(true);
});

test("the same programs give the same bytes", () => {
  const of = (): Uint8Array => jitModule(tinyRuntime(), [program(insnsOf(loop("10", -1)))], envOf([])).bytes;
  expect(of()).toEqual(of());
});
