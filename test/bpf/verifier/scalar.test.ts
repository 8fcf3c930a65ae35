import fc from "fast-check";
import { expect, test } from "vitest";
import { computeAlu, isTaken, negate, signExtend } from "../../../src/bpf/interp/alu.ts";
import { decide, refine } from "../../../src/bpf/verifier/branch.ts";
import {
  type Scalar,
  aluScalar,
  constScalar,
  isContradiction,
  scalarContains,
  signExtendScalar,
  signedScalar,
  sync,
  truncateScalar,
  unknownScalar,
  unsignedScalar,
  zeroExtendLow,
  zeroScalar,
} from "../../../src/bpf/verifier/scalar.ts";
import { aluOps, jmpOps } from "../../support/insn-arbitrary.ts";

const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);
/** Numbers near where things go wrong: powers of two, their neighbours and negations. */
const edge = fc.tuple(fc.nat(64), fc.integer({ min: -2, max: 2 }), fc.boolean()).map(([bit, step, minus]) => {
  const x = (1n << BigInt(bit)) + BigInt(step);
  return u64(minus ? -x : x);
});
const number = fc.oneof(edge, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 100n }));

function has(scalar: Scalar, x: bigint): boolean {
  return scalarContains(scalar, constScalar(x));
}

/** A number and a scalar that contains it: what is known comes from bounds and bits around the number. */
const known: fc.Arbitrary<{ readonly x: bigint; readonly scalar: Scalar }> = fc
  .record({ x: number, other: number, mask: number, facts: fc.integer({ min: 0, max: 63 }) })
  .map(({ x, other, mask, facts }) => {
    const order = (a: bigint, b: bigint): readonly [bigint, bigint] => (a < b ? [a, b] : [b, a]);
    const low = BigInt.asUintN(32, x);
    const lowOther = BigInt.asUintN(32, other);
    let scalar = unknownScalar;
    const both = (fact: Scalar): void => {
      scalar = sync({
        tnum: {
          value: (scalar.tnum.value | fact.tnum.value) & ~(scalar.tnum.mask & fact.tnum.mask),
          mask: scalar.tnum.mask & fact.tnum.mask,
        },
        wide: meet(scalar.wide, fact.wide),
        low: meet(scalar.low, fact.low),
      });
    };
    if (facts & 1) both(unsignedScalar(...order(x, other)));
    if (facts & 2) both(signedScalar(...order(BigInt.asIntN(64, x), BigInt.asIntN(64, other))));
    if (facts & 4) both({ ...unknownScalar, tnum: { value: x & ~mask, mask } });
    const [lo, hi] = order(low, lowOther);
    if (facts & 8) both({ ...unknownScalar, low: { ...unknownScalar.low, umin: lo, umax: hi } });
    const [slo, shi] = order(BigInt.asIntN(32, x), BigInt.asIntN(32, other));
    if (facts & 16) both({ ...unknownScalar, low: { ...unknownScalar.low, smin: slo, smax: shi } });
    return { x, scalar: facts === 63 ? constScalar(x) : scalar };
  });

function meet(a: Scalar["wide"], b: Scalar["wide"]): Scalar["wide"] {
  const max = (x: bigint, y: bigint): bigint => (x > y ? x : y);
  const min = (x: bigint, y: bigint): bigint => (x < y ? x : y);
  return { umin: max(a.umin, b.umin), umax: min(a.umax, b.umax), smin: max(a.smin, b.smin), smax: min(a.smax, b.smax) };
}

const runs = { numRuns: 1500 };

test("what is known of a number is true of it, however it is put together", () => {
  fc.assert(
    fc.property(known, ({ x, scalar }) => has(scalar, x) && !isContradiction(scalar)),
    runs,
  );
});

test.each(aluOps.filter((op) => op !== "mov"))("%s: what is known of the result is true of it", (op) => {
  fc.assert(
    fc.property(known, known, fc.boolean(), fc.boolean(), (a, b, wide, small) => {
      // Shifts only know something about amounts below the width.
      const right = small ? { x: b.x & 31n, scalar: constScalar(b.x & 31n) } : b;
      return has(aluScalar(op, wide, a.scalar, right.scalar), computeAlu(op, wide ? 64 : 32, a.x, right.x));
    }),
    runs,
  );
});

test("neg, movsx, truncation", () => {
  fc.assert(
    fc.property(known, fc.boolean(), fc.constantFrom(8, 16, 32), ({ x, scalar }, wide, bits) => {
      expect(has(aluScalar("sub", wide, zeroScalar, scalar), negate(wide ? 64 : 32, x))).toBe(true);
      expect(has(signExtendScalar(scalar, bits, wide), signExtend(bits, wide ? 64 : 32, x))).toBe(true);
      expect(has(truncateScalar(scalar, (bits / 8) as 1 | 2 | 4), BigInt.asUintN(bits, x))).toBe(true);
      expect(has(zeroExtendLow(scalar), BigInt.asUintN(32, x))).toBe(true);
    }),
    runs,
  );
});

test.each(jmpOps)("%s: a decided jump goes that way, and each way is true of the numbers that take it", (op) => {
  fc.assert(
    fc.property(known, known, fc.boolean(), (a, b, wide) => {
      const taken = isTaken(op, wide ? 64 : 32, a.x, b.x);
      const decided = decide(op, wide, a.scalar, b.scalar);
      if (decided !== null) expect(decided).toBe(taken);
      const opposite = {
        eq: "ne",
        ne: "eq",
        gt: "le",
        ge: "lt",
        lt: "ge",
        le: "gt",
        sgt: "sle",
        sge: "slt",
        slt: "sge",
        sle: "sgt",
      } as const;
      const outcome = taken ? op : op === "set" ? "clear" : opposite[op];
      const [left, right] = refine(outcome, wide, a.scalar, b.scalar);
      expect(has(left, a.x)).toBe(true);
      expect(has(right, b.x)).toBe(true);
    }),
    runs,
  );
});

test.each<[string, Scalar, Scalar]>([
  ["a mask bounds", aluScalar("and", true, unknownScalar, constScalar(15n)), unsignedScalar(0n, 15n)],
  ["a shift by a known amount bounds", aluScalar("rsh", true, unknownScalar, constScalar(60n)), unsignedScalar(0n, 15n)],
  ["a 32-bit result is below 2^32", aluScalar("add", false, unknownScalar, constScalar(1n)), unsignedScalar(0n, 0xffffffffn)],
  ["sums of bounds", aluScalar("add", true, unsignedScalar(1n, 5n), unsignedScalar(10n, 20n)), unsignedScalar(11n, 25n)],
  ["x < 8", refine("lt", true, unknownScalar, constScalar(8n))[0], unsignedScalar(0n, 7n)],
  ["w < 8 after zero-extension", zeroExtendLow(refine("lt", false, unknownScalar, constScalar(8n))[0]), unsignedScalar(0n, 7n)],
])("%s", (_name, got, expected) => {
  expect(scalarContains(expected, got)).toBe(true);
});
