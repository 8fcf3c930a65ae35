import { expect, test } from "vitest";
import {
  type Range,
  crossDeduce,
  isEmpty,
  rangeAdd,
  rangeArsh,
  rangeBitwise,
  rangeLsh,
  rangeMul,
  rangeOfTnum,
  rangeRsh,
  rangeSub,
} from "../../../src/bpf/verifier/range.ts";

const BITS = 3;
const unsigned = Array.from({ length: 8 }, (_, i) => BigInt(i));
const signed = unsigned.map((x) => x - 4n);
const has = (range: Range, x: bigint): boolean => {
  const s = BigInt.asIntN(BITS, x);
  return x >= range.umin && x <= range.umax && s >= range.smin && s <= range.smax;
};
const pairs = (list: readonly bigint[]): (readonly [bigint, bigint])[] =>
  list.flatMap((lo) => list.filter((hi) => hi >= lo).map((hi) => [lo, hi] as const));
/** Every combination of bounds of 3 bits that has a member. */
const ranges: Range[] = pairs(unsigned)
  .flatMap(([umin, umax]) => pairs(signed).map(([smin, smax]) => ({ umin, umax, smin, smax })))
  .filter((range) => unsigned.some((x) => has(range, x)));
const members = new Map(ranges.map((range) => [range, unsigned.filter((x) => has(range, x))]));
const wrap = (x: bigint): bigint => BigInt.asUintN(BITS, x);

test.each<[string, (a: Range, b: Range) => Range, (a: bigint, b: bigint) => bigint]>([
  ["add", (a, b) => rangeAdd(BITS, a, b), (a, b) => a + b],
  ["sub", (a, b) => rangeSub(BITS, a, b), (a, b) => a - b],
  ["mul", (a, b) => rangeMul(BITS, a, b), (a, b) => a * b],
  ["and", (a, b) => rangeBitwise(BITS, "and", a, b), (a, b) => a & b],
  ["or", (a, b) => rangeBitwise(BITS, "or", a, b), (a, b) => a | b],
  ["xor", (a, b) => rangeBitwise(BITS, "xor", a, b), (a, b) => a ^ b],
])("%s: the result contains every result of members", (_name, abstract, concrete) => {
  let wrong = 0;
  for (const a of ranges) {
    for (const b of ranges) {
      const result = abstract(a, b);
      for (const x of members.get(a)!) for (const y of members.get(b)!) if (!has(result, wrap(concrete(x, y)))) wrong++;
    }
  }
  expect(wrong).toBe(0);
});

test.each<[string, (a: Range, amount: bigint) => Range, (a: bigint, amount: bigint) => bigint]>([
  ["lsh", (a, amount) => rangeLsh(BITS, a, amount), (a, amount) => a << amount],
  ["rsh", (a, amount) => rangeRsh(BITS, a, amount), (a, amount) => a >> amount],
  ["arsh", (a, amount) => rangeArsh(BITS, a, amount), (a, amount) => BigInt.asIntN(BITS, a) >> amount],
])("%s: the result contains every result of members", (_name, abstract, concrete) => {
  for (const a of ranges) {
    for (const amount of [0n, 1n, 2n]) {
      const result = abstract(a, amount);
      for (const x of members.get(a)!) expect(has(result, wrap(concrete(x, amount)))).toBe(true);
    }
  }
});

test("deducing signed from unsigned bounds and back loses no member and never widens", () => {
  for (const range of ranges) {
    const deduced = crossDeduce(BITS, range);
    expect(isEmpty(deduced)).toBe(false);
    expect(unsigned.filter((x) => has(deduced, x))).toEqual(members.get(range));
  }
});

test("bounds of known bits are the exact ones", () => {
  for (const mask of unsigned) {
    for (const value of unsigned.filter((x) => (x & mask) === 0n)) {
      const inside = unsigned.filter((x) => (x & ~mask) === value);
      const asSigned = inside.map((x) => BigInt.asIntN(BITS, x)).sort((a, b) => (a < b ? -1 : 1));
      expect(rangeOfTnum(BITS, { value, mask })).toEqual({
        umin: inside[0],
        umax: inside.at(-1),
        smin: asSigned[0],
        smax: asSigned.at(-1),
      });
    }
  }
});
