/** Unsigned and signed bounds of a number of `bits` bits (64 or 32; tests use fewer), and how arithmetic moves them. */
import type { AluOp } from "../isa/insn.ts";
import type { Tnum } from "./tnum.ts";

/** Inclusive. umin, umax lie in 0 … 2^bits - 1; smin, smax in -2^(bits-1) … 2^(bits-1) - 1. */
export interface Range {
  readonly umin: bigint;
  readonly umax: bigint;
  readonly smin: bigint;
  readonly smax: bigint;
}

const limits = new Map<number, Range>();

export function fullRange(bits: number): Range {
  let found = limits.get(bits);
  if (!found) {
    const half = 1n << BigInt(bits - 1);
    found = { umin: 0n, umax: 2n * half - 1n, smin: -half, smax: half - 1n };
    limits.set(bits, found);
  }
  return found;
}

export function constRange(bits: number, value: bigint): Range {
  const unsigned = BigInt.asUintN(bits, value);
  const signed = BigInt.asIntN(bits, value);
  return { umin: unsigned, umax: unsigned, smin: signed, smax: signed };
}

export function unsignedRange(bits: number, umin: bigint, umax: bigint): Range {
  return { ...fullRange(bits), umin, umax };
}

export function isEmpty(range: Range): boolean {
  return range.umin > range.umax || range.smin > range.smax;
}

export function sameRange(a: Range, b: Range): boolean {
  return a === b || (a.umin === b.umin && a.umax === b.umax && a.smin === b.smin && a.smax === b.smax);
}

/** Whether every number of b is one of a. */
export function rangeContains(a: Range, b: Range): boolean {
  return a.umin <= b.umin && a.umax >= b.umax && a.smin <= b.smin && a.smax >= b.smax;
}

export function intersectRanges(a: Range, b: Range): Range {
  return { umin: max(a.umin, b.umin), umax: min(a.umax, b.umax), smin: max(a.smin, b.smin), smax: min(a.smax, b.smax) };
}

export const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Bounds from the known bits. */
export function rangeOfTnum(bits: number, tnum: Tnum): Range {
  const sign = 1n << BigInt(bits - 1);
  return {
    umin: tnum.value,
    umax: tnum.value | tnum.mask,
    // The smallest signed number has an unknown sign bit set and every other unknown bit clear; the largest the other way round.
    smin: BigInt.asIntN(bits, tnum.value | (tnum.mask & sign)),
    smax: BigInt.asIntN(bits, tnum.value | (tnum.mask & (sign - 1n))),
  };
}

/** Lets the unsigned bounds tighten the signed ones and the other way round, where the range does not cross the sign. */
export function crossDeduce(bits: number, range: Range): Range {
  let { umin, umax, smin, smax } = range;
  const [low, high] = [BigInt.asIntN(bits, umin), BigInt.asIntN(bits, umax)];
  if (low <= high) {
    smin = max(smin, low);
    smax = min(smax, high);
  }
  const [first, last] = [BigInt.asUintN(bits, smin), BigInt.asUintN(bits, smax)];
  if (first <= last) {
    umin = max(umin, first);
    umax = min(umax, last);
  }
  return { umin, umax, smin, smax };
}

type Bounds = readonly [bigint, bigint];

/** Bounds of an exact result, reduced to the width: known if all results wrap around equally often. */
function wrapped(bits: number, [lo, hi]: Bounds): Bounds {
  const width = BigInt(bits);
  // >> rounds toward minus infinity, so this counts borrows as well as carries.
  return lo >> width === hi >> width ? [BigInt.asUintN(bits, lo), BigInt.asUintN(bits, hi)] : unsignedLimits(bits);
}

/** Bounds of an exact result: known if no result leaves the width. */
function unsignedExact(bits: number, [lo, hi]: Bounds): Bounds {
  const { umin, umax } = fullRange(bits);
  return lo >= umin && hi <= umax ? [lo, hi] : [umin, umax];
}

function signedExact(bits: number, [lo, hi]: Bounds): Bounds {
  const { smin, smax } = fullRange(bits);
  return lo >= smin && hi <= smax ? [lo, hi] : [smin, smax];
}

function unsignedLimits(bits: number): Bounds {
  const { umin, umax } = fullRange(bits);
  return [umin, umax];
}

function make([umin, umax]: Bounds, [smin, smax]: Bounds): Range {
  return { umin, umax, smin, smax };
}

// What overflows is as unknown here as it is to the kernel, also where more could be said: nothing may be accepted that it rejects.

export function rangeAdd(bits: number, a: Range, b: Range): Range {
  return make(wrapped(bits, [a.umin + b.umin, a.umax + b.umax]), signedExact(bits, [a.smin + b.smin, a.smax + b.smax]));
}

export function rangeSub(bits: number, a: Range, b: Range): Range {
  return make(wrapped(bits, [a.umin - b.umax, a.umax - b.umin]), signedExact(bits, [a.smin - b.smax, a.smax - b.smin]));
}

export function rangeMul(bits: number, a: Range, b: Range): Range {
  const corners = [a.smin * b.smin, a.smin * b.smax, a.smax * b.smin, a.smax * b.smax];
  const signed: Bounds = [corners.reduce(min), corners.reduce(max)];
  return make(unsignedExact(bits, [a.umin * b.umin, a.umax * b.umax]), signedExact(bits, signed));
}

/** By a known amount below the width. */
export function rangeLsh(bits: number, a: Range, amount: bigint): Range {
  if (a.umax > 1n << (BigInt(bits - 1) - amount)) return fullRange(bits);
  return unsignedRange(bits, a.umin << amount, a.umax << amount);
}

export function rangeRsh(bits: number, a: Range, amount: bigint): Range {
  return unsignedRange(bits, a.umin >> amount, a.umax >> amount);
}

export function rangeArsh(bits: number, a: Range, amount: bigint): Range {
  return { ...fullRange(bits), smin: a.smin >> amount, smax: a.smax >> amount };
}

/** and, or, xor: the bits say most; and never exceeds its operands, or never falls below them. */
export function rangeBitwise(bits: number, op: Extract<AluOp, "and" | "or" | "xor">, a: Range, b: Range): Range {
  if (op === "and") return unsignedRange(bits, 0n, min(a.umax, b.umax));
  if (op === "or") return unsignedRange(bits, max(a.umin, b.umin), fullRange(bits).umax);
  return fullRange(bits);
}
