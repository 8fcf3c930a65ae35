/** Instruction selection for arithmetic: three-address IR to the machine's two, cheap forms for constants. */
import type { BinFn, Cond, IrInsn, Operand, VReg } from "../../lang/ir/ir.ts";
import type { AluOp, JmpOp } from "../bpf/isa/insn.ts";
import { fitsImm, foldBin, foldCond, foldExt, foldSwap, mirrored, s64 } from "./arithmetic.ts";
import { asOperand, emit, emitConst, emitMove, inReg, knownValue, mreg, temp } from "./builder.ts";
import type { Builder } from "./builder.ts";
import type { MReg } from "./mir.ts";

const aluOf: Readonly<Record<BinFn, Exclude<AluOp, "mov">>> = {
  add: "add",
  sub: "sub",
  mul: "mul",
  udiv: "div",
  umod: "mod",
  and: "and",
  or: "or",
  xor: "xor",
  shl: "lsh",
  lshr: "rsh",
  ashr: "arsh",
};

export const jmpOf: Readonly<Record<Cond, JmpOp>> = {
  eq: "eq",
  ne: "ne",
  ult: "lt",
  ule: "le",
  ugt: "gt",
  uge: "ge",
  slt: "slt",
  sle: "sle",
  sgt: "sgt",
  sge: "sge",
};

const isCommutative = (fn: BinFn): boolean => fn === "add" || fn === "mul" || fn === "and" || fn === "or" || fn === "xor";

export function selectBin(b: Builder, insn: IrInsn & { op: "bin" }): void {
  const dst = mreg(insn.dst);
  const left = knownValue(b, insn.a);
  const right = knownValue(b, insn.b);
  if (left !== null && right !== null) emitConst(b, dst, foldBin(insn.fn, left, right));
  else if (right !== null) binImm(b, insn.fn, dst, inReg(b, insn.a), right);
  else if (left === null) binRegs(b, insn.fn, dst, insn.a, insn.b);
  else if (isCommutative(insn.fn)) binImm(b, insn.fn, dst, inReg(b, insn.b), left);
  else if (insn.fn === "sub" && left === 0n) {
    emitMove(b, dst, inReg(b, insn.b));
    emit(b, { op: "neg", dst });
  } else intoDst(b, insn.fn, dst, inReg(b, insn.a), inReg(b, insn.b));
}

function binRegs(b: Builder, fn: BinFn, dst: MReg, a: Operand, c: Operand): void {
  const left = inReg(b, a);
  const right = inReg(b, c);
  // Overwrite the operand that nobody needs again. A variable that is set several times is likely to be set to the result.
  const reused = left !== dst && b.facts.defCount[left] === 1 && (b.facts.useCount[left] ?? 0) > 1;
  const swap = isCommutative(fn) && (right === dst || (reused && b.facts.useCount[right] === 1));
  if (swap) intoDst(b, fn, dst, right, left);
  else intoDst(b, fn, dst, left, right);
}

/** dst = left fn right, where right may be dst. */
function intoDst(b: Builder, fn: BinFn, dst: MReg, left: MReg, right: MReg): void {
  const into = right === dst && left !== dst ? temp(b) : dst;
  emitMove(b, into, left);
  emit(b, { op: "alu", fn: aluOf[fn], wide: true, dst: into, src: { reg: right } });
  emitMove(b, dst, into);
}

function binImm(b: Builder, fn: BinFn, dst: MReg, a: MReg, value: bigint): void {
  const same = sameAs(fn, value);
  if (same === "operand") return emitMove(b, dst, a);
  if (same === "zero") return emitConst(b, dst, 0n);
  const power = powerOfTwo(value);
  if (fn === "mul" && power !== null) return binImm(b, "shl", dst, a, power);
  if (fn === "udiv" && power !== null) return binImm(b, "lshr", dst, a, power);
  if (fn === "umod" && power !== null) return binImm(b, "and", dst, a, s64((1n << power) - 1n));
  if (fn === "sub" && value !== -(1n << 63n)) return binImm(b, "add", dst, a, -value);
  if (fn === "shl" || fn === "lshr" || fn === "ashr") return aluImm(b, fn, dst, a, value & 63n);
  if (fn === "and" && value === 0xffff_ffffn) return emit(b, { op: "mov", wide: false, dst, src: { reg: a } });
  if (fn === "and" && value >= 1n << 31n && value < 1n << 32n) {
    emitMove(b, dst, a);
    return emit(b, { op: "alu", fn: "and", wide: false, dst, src: { imm: Number(BigInt.asIntN(32, value)) } });
  }
  if (fitsImm(value)) return aluImm(b, fn, dst, a, value);
  const constant = temp(b);
  emitConst(b, constant, value);
  intoDst(b, fn, dst, a, constant);
}

function aluImm(b: Builder, fn: BinFn, dst: MReg, a: MReg, value: bigint): void {
  emitMove(b, dst, a);
  emit(b, { op: "alu", fn: aluOf[fn], wide: true, dst, src: { imm: Number(value) } });
}

