/** Arithmetic that needs no instruction. */
import type { BinFn, Cond, Operand } from "../ir/ir.ts";
import { imm, isImm } from "./operand.ts";

type Fold = (a: bigint, b: bigint) => bigint;
const u64 = (n: bigint): bigint => BigInt.asUintN(64, n);

/** On 64-bit words as the machine computes; division and shifts only where the machine's answer is plain. */
const folds: Partial<Record<BinFn, Fold>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => a << (b & 63n),
  lshr: (a, b) => u64(a) >> (b & 63n),
  ashr: (a, b) => a >> (b & 63n),
};

/** x fn n = x */
const rightIdentity: Partial<Record<BinFn, bigint>> = {
  add: 0n,
  sub: 0n,
  mul: 1n,
  or: 0n,
  xor: 0n,
  shl: 0n,
  lshr: 0n,
  ashr: 0n,
  and: -1n,
  udiv: 1n,
};

/** The operand that `a fn b` equals, or null when it must be computed. */
export function foldBin(fn: BinFn, a: Operand, b: Operand): Operand | null {
  const fold = folds[fn];
  if (isImm(a) && isImm(b) && fold !== undefined) return imm(fold(a.value, b.value));
  if (isImm(b) && rightIdentity[fn] === b.value) return a;
  return null;
}

const conditions: Record<Cond, (a: bigint, b: bigint) => boolean> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  ult: (a, b) => u64(a) < u64(b),
  ule: (a, b) => u64(a) <= u64(b),
  ugt: (a, b) => u64(a) > u64(b),
  uge: (a, b) => u64(a) >= u64(b),
  slt: (a, b) => a < b,
  sle: (a, b) => a <= b,
  sgt: (a, b) => a > b,
  sge: (a, b) => a >= b,
};

/** Constants as `imm` keeps them: signed 64-bit. */
export const holds = (cond: Cond, a: bigint, b: bigint): boolean => conditions[cond](a, b);

/** a cond b = b mirrored[cond] a */
export const mirrored: Record<Cond, Cond> = {
  eq: "eq",
  ne: "ne",
  ult: "ugt",
  ule: "uge",
  ugt: "ult",
  uge: "ule",
  slt: "sgt",
  sle: "sge",
  sgt: "slt",
  sge: "sle",
};
