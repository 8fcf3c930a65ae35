/** Strings: reading them from pointers, their length. In memory they are zero behind their NUL (row 3.19), so words can be compared. */
import type { HirExpr } from "../hir/hir.ts";
import type { Address, Operand } from "../ir/ir.ts";
import { sizeOf } from "../types/type.ts";
import { addressToRead, zeroBytes } from "./fields.ts";
import { zero, type Lowering } from "./lowering.ts";
import { addrArg, alignmentOf, aligned, imm, isImm, reg, shift, type Size } from "./operand.ts";
import { warnOfFailedRead } from "./records.ts";
import { isScalar } from "./scalars.ts";

export type StrOf = Extract<HirExpr, { kind: "str_of" }>;

/** What nothing is known about is taken for an address of the kernel (row 3.36). */
export const isKernelPointer = ({ type }: HirExpr): boolean => type.kind !== "pointer" || type.space !== "user";

/** Reads the string that a pointer leads to: at most `size` bytes with the NUL. All zero if that fails; else bytes behind the NUL stay as they were. */
export function readStringAt(l: Lowering, pointer: HirExpr, to: Address, size: Operand): Operand {
  const from = addressToRead(l, pointer);
  const helper = isKernelPointer(pointer) ? "probe_read_kernel_str" : "probe_read_user_str";
  const length = l.b.helper(helper, [addrArg(to), size, from]);
  if (l.program.options.keepWarnings) warnOfFailedRead(l, pointer, helper, length);
  return length;
}

/** str(pointer) without clearing what lies behind the NUL. */
export function readString(l: Lowering, expr: StrOf, to: Address): void {
  readStringAt(l, expr.pointer, to, imm(sizeOf(expr.type)));
}

/** min(length, capacity), known to the verifier to be so. */
export function clampLength(l: Lowering, length: HirExpr | null, capacity: number): Operand {
  if (length === null) return imm(capacity);
  const value = l.rules.value(l, length);
  const wanted = BigInt(capacity);
  if (isImm(value)) return BigInt.asUintN(64, value.value) > wanted ? imm(capacity) : value;
  const { b } = l;
  const size = b.vreg();
  b.emit({ op: "mov", dst: size, src: value });
  const [tooLong, done] = [b.coldBlock(), b.block()];
  b.branch("ule", reg(size), imm(capacity), done, tooLong);
  b.enter(tooLong);
  b.emit({ op: "mov", dst: size, src: imm(capacity) });
  b.jump(done);
  b.enter(done);
  return reg(size);
}

/** str() as a value: zero behind the NUL. */
export function storeStrOf(l: Lowering, expr: StrOf, to: Address): void {
  const capacity = sizeOf(expr.type);
  const { b, rules } = l;
  if (expr.pointer.type.kind === "string" && expr.length === null) return storeString(l, expr.pointer, to, capacity);
  if (isScalar(expr.pointer.type)) {
    const size = clampLength(l, expr.length, capacity);
    b.emit({ op: "zero", to, sizeBytes: capacity });
    readStringAt(l, expr.pointer, to, size);
    return;
  }
  const from = rules.place(l, expr.pointer);
  const size = clampLength(l, expr.length, Math.min(capacity, sizeOf(expr.pointer.type)));
  b.emit({ op: "zero", to, sizeBytes: capacity });
  b.helperVoid("probe_read_kernel_str", [addrArg(to), size, addrArg(from)]);
}

/** A string as one of another capacity. */
export function storeString(l: Lowering, expr: HirExpr, to: Address, capacity: number): void {
  const size = sizeOf(expr.type);
  if (size <= capacity) {
    l.rules.into(l, expr, to);
    if (size < capacity) l.b.emit({ op: "zero", to: shift(to, size), sizeBytes: capacity - size });
    return;
  }
  l.b.emit({ op: "copy", to, from: l.rules.place(l, expr), sizeBytes: capacity });
}

/** Strings up to this many bytes are compared and measured without a loop. */
export const UNROLLED_BYTES = 64;

/** strlen: bytes before the NUL, or the capacity without one. */
export function strlenValue(l: Lowering, operand: HirExpr): Operand {
  if (operand.kind === "str_of" && operand.length === null && isScalar(operand.pointer.type)) return readLength(l, operand);
  return lengthAt(l, l.rules.place(l, operand), sizeOf(operand.type));
}

/** The same of a string in memory. */
export function lengthAt(l: Lowering, text: Address, capacity: number): Operand {
  const { b } = l;
  const length = b.vreg();
  const done = b.block();
  const wordBytes = alignmentOf(text.off);
  const inLoop = capacity <= UNROLLED_BYTES ? 0 : capacity - (capacity % wordBytes);

  /** Ends with the length if the word at `base + at` has a NUL. */
  const look = (word: Operand, size: Size, base: Operand): void => {
    // Bytes that the access did not read must not count as NULs.
    const filled = size === 8 ? word : b.bin("or", word, imm(-1n << BigInt(8 * size)));
    const marks = zeroBytes(l, filled);
    const [found, next] = [b.block(), b.block()];
    b.branch("ne", marks, zero, found, next);
    b.enter(found);
    const bit = b.vreg();
    b.emit({ op: "log2", dst: bit, src: b.bin("and", marks, b.bin("sub", zero, marks)) });
    b.setTo(length, b.bin("add", b.bin("lshr", reg(bit), imm(3)), base));
    b.jump(done);
    b.enter(next);
  };

  if (inLoop > 0) {
    const start = b.addressOf(text);
    const at = b.vreg();
    b.emit({ op: "mov", dst: at, src: zero });
    const [head, after] = [b.block(), b.block()];
    b.jump(head);
    b.enter(head);
    const here = b.vreg();
    b.emit({ op: "bin", fn: "add", dst: here, a: reg(start), b: reg(at) });
    look(b.load({ kind: "ptr", reg: here, off: 0 }, wordBytes, false), wordBytes, reg(at));
    b.emit({ op: "bin", fn: "add", dst: at, a: reg(at), b: imm(wordBytes) });
    b.branch("ult", reg(at), imm(inLoop), head, after);
    b.enter(after);
  }
  for (const { at, size } of aligned(capacity - inLoop, text.off + inLoop)) {
    look(b.load(shift(text, inLoop + at), size, false), size, imm(inLoop + at));
  }
  b.emit({ op: "mov", dst: length, src: imm(capacity) });
  b.jump(done);
  b.enter(done);
  return reg(length);
}

/** The helper's answer is the length with the NUL, or a negative error. */
function readLength(l: Lowering, expr: StrOf): Operand {
  const { b } = l;
  const capacity = sizeOf(expr.type);
  const answer = readStringAt(l, expr.pointer, b.scratch("str", capacity), imm(capacity));
  const length = b.vreg();
  const [read, failed, done] = [b.block(), b.coldBlock(), b.block()];
  b.branch("sgt", answer, zero, read, failed);
  b.enter(failed);
  b.emit({ op: "mov", dst: length, src: zero });
  b.jump(done);
  b.enter(read);
  b.setTo(length, b.bin("sub", answer, imm(1)));
  b.jump(done);
  b.enter(done);
  return reg(length);
}
