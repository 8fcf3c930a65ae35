/**
 * Arithmetic of integer literals (row 2.60): exact, by value and sign, as bpftrace does it on a pair of uint64 or a pair of int64.
 * Null means that it overflows, divides by zero, or mixes a negative literal with one above 2^63-1.
 */
import type { BinaryOp } from "../../ast/ast.ts";

const INT64_MIN = -(1n << 63n);
const INT64_MAX = (1n << 63n) - 1n;
const UINT64_MAX = (1n << 64n) - 1n;

const COMPARE: Partial<Record<BinaryOp, (a: bigint, b: bigint) => boolean>> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "&&": (a, b) => a !== 0n && b !== 0n,
  "||": (a, b) => a !== 0n || b !== 0n,
};

const isShiftCount = (b: bigint): boolean => b >= 0n && b < 64n;

/** Results are exact; the caller checks the range. Division and remainder truncate toward zero, as in C (row 3.10). */
const ARITHMETIC: Partial<Record<BinaryOp, (a: bigint, b: bigint) => bigint | null>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => (b === 0n ? null : a / b),
  "%": (a, b) => (b === 0n ? null : a % b),
  "&": (a, b) => a & b,
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
  // Bits shifted out are lost; a negative literal shifts arithmetically (row 3.12).
  "<<": (a, b) => (isShiftCount(b) ? (a < 0n ? BigInt.asIntN(64, a << b) : BigInt.asUintN(64, a << b)) : null),
  ">>": (a, b) => (isShiftCount(b) ? a >> b : null),
};

export function foldIntegers(op: BinaryOp, a: bigint, b: bigint): bigint | boolean | null {
  if ((a < 0n && b > INT64_MAX) || (b < 0n && a > INT64_MAX)) return null;
  const compare = COMPARE[op];
  if (compare !== undefined) return compare(a, b);
  const value = ARITHMETIC[op]?.(a, b) ?? null;
  if (value === null || value < INT64_MIN || value > UINT64_MAX) return null;
  return value;
}
