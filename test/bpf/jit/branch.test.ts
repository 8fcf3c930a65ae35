import { expect, test } from "vitest";
import { run } from "./tiny-runtime.ts";

/** Comparison, left, right: taken with 64 bits, with 32 bits. */
const rows: readonly (readonly [string, string, string, boolean, boolean])[] = [
  ["==", "0x100000001", "0x1", false, true],
  ["==", "0x1", "0x1", true, true],
  ["!=", "0x100000001", "0x1", true, false],
  ["!=", "0x1", "0x1", false, false],
  [">", "0xffffffffffffffff", "0x1", true, true],
  [">", "0x100000000", "0x1", true, false],
  [">=", "0x1", "0x1", true, true],
  [">=", "0x100000000", "0x1", true, false],
  ["<", "0x100000000", "0x1", false, true],
  ["<", "0x1", "0xffffffffffffffff", true, true],
  ["<=", "0x1", "0x1", true, true],
  ["<=", "0x2", "0x1", false, false],
  ["s>", "0xffffffffffffffff", "0x1", false, false],
  ["s>", "0x80000000", "0x1", true, false],
  ["s>=", "0x80000000", "0x80000000", true, true],
  ["s>=", "0x80000000", "0x1", true, false],
  ["s<", "0x80000000", "0x1", false, true],
  ["s<", "0xffffffffffffffff", "0x0", true, true],
  ["s<=", "0x80000000", "0x1", false, true],
  ["s<=", "0x7", "0x7", true, true],
  ["&", "0x100000002", "0x100000001", true, false],
  ["&", "0x6", "0x2", true, true],
  ["&", "0x4", "0x2", false, false],
];

test.each(rows)("%s of %s and %s", (op, left, right, wide, narrow) => {
  for (const [reg, taken] of [
    ["r", wide],
    ["w", narrow],
  ] as const) {
    // Both ways round, so that the inverted condition is used, too.
    const there = `r1 = ${left} ll\nr2 = ${right} ll\nr0 = 1\nif ${reg}1 ${op} ${reg}2 goto end\nr0 = 0\nend:\nexit`;
    const back = `r1 = ${left} ll\nr2 = ${right} ll\nr0 = 1\nif ${reg}1 ${op} ${reg}2 goto yes\ngoto no\nyes:\nexit\nno:\nr0 = 0\nexit`;
    // Not known before the program runs.
    const loaded = `*(u64 *)(r10 -8) = r1\nr3 = ${left} ll\n*(u64 *)(r10 -8) = r3\nr3 = *(u64 *)(r10 -8)\nr2 = ${right} ll
      r0 = 0\nif ${reg}3 ${op} ${reg}2 goto yes\nend:\nexit\nyes:\nr0 = 1\ngoto end`;
    for (const source of [there, back, loaded]) expect(run(source).r0, source).toBe(taken ? 1n : 0n);
  }
});

const immediates: readonly (readonly [string, bigint])[] = [
  ["if r1 == -1 goto yes", 1n],
  ["if r1 > -2 goto yes", 1n], // sign-extended, then compared as unsigned
  ["if w1 == -1 goto yes", 1n],
  ["if r1 s< 0 goto yes", 1n],
  ["if r1 == 0 goto yes", 0n],
  ["if w1 == 0 goto yes", 0n],
  ["if r1 != 0 goto yes", 1n],
  ["if r1 & -2147483648 goto yes", 1n],
  ["if w1 & 1 goto yes", 1n],
];
test.each(immediates)("r1 = -1: %s", (branch, expected) => {
  expect(run(`r1 = -1\nr0 = 0\n${branch}\nexit\nyes:\nr0 = 1\nexit`).r0).toBe(expected);
});