/** Operations that a constant makes trivial. Division by a zero immediate would be refused by the kernel. */
function sameAs(fn: BinFn, value: bigint): "operand" | "zero" | null {
  switch (fn) {
    case "add":
    case "sub":
    case "or":
    case "xor":
      return value === 0n ? "operand" : null;
    case "shl":
    case "lshr":
    case "ashr":
      return (value & 63n) === 0n ? "operand" : null;
    case "mul":
      return value === 0n ? "zero" : value === 1n ? "operand" : null;
    case "and":
      return value === 0n ? "zero" : value === -1n ? "operand" : null;
    case "udiv":
      return value === 0n ? "zero" : value === 1n ? "operand" : null;
    case "umod":
      return value === 0n ? "operand" : value === 1n ? "zero" : null;
  }
}

/** The exponent of 2^1…2^63. */
function powerOfTwo(value: bigint): bigint | null {
  const unsigned = BigInt.asUintN(64, value);
  if (unsigned < 2n || (unsigned & (unsigned - 1n)) !== 0n) return null;
  return BigInt(unsigned.toString(2).length - 1);
}

export function selectExt(b: Builder, insn: IrInsn & { op: "ext" }): void {
  const dst = mreg(insn.dst);
  const value = knownValue(b, insn.src);
  if (value !== null) return emitConst(b, dst, foldExt(value, insn.bits, insn.signed));
  const src = inReg(b, insn.src);
  const known = insn.src.kind === "reg" ? unsignedBits(b, insn.src.reg) : 64;
  if (known < insn.bits || (known === insn.bits && !insn.signed)) return emitMove(b, dst, src);
  if (insn.signed) {
    emitMove(b, dst, src);
    return signExtend(b, dst, insn.bits);
  }
  if (insn.bits === 32) return emit(b, { op: "mov", wide: false, dst, src: { reg: src } });
  aluImm(b, "and", dst, src, (1n << BigInt(insn.bits)) - 1n);
}

/** The low `bits` of dst, sign-extended in place (the machine's movsx and sign-extending loads are v4). */
export function signExtend(b: Builder, dst: MReg, bits: number): void {
  emit(b, { op: "alu", fn: "lsh", wide: true, dst, src: { imm: 64 - bits } });
  emit(b, { op: "alu", fn: "arsh", wide: true, dst, src: { imm: 64 - bits } });
}

/** Bits that the register needs at most as an unsigned number, as far as its definition alone tells. */
function unsignedBits(b: Builder, reg: VReg): number {
  const definition = b.facts.definition[reg];
  if (definition === null || definition === undefined) return 64;
  switch (definition.op) {
    case "load":
    case "loadCtx":
      return definition.signed ? 64 : definition.size * 8;
    case "setcc":
      return 1;
    case "ext":
      return definition.signed ? 64 : definition.bits;
    case "bswap":
      return definition.bits;
    case "log2":
      return 6;
    case "bin": {
      const mask = definition.fn === "and" ? (knownValue(b, definition.b) ?? knownValue(b, definition.a)) : null;
      return mask === null || mask < 0n ? 64 : mask.toString(2).length;
    }
    default:
      return 64;
  }
}

export function selectSwap(b: Builder, insn: IrInsn & { op: "bswap" }): void {
  const dst = mreg(insn.dst);
  const value = knownValue(b, insn.src);
  if (value !== null) return emitConst(b, dst, foldSwap(value, insn.bits));
  emitMove(b, dst, inReg(b, insn.src));
  emit(b, { op: "swap", dst, bits: insn.bits });
}

/** A division by one: the verifiers, ours and the kernel's, follow no division, and take its result for another number. */
export function selectHide(b: Builder, insn: IrInsn & { op: "hide" }): void {
  const dst = mreg(insn.dst);
  const value = knownValue(b, insn.src);
  if (value === null) emitMove(b, dst, inReg(b, insn.src));
  else emitConst(b, dst, value);
  emit(b, { op: "alu", fn: "div", wide: true, dst, src: { imm: 1 } });
}

/** A comparison with its left side in a register, or decided. */
export type Comparison =
  | { readonly known: boolean }
  | { readonly known: null; readonly cond: JmpOp; readonly a: MReg; readonly b: { readonly reg: MReg } | { readonly imm: number } };

export function compare(b: Builder, cond: Cond, left: Operand, right: Operand): Comparison {
  const a = knownValue(b, left);
  const c = knownValue(b, right);
  if (a !== null && c !== null) return { known: foldCond(cond, a, c) };
  if (a !== null) return compare(b, mirrored[cond], right, left);
  return { known: null, cond: jmpOf[cond], a: inReg(b, left), b: asOperand(b, right) };
}

export function selectSetcc(b: Builder, insn: IrInsn & { op: "setcc" }): void {
  const comparison = compare(b, insn.cond, insn.a, insn.b);
  const dst = mreg(insn.dst);
  if (comparison.known !== null) return emitConst(b, dst, BigInt(comparison.known));
  const { cond, a, b: right } = comparison;
  // The result is written before the comparison.
  const into = a === dst || ("reg" in right && right.reg === dst) ? temp(b) : dst;
  emit(b, { op: "setcc", dst: into, cond, a, b: right });
  emitMove(b, dst, into);
}
