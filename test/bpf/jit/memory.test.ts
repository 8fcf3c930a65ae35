import { expect, test } from "vitest";
import { STACK_BASE } from "../../../src/bpf/memory.ts";
import { CTX, run, type RunOptions } from "./tiny-runtime.ts";

const bytes: RunOptions = {
  prepare: (memory) => {
    for (let i = 0; i < 32; i++) memory.setUint8(CTX + i, 0xf0 + i);
  },
};
const rows: readonly (readonly [string, string, bigint])[] = [
  ["u8", "r0 = *(u8 *)(r1 +1)", 0xf1n],
  ["u16", "r0 = *(u16 *)(r1 +1)", 0xf2f1n],
  ["u32", "r0 = *(u32 *)(r1 +1)", 0xf4f3f2f1n],
  ["u64", "r0 = *(u64 *)(r1 +1)", 0xf8f7f6f5f4f3f2f1n],
  ["s8", "r0 = *(s8 *)(r1 +1)", 0xfffffffffffffff1n],
  ["s16", "r0 = *(s16 *)(r1 +1)", 0xfffffffffffff2f1n],
  ["s32", "r0 = *(s32 *)(r1 +1)", 0xfffffffff4f3f2f1n],
  ["negative offset", "r1 += 9\nr0 = *(u8 *)(r1 -8)", 0xf1n],
  [
    "negative offset of a base that only the run knows",
    "r2 = r10\nr2 += -8\n*(u64 *)(r2 +0) = r1\nr3 = *(u64 *)(r2 +0)\nr3 += 9\nr0 = *(u8 *)(r3 -8)",
    0xf1n,
  ],
  [
    "base below address 0",
    "*(u64 *)(r10 -16) = r10\n*(u64 *)(r10 -8) = 9\nr2 = *(u64 *)(r10 -16)\nr2 += -3000\nr0 = *(u64 *)(r2 +2992)",
    9n,
  ],
  ["known base below the frame", "r2 = r10\nr2 += -3000\n*(u64 *)(r2 +2992) = 9\nr0 = *(u64 *)(r10 -8)", 9n],
  ["base moved down and up again", "r1 += -32767\nr1 += -2\nr0 = *(u8 *)(r1 +32767)\nr1 += 32769\nr0 = *(u8 *)(r1 +3)", 0xf3n],
  ["stack", "*(u64 *)(r10 -8) = 7\nr0 = *(u64 *)(r10 -8)", 7n],
  ["stack through a copy of r10", "r2 = r10\nr2 += -16\n*(u64 *)(r2 +8) = -3\nr0 = *(u64 *)(r10 -8)", 0xfffffffffffffffdn],
  ["store of an immediate is truncated", "*(u64 *)(r10 -8) = 0\n*(u16 *)(r10 -8) = -1\nr0 = *(u64 *)(r10 -8)", 0xffffn],
  [
    "store of a register is truncated",
    "r2 = 0x1122334455667788 ll\n*(u64 *)(r10 -8) = 0\n*(u32 *)(r10 -8) = r2\n*(u8 *)(r10 -4) = r2\nr0 = *(u64 *)(r10 -8)",
    0x8855667788n,
  ],
  ["r10 stored and loaded", "*(u64 *)(r10 -8) = r10\nr2 = *(u64 *)(r10 -8)\n*(u64 *)(r10 -16) = 9\nr0 = *(u64 *)(r2 -16)", 9n],
  ["load into the base itself", "r1 = *(u8 *)(r1 +2)\nr0 = r1", 0xf2n],
];

test.each(rows)("%s", (_, source, expected) => {
  expect(run(`${source}\nexit`, bytes).r0).toBe(expected);
});

test("the main program's frame is frame 0", () => {
  expect(run("*(u32 *)(r10 -512) = 77\nr0 = 0\nexit").memory.getUint32(STACK_BASE, true)).toBe(77);
});

/** The cell holds 0x1111111122222222, r2 0x00000005_00000003, r0 the expected value for cmpxchg. */
const atomics: readonly (readonly [string, string, { cell: bigint; r2?: bigint; r0?: bigint }])[] = [
  ["add", "lock *(u64 *)(r10 -8) += r2", { cell: 0x1111111622222225n, r2: 0x500000003n }],
  ["add of 32 bits", "lock *(u32 *)(r10 -8) += r2", { cell: 0x1111111122222225n }],
  ["or", "lock *(u64 *)(r10 -8) |= r2", { cell: 0x1111111522222223n }],
  ["and", "lock *(u64 *)(r10 -8) &= r2", { cell: 0x100000002n }],
  ["and of 32 bits", "lock *(u32 *)(r10 -8) &= r2", { cell: 0x1111111100000002n }],
  ["xor", "lock *(u64 *)(r10 -8) ^= r2", { cell: 0x1111111422222221n }],
  ["fetch add", "r2 = atomic64_fetch_add((u64 *)(r10 -8), r2)", { cell: 0x1111111622222225n, r2: 0x1111111122222222n }],
  ["fetch add of 32 bits zero-extends", "r2 = atomic_fetch_add((u32 *)(r10 -8), r2)", { cell: 0x1111111122222225n, r2: 0x22222222n }],
  ["fetch or", "r2 = atomic64_fetch_or((u64 *)(r10 -8), r2)", { cell: 0x1111111522222223n, r2: 0x1111111122222222n }],
  ["fetch and of 32 bits", "r2 = atomic_fetch_and((u32 *)(r10 -8), r2)", { cell: 0x1111111100000002n, r2: 0x22222222n }],
  ["fetch xor", "r2 = atomic64_fetch_xor((u64 *)(r10 -8), r2)", { cell: 0x1111111422222221n, r2: 0x1111111122222222n }],
  ["xchg", "r2 = atomic64_xchg((u64 *)(r10 -8), r2)", { cell: 0x500000003n, r2: 0x1111111122222222n }],
  ["xchg of 32 bits", "r2 = atomic_xchg((u32 *)(r10 -8), r2)", { cell: 0x1111111100000003n, r2: 0x22222222n }],
  [
    "cmpxchg that does not match",
    "r0 = atomic64_cmpxchg((u64 *)(r10 -8), r0, r2)",
    { cell: 0x1111111122222222n, r2: 0x500000003n, r0: 0x1111111122222222n },
  ],
  ["cmpxchg that matches", "r0 = r3\nr0 = atomic64_cmpxchg((u64 *)(r10 -8), r0, r2)", { cell: 0x500000003n, r0: 0x1111111122222222n }],
  [
    "cmpxchg of 32 bits compares the lower half and zero-extends",
    "r0 = 0x9999999922222222 ll\nr0 = atomic_cmpxchg((u32 *)(r10 -8), r0, r2)",
    { cell: 0x1111111100000003n, r0: 0x22222222n },
  ],
];

test.each(atomics)("atomic %s", (_, insn, expected) => {
  const { r0, memory } = run(
    `r3 = 0x1111111122222222 ll\n*(u64 *)(r10 -8) = r3\nr2 = 0x500000003 ll\nr0 = 4\n${insn}\n*(u64 *)(r10 -16) = r2\nexit`,
  );
  expect(memory.getBigUint64(STACK_BASE + 504, true)).toBe(expected.cell);
  if (expected.r2 !== undefined) expect(memory.getBigUint64(STACK_BASE + 496, true)).toBe(expected.r2);
  if (expected.r0 !== undefined) expect(r0).toBe(expected.r0);
});
