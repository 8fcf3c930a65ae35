/** Scalars are kept in registers, extended to 64 bits by the sign of their type. */
import type { Operand } from "../ir/ir.ts";
import { sizeOf, type Type } from "../types/type.ts";
import type { Lowering } from "./lowering.ts";
import { imm, isImm, reg, type Size } from "./operand.ts";

const scalarKinds: ReadonlySet<Type["kind"]> = new Set(["int", "bool", "enum", "pointer", "timestamp", "username", "ksym"]);

export const isScalar = (type: Type): boolean => scalarKinds.has(type.kind);

export const isSigned = (type: Type): boolean => type.kind === "int" && type.signed;

export function scalarSize(type: Type): Size {
  const size = sizeOf(type);
  if (size !== 1 && size !== 2 && size !== 4 && size !== 8) throw new Error(`${type.kind} is no scalar`);
  return size;
}

const extendConstant = (value: bigint, bits: number, signed: boolean): bigint =>
  signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);

/** Cuts to `size` bytes and extends again. */
export function extend(l: Lowering, src: Operand, size: Size, signed: boolean): Operand {
  if (size === 8) return src;
  const bits = (size * 8) as 8 | 16 | 32;
  if (isImm(src)) return imm(extendConstant(src.value, bits, signed));
  const dst = l.b.vreg();
  l.b.emit({ op: "ext", dst, src, bits, signed });
  return reg(dst);
}

/** A scalar of type `from` as one of type `to`. */
export function convert(l: Lowering, src: Operand, from: Type, to: Type): Operand {
  if (to.kind === "bool") {
    if (from.kind === "bool") return src;
    if (isImm(src)) return imm(src.value === 0n ? 0 : 1);
    const dst = l.b.vreg();
    l.b.emit({ op: "setcc", dst, cond: "ne", a: src, b: imm(0) });
    return reg(dst);
  }
  const size = scalarSize(to);
  const fromSize = scalarSize(from);
  const [signed, fromSigned] = [isSigned(to), isSigned(from)];
  // The register already holds every bit and the right extension.
  if (fromSize < size && (!fromSigned || signed)) return src;
  if (fromSize === size && signed === fromSigned) return src;
  return extend(l, src, size, signed);
}
