import { expect, test } from "vitest";
import {
  type Tnum,
  tnumAdd,
  tnumAnd,
  tnumArsh,
  tnumContains,
  tnumIntersect,
  tnumLsh,
  tnumMul,
  tnumOr,
  tnumRange,
  tnumRsh,
  tnumSub,
  tnumXor,
} from "../../../src/bpf/verifier/tnum.ts";

const BITS = 4;
const SIZE = 1n << BigInt(BITS);
const numbers = Array.from({ length: Number(SIZE) }, (_, i) => BigInt(i));
/** All 3^4 tnums of 4 bits. */
const tnums: Tnum[] = numbers.flatMap((mask) => numbers.filter((value) => (value & mask) === 0n).map((value) => ({ value, mask })));
const has = (tnum: Tnum, number: bigint): boolean => (number & ~tnum.mask) === tnum.value;
const members = new Map(tnums.map((tnum) => [tnum, numbers.filter((number) => has(tnum, number))]));
const wrap = (number: bigint): bigint => BigInt.asUintN(BITS, number);

test.each<[string, (a: Tnum, b: Tnum) => Tnum, (a: bigint, b: bigint) => bigint]>([
  ["add", (a, b) => tnumAdd(BITS, a, b), (a, b) => a + b],
  ["sub", (a, b) => tnumSub(BITS, a, b), (a, b) => a - b],
  ["mul", (a, b) => tnumMul(BITS, a, b), (a, b) => a * b],
  ["and", tnumAnd, (a, b) => a & b],
  ["or", tnumOr, (a, b) => a | b],
  ["xor", tnumXor, (a, b) => a ^ b],
])("%s: the result contains every result of members", (_name, abstract, concrete) => {
  for (const a of tnums) {
    for (const b of tnums) {
      const result = abstract(a, b);
      expect(result.value & result.mask).toBe(0n);
      for (const x of members.get(a)!) {
        for (const y of members.get(b)!)
          if (!has(result, wrap(concrete(x, y)))) expect.fail(JSON.stringify({ x: String(x), y: String(y) }));
      }
    }
  }
});

test.each<[string, (a: Tnum, amount: bigint) => Tnum, (a: bigint, amount: bigint) => bigint]>([
  ["lsh", (a, amount) => tnumLsh(BITS, a, amount), (a, amount) => a << amount],
  ["rsh", tnumRsh, (a, amount) => a >> amount],
  ["arsh", (a, amount) => tnumArsh(BITS, a, amount), (a, amount) => BigInt.asIntN(BITS, a) >> amount],
])("%s: the members of the result are the results of members", (_name, abstract, concrete) => {
  for (const a of tnums) {
    for (const amount of numbers.slice(0, BITS)) {
      const result = abstract(a, amount);
      for (const x of members.get(a)!) expect(has(result, wrap(concrete(x, amount)))).toBe(true);
    }
  }
});

test("range contains its numbers", () => {
  for (const lo of numbers) {
    for (const hi of numbers.filter((number) => number >= lo)) {
      const range = tnumRange(BITS, lo, hi);
      for (const x of numbers.filter((number) => number >= lo && number <= hi)) expect(has(range, x)).toBe(true);
    }
  }
});

test("intersection keeps the common members, containment is inclusion", () => {
  for (const a of tnums) {
    for (const b of tnums) {
      const common = members.get(a)!.filter((x) => has(b, x));
      const both = tnumIntersect(a, b);
      for (const x of common) expect(has(both, x)).toBe(true);
      expect(tnumContains(a, b)).toBe(members.get(b)!.every((x) => has(a, x)));
    }
  }
});
