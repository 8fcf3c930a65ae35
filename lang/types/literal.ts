/** Types and ranges of integer literals. */
import { uint64, type IntType, type Type } from "./type.ts";

const SIZES = [1, 2, 4, 8] as const;

const INT64_MAX = (1n << 63n) - 1n;

/** Row 3.02: the smallest signed type that holds it, its sign open if it is not negative; above 2^63-1 uint64. */
export function typeOfLiteral(value: bigint): IntType {
  if (value > INT64_MAX) return uint64;
  const sizeBytes = SIZES.find((size) => BigInt.asIntN(size * 8, value) === value) ?? 8;
  return value < 0n ? { kind: "int", sizeBytes, signed: true } : { kind: "int", sizeBytes, signed: true, flexible: true };
}

/** The value modulo the range of the type. */
export const wrapTo = (value: bigint, type: IntType): bigint =>
  type.signed ? BigInt.asIntN(type.sizeBytes * 8, value) : BigInt.asUintN(type.sizeBytes * 8, value);

/** Whether the literal can be stored in `type` unchanged. */
export const literalFits = (value: bigint, type: Type): boolean => type.kind === "int" && wrapTo(value, type) === value;
