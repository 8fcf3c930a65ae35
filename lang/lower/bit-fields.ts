/** Members of C structs, bit-fields among them. */
import type { HirExpr } from "../hir/hir.ts";
import type { Address, Operand } from "../ir/ir.ts";
import type { StructMember, Type } from "../types/type.ts";
import { zero, type Lowering } from "./lowering.ts";
import { aligned, imm, shift } from "./operand.ts";
import { isSigned } from "./scalars.ts";

type Bits = NonNullable<StructMember["bits"]>;

export function structMember(expr: Extract<HirExpr, { kind: "member" }>): StructMember {
  const { type } = expr.operand;
  const member = type.kind === "struct" ? type.members[expr.index] : undefined;
  if (member === undefined) throw new Error(`${type.kind} has no such member`);
  return member;
}

/** Bytes that hold the bits: 9 at most, in a packed struct. */
export const fieldBytes = ({ shift: low, count }: Bits): number => Math.ceil((low + count) / 8);

/** `sizeBytes` (at most 8) as one little-endian number. */
function loadBytes(l: Lowering, from: Address, sizeBytes: number): Operand {
  const { b } = l;
  return aligned(sizeBytes, from.off).reduce<Operand>((word, { at, size }) => {
    const piece = b.load(shift(from, at), size, false);
    return at === 0 ? piece : b.bin("or", word, b.bin("shl", piece, imm(8 * at)));
  }, zero);
}

/** `sizeBytes` (at most 8) as one big-endian number. */
function loadReversed(l: Lowering, from: Address, sizeBytes: number): Operand {
  const { b } = l;
  return Array.from({ length: sizeBytes }, (_, at) => b.load(shift(from, at), 1, false)).reduce((word, byte) =>
    b.bin("or", b.bin("shl", word, imm(8)), byte),
  );
}

/** Little-endian machines count bits from the lowest one of the first byte. */
function lowBitsFirst(l: Lowering, from: Address, bits: Bits): Operand {
  const { b } = l;
  const bytes = fieldBytes(bits);
  const low = b.bin("lshr", loadBytes(l, from, Math.min(8, bytes)), imm(bits.shift));
  return bytes <= 8 ? low : b.bin("or", low, b.bin("shl", loadBytes(l, shift(from, 8), 1), imm(64 - bits.shift)));
}

/** Big-endian ones from the highest one. */
function highBitsFirst(l: Lowering, from: Address, { shift: first, count }: Bits): Operand {
  const { b } = l;
  const bytes = fieldBytes({ shift: first, count });
  const left = 8 * bytes - first - count;
  if (bytes <= 8) return b.bin("lshr", loadReversed(l, from, bytes), imm(left));
  const high = b.bin("shl", loadReversed(l, from, 8), imm(8 - left));
  return b.bin("or", high, b.bin("lshr", b.load(shift(from, 8), 1, false), imm(left)));
}

/** The bits that lie from `from` on, as the recorded machine has them, extended by the sign of the type. */
export function bitsIn(l: Lowering, from: Address, bits: Bits, type: Type): Operand {
  const { b } = l;
  const word = l.program.options.byteOrder === "big" ? highBitsFirst(l, from, bits) : lowBitsFirst(l, from, bits);
  const unused = imm(64 - bits.count);
  if (isSigned(type)) return b.bin("ashr", b.bin("shl", word, unused), unused);
  return bits.count === 64 ? word : b.bin("and", word, imm((1n << BigInt(bits.count)) - 1n));
}

/** Null: the member has bytes of its own. */
export const bitsOfMember = (expr: Extract<HirExpr, { kind: "member" }>): Bits | null =>
  expr.operand.type.kind === "struct" ? (structMember(expr).bits ?? null) : null;
