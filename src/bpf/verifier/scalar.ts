/** What is known about a 64-bit number: its bits, its bounds, and the bounds of its low half (linux kernel/bpf/verifier.c, bounds tracking). */
import { computeAlu } from "../interp/alu.ts";
import type { AluOp } from "../isa/insn.ts";
import {
  type Range,
  constRange,
  crossDeduce,
  fullRange,
  intersectRanges,
  isEmpty,
  max,
  min,
  rangeAdd,
  rangeArsh,
  rangeBitwise,
  rangeContains,
  rangeLsh,
  rangeMul,
  rangeOfTnum,
  rangeRsh,
  rangeSub,
  sameRange,
  unsignedRange,
} from "./range.ts";
import { memoised, remember } from "./scalar-memo.ts";
import {
  type Tnum,
  tnumAdd,
  tnumAnd,
  tnumArsh,
  tnumConst,
  tnumContains,
  tnumIntersect,
  tnumIsConst,
  tnumLow,
  tnumLsh,
  tnumMul,
  tnumOr,
  tnumRange,
  tnumRsh,
  tnumSub,
  tnumUnknown,
  tnumWithLow32,
  tnumXor,
} from "./tnum.ts";

export interface Scalar {
  readonly tnum: Tnum;
  readonly wide: Range;
  readonly low: Range;
}

export const unknownScalar: Scalar = { tnum: tnumUnknown, wide: fullRange(64), low: fullRange(32) };

/** `value` is any integer; it is taken modulo 2^64. */
export function constScalar(value: bigint): Scalar {
  return { tnum: tnumConst(BigInt.asUintN(64, value)), wide: constRange(64, value), low: constRange(32, value) };
}

export const zeroScalar: Scalar = constScalar(0n);

/** Constants of instructions that were asked for. */
const immediates = new Map<number, Scalar>();
const MAX_IMMEDIATES = 10_000;

/** An instruction's constant: 32 bits, signed, extended. */
export function immScalar(imm: number): Scalar {
  let found = immediates.get(imm);
  if (found !== undefined) return found;
  found = constScalar(BigInt(imm));
  if (immediates.size < MAX_IMMEDIATES) immediates.set(imm, found);
  return found;
}

export function isConst(a: Scalar): boolean {
  return tnumIsConst(a.tnum);
}

/** The unsigned value of a scalar that is known, else null. */
export function constValue(a: Scalar): bigint | null {
  return tnumIsConst(a.tnum) ? a.tnum.value : null;
}

export function scalarContains(a: Scalar, b: Scalar): boolean {
  return a === b || (tnumContains(a.tnum, b.tnum) && rangeContains(a.wide, b.wide) && rangeContains(a.low, b.low));
}

/** Numbers from umin to umax, unsigned. */
export function unsignedScalar(umin: bigint, umax: bigint): Scalar {
  return sync({ tnum: tnumUnknown, wide: unsignedRange(64, umin, umax), low: fullRange(32) });
}

export function signedScalar(smin: bigint, smax: bigint): Scalar {
  return sync({ tnum: tnumUnknown, wide: { ...fullRange(64), smin, smax }, low: fullRange(32) });
}

/** An unknown number of `bytes` bytes, zero- or sign-extended: what a load gives. */
export function loadedScalar(bytes: 1 | 2 | 4 | 8, signed: boolean): Scalar {
  return (signed ? signedLoads : unsignedLoads)[bytes]!;
}

/**
 * Lets bits and bounds tighten each other as reg_bounds_sync() does, which may also forget a bound. The result contains the numbers of the
 * input, or it is found to be empty (isContradiction).
 */
export function sync(start: Scalar): Scalar {
  let scalar = boundsFromBits(start);
  for (let round = 0; round < 3; round++) {
    const deduced = deduce(scalar);
    // Nothing new: the next round would see the same.
    if (sameRange(deduced.wide, scalar.wide) && sameRange(deduced.low, scalar.low)) break;
    scalar = deduced;
  }
  return boundsFromBits(bitsFromBounds(scalar));
}

/** No number has these bounds. */
export function isContradiction(a: Scalar): boolean {
  return isEmpty(a.wide) || isEmpty(a.low);
}

function boundsFromBits(scalar: Scalar): Scalar {
  const { tnum, wide, low } = scalar;
  if (tnum.mask === tnumUnknown.mask) return scalar;
  return {
    tnum,
    wide: intersectRanges(wide, rangeOfTnum(64, tnum)),
    low: intersectRanges(low, rangeOfTnum(32, tnumLow(32, tnum))),
  };
}

