/** The machine's arithmetic on constants, for folding: 64 bits, modulo 2^64, kept as signed values. */
import type { BinFn, Cond } from "../../lang/ir/ir.ts";

export const s64 = (value: bigint): bigint => BigInt.asIntN(64, value);
export const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

/** Fits the immediate field, which the machine sign-extends. */
export const fitsImm = (value: bigint): boolean => s64(value) === BigInt.asIntN(32, value);

/** x / 0 = 0 and x % 0 = x; shift amounts count modulo 64 (RFC 9669, section 4.1). */
export function foldBin(fn: BinFn, left: bigint, right: bigint): bigint {
  const a = u64(left);
  const b = u64(right);
  const amount = b & 63n;
  switch (fn) {
    case "add":
      return s64(a + b);
    case "sub":
      return s64(a - b);
    case "mul":
      return s64(a * b);
    case "udiv":
      return b === 0n ? 0n : s64(a / b);
    case "umod":
      return b === 0n ? s64(a) : s64(a % b);
    case "and":
      return s64(a & b);
    case "or":
      return s64(a | b);
    case "xor":
      return s64(a ^ b);
    case "shl":
      return s64(a << amount);
    case "lshr":
      return s64(a >> amount);
    case "ashr":
      return s64(a) >> amount;
  }
}

export function foldCond(cond: Cond, left: bigint, right: bigint): boolean {
  const [a, b] = cond.startsWith("s") ? [s64(left), s64(right)] : [u64(left), u64(right)];
  switch (cond) {
    case "eq":
      return a === b;
    case "ne":
      return a !== b;
    case "ult":
    case "slt":
      return a < b;
    case "ule":
    case "sle":
      return a <= b;
    case "ugt":
    case "sgt":
      return a > b;
    case "uge":
    case "sge":
      return a >= b;
  }
}

export const foldExt = (value: bigint, bits: number, signed: boolean): bigint =>
  signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);

export function foldSwap(value: bigint, bits: number): bigint {
  let swapped = 0n;
  for (let at = 0; at < bits; at += 8) swapped = (swapped << 8n) | ((value >> BigInt(at)) & 0xffn);
  return s64(swapped);
}

/** The condition with its sides exchanged. */
export const mirrored: Readonly<Record<Cond, Cond>> = {
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

/** The condition that holds exactly when this one does not. */
export const negated: Readonly<Record<Cond, Cond>> = {
  eq: "ne",
  ne: "eq",
  ult: "uge",
  ule: "ugt",
  ugt: "ule",
  uge: "ult",
  slt: "sge",
  sle: "sgt",
  sgt: "sle",
  sge: "slt",
};