function bitsFromBounds({ tnum, wide, low }: Scalar): Scalar {
  if (isEmpty(wide) || isEmpty(low)) return { tnum, wide, low };
  const bits = tnumIntersect(tnum, tnumRange(64, wide.umin, wide.umax));
  const lowBits = tnumIntersect(tnumLow(32, bits), tnumRange(32, low.umin, low.umax));
  return { tnum: tnumWithLow32(bits, lowBits), wide, low };
}

const HIGH = 32n;
const low32 = (x: bigint): bigint => BigInt.asUintN(32, x);
const low32s = (x: bigint): bigint => BigInt.asIntN(32, x);

const S32 = fullRange(32);

/** One round, in the kernel's order: the low word first, from bounds that have not been compared with each other yet (__reg_deduce_bounds). */
function deduce({ tnum, wide: wide0, low: low0 }: Scalar): Scalar {
  let [wide, low] = [wide0, low0];
  // Where the upper halves of both bounds are the same, the lower halves bound the low word.
  if (wide.umin >> HIGH === wide.umax >> HIGH) low = withLowBounds(low, wide.umin, wide.umax);
  if (wide.smin >> HIGH === wide.smax >> HIGH) low = withLowBounds(low, wide.smin, wide.smax);
  low = crossDeduce(32, withLowSign(withLowSign(low, wide.umin, wide.umax), wide.smin, wide.smax));
  wide = crossDeduce(64, wide);
  // The low word cannot be below low.umin: so a number whose upper half is that of the bound has at least that low word.
  const upper = (x: bigint): bigint => (x >> HIGH) << HIGH;
  wide = {
    umin: max(wide.umin, upper(wide.umin) | low.umin),
    umax: min(wide.umax, upper(wide.umax) | low.umax),
    smin: max(wide.smin, upper(wide.smin) | low.umin),
    smax: min(wide.smax, upper(wide.smax) | low.umax),
  };
  // A sign-extended low word that is not negative is the number. The kernel takes its bounds over as they are: tighter ones are forgotten.
  if (low.smin >= 0n && wide.smin >= S32.smin && wide.smax <= S32.smax)
    wide = { umin: low.smin, umax: low.smax, smin: low.smin, smax: low.smax };
  return { tnum, wide, low };
}

/** lo … hi have the same upper half. */
function withLowBounds(low: Range, lo: bigint, hi: bigint): Range {
  let { umin, umax, smin, smax } = low;
  umin = max(umin, low32(lo));
  umax = min(umax, low32(hi));
  if (low32s(lo) <= low32s(hi)) {
    smin = max(smin, low32s(lo));
    smax = min(smax, low32s(hi));
  }
  return { umin, umax, smin, smax };
}

/** From a negative low word in one upper half to a non-negative one in the next: all between are as signed. */
function withLowSign(low: Range, lo: bigint, hi: bigint): Range {
  if (low32((lo >> HIGH) + 1n) !== low32(hi >> HIGH) || low32s(lo) >= 0n || low32s(hi) < 0n) return low;
  return { ...low, smin: max(low.smin, low32s(lo)), smax: min(low.smax, low32s(hi)) };
}

/** The low 32 bits, zero-extended: what every 32-bit operation leaves. */
export function zeroExtendLow(a: Scalar): Scalar {
  const low: Scalar = { tnum: tnumLow(32, a.tnum), wide: unsignedRange(64, a.low.umin, a.low.umax), low: a.low };
  return sync(low);
}

/** The low `bytes` bytes, zero-extended: what a store of that size followed by a load gives. */
export function truncateScalar(a: Scalar, bytes: 1 | 2 | 4 | 8): Scalar {
  if (bytes === 8) return a;
  if (bytes === 4) return zeroExtendLow(a);
  const bits = bytes * 8;
  if (a.wide.umax < 1n << BigInt(bits)) return a;
  return sync({ tnum: tnumLow(bits, a.tnum), wide: fullRange(64), low: fullRange(32) });
}

/** movsx: the low `bits` bits sign-extended, to 64 bits or (zero-extended from there) to 32. */
export function signExtendScalar(a: Scalar, bits: 8 | 16 | 32, isWide: boolean): Scalar {
  const value = constValue(a);
  const extended = value === null ? extendUnknown(a, bits) : constScalar(BigInt.asIntN(bits, value));
  return isWide ? extended : zeroExtendLow(extended);
}

function extendUnknown(a: Scalar, bits: 8 | 16 | 32): Scalar {
  const half = 1n << BigInt(bits - 1);
  if (a.wide.smin >= -half && a.wide.smax < half) return a;
  if (bits === 32) return signedScalar(a.low.smin, a.low.smax);
  return signedScalar(-half, half - 1n);
}

interface Op {
  readonly tnum: (bits: number, a: Tnum, b: Tnum) => Tnum;
  readonly range: (bits: number, a: Range, b: Range) => Range;
}

/** Operations whose low 32 result bits depend on low 32 operand bits only, so that they apply to both widths. */
const ops: Readonly<Partial<Record<AluOp, Op>>> = {
  add: { tnum: tnumAdd, range: rangeAdd },
  sub: { tnum: tnumSub, range: rangeSub },
  mul: { tnum: tnumMul, range: rangeMul },
  and: { tnum: (_bits, a, b) => tnumAnd(a, b), range: (bits, a, b) => rangeBitwise(bits, "and", a, b) },
  or: { tnum: (_bits, a, b) => tnumOr(a, b), range: (bits, a, b) => rangeBitwise(bits, "or", a, b) },
  xor: { tnum: (_bits, a, b) => tnumXor(a, b), range: (bits, a, b) => rangeBitwise(bits, "xor", a, b) },
};

/** dst = a op b. Division, modulo and shifts by unknown amounts give a number of which nothing is known, as in the kernel; not even that 32-bit ones clear the upper half. */
export function aluScalar(op: Exclude<AluOp, "mov">, isWide: boolean, a: Scalar, b: Scalar): Scalar {
  const value = constValue(b);
  if (value === null) return computeScalar(op, isWide, a, b);
  return memoised(
    a,
    () => `${op} ${isWide} ${value}`,
    () => computeScalar(op, isWide, a, b),
  );
}

function computeScalar(op: Exclude<AluOp, "mov">, isWide: boolean, a: Scalar, b: Scalar): Scalar {
  if (op === "lsh" || op === "rsh" || op === "arsh") return shiftScalar(op, isWide, a, b);
  const known = ops[op];
  if (!known) return unknownScalar;
  const [left, right] = [constValue(a), constValue(b)];
  if (left !== null && right !== null) return constScalar(computeAlu(op, isWide ? 64 : 32, left, right));
  const low = known.range(32, a.low, b.low);
  if (isWide) return sync({ tnum: known.tnum(64, a.tnum, b.tnum), wide: known.range(64, a.wide, b.wide), low });
  const tnum = known.tnum(32, tnumLow(32, a.tnum), tnumLow(32, b.tnum));
  return zeroExtendLow(sync({ tnum, wide: fullRange(64), low }));
}

function shiftScalar(op: "lsh" | "rsh" | "arsh", isWide: boolean, a: Scalar, b: Scalar): Scalar {
  const bits = isWide ? 64 : 32;
  const amount = constValue(b);
  if (amount === null || amount >= BigInt(bits)) return unknownScalar;
  const value = constValue(a);
  if (value !== null) return constScalar(computeAlu(op, bits, value, amount));
  const source = isWide ? a.tnum : tnumLow(32, a.tnum);
  const shiftRange = op === "lsh" ? rangeLsh : op === "rsh" ? rangeRsh : rangeArsh;
  const tnum = op === "lsh" ? tnumLsh(bits, source, amount) : op === "rsh" ? tnumRsh(source, amount) : tnumArsh(bits, source, amount);
  if (isWide) {
    // Only a left shift keeps the low word a function of the low word.
    const low = op === "lsh" && amount < 32n ? rangeLsh(32, a.low, amount) : fullRange(32);
    return sync({ tnum, wide: shiftRange(64, a.wide, amount), low });
  }
  return zeroExtendLow(sync({ tnum, wide: fullRange(64), low: shiftRange(32, a.low, amount) }));
}

const unsignedLoads: Readonly<Record<number, Scalar>> = {
  1: remember(unsignedScalar(0n, 0xffn)),
  2: remember(unsignedScalar(0n, 0xffffn)),
  4: remember(unsignedScalar(0n, 0xffffffffn)),
  8: remember(unknownScalar),
};
const signedLoads: Readonly<Record<number, Scalar>> = {
  1: remember(signedScalar(-0x80n, 0x7fn)),
  2: remember(signedScalar(-0x8000n, 0x7fffn)),
  4: remember(signedScalar(-0x80000000n, 0x7fffffffn)),
  8: remember(unknownScalar),
};
