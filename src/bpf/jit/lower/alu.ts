/** Arithmetic. 32-bit results are zero-extended to the register; division and shifts as RFC 9669 says, which is not as WebAssembly does. */
import type { AluOp, Insn, Operand } from "../../isa/insn.ts";
import { op, type Op } from "../wasm/opcodes.ts";
import { pushOperand, pushOperand32, pushReg, pushReg32, setReg, type Lowering } from "./context.ts";

type Alu = Extract<Insn, { kind: "alu" }>;
type Division = "div" | "mod" | "sdiv" | "smod";
type Plain = Exclude<AluOp, Division | "mov">;

/** Shift amounts need no masking: WebAssembly takes them modulo the width, too. */
const wideOps: Record<Plain, Op> = {
  add: op.i64Add,
  sub: op.i64Sub,
  mul: op.i64Mul,
  or: op.i64Or,
  and: op.i64And,
  xor: op.i64Xor,
  lsh: op.i64Shl,
  rsh: op.i64ShrU,
  arsh: op.i64ShrS,
};
const narrowOps: Record<Plain, Op> = {
  add: op.i32Add,
  sub: op.i32Sub,
  mul: op.i32Mul,
  or: op.i32Or,
  and: op.i32And,
  xor: op.i32Xor,
  lsh: op.i32Shl,
  rsh: op.i32ShrU,
  arsh: op.i32ShrS,
};

/** The two widths of everything that division needs. */
interface Width {
  readonly result: "i64" | "i32";
  readonly ops: Record<Division, Op>;
  readonly eqz: Op;
  readonly eq: Op;
  readonly sub: Op;
  readonly constant: (low: Lowering, value: number) => void;
  readonly push: (low: Lowering, operand: Operand) => void;
}
const wide: Width = {
  result: "i64",
  ops: { div: op.i64DivU, mod: op.i64RemU, sdiv: op.i64DivS, smod: op.i64RemS },
  eqz: op.i64Eqz,
  eq: op.i64Eq,
  sub: op.i64Sub,
  constant: (low, value) => low.code.i64(value),
  push: pushOperand,
};
const narrow: Width = {
  result: "i32",
  ops: { div: op.i32DivU, mod: op.i32RemU, sdiv: op.i32DivS, smod: op.i32RemS },
  eqz: op.i32Eqz,
  eq: op.i32Eq,
  sub: op.i32Sub,
  constant: (low, value) => low.code.i32(value),
  push: pushOperand32,
};

export function lowerAlu(low: Lowering, insn: Alu): void {
  // Codegen's way to hide a number from the verifier.
  if (insn.op === "div" && insn.wide && "imm" in insn.src && insn.src.imm === 1) return;
  const width = insn.wide ? wide : narrow;
  switch (insn.op) {
    case "mov":
      if ("imm" in insn.src && !insn.wide) {
        low.code.i64(insn.src.imm >>> 0);
        return setReg(low, insn.dst);
      }
      width.push(low, insn.src);
      break;
    case "div":
    case "mod":
    case "sdiv":
    case "smod":
      divide(low, width, insn.op, insn);
      break;
    default:
      width.push(low, { reg: insn.dst });
      width.push(low, insn.src);
      low.code.emit(insn.wide ? wideOps[insn.op] : narrowOps[insn.op]);
  }
  if (!insn.wide) low.code.emit(op.i64ExtendI32U);
  setReg(low, insn.dst);
}

/** x / 0 = 0 and x % 0 = x; MIN / -1 = MIN and MIN % -1 = 0 (WebAssembly traps on all but the last). */
function divide(low: Lowering, width: Width, kind: Division, { dst, src }: Alu): void {
  const { code } = low;
  const dividend = { reg: dst };
  const quotient = (): void => {
    width.push(low, dividend);
    width.push(low, src);
    code.emit(width.ops[kind]);
  };
  const negated = (): void => {
    width.constant(low, 0);
    width.push(low, dividend);
    code.emit(width.sub);
  };
  const byZero = (): void => (kind === "div" || kind === "sdiv" ? width.constant(low, 0) : width.push(low, dividend));
  if ("imm" in src) {
    if (src.imm === 0) return byZero();
    return kind === "sdiv" && src.imm === -1 ? negated() : quotient();
  }
  width.push(low, src);
  code.emit(width.eqz);
  code.open(op.if, width.result);
  byZero();
  code.else();
  if (kind === "sdiv") {
    width.push(low, src);
    width.constant(low, -1);
    code.emit(width.eq);
    code.open(op.if, width.result);
    negated();
    code.else();
    quotient();
    code.close();
  } else quotient();
  code.close();
}

export function lowerNeg(low: Lowering, insn: Extract<Insn, { kind: "neg" }>): void {
  if (insn.wide) {
    low.code.i64(0);
    pushReg(low, insn.dst);
    low.code.emit(op.i64Sub);
  } else {
    low.code.i32(0);
    pushReg32(low, insn.dst);
    low.code.emit(op.i32Sub, op.i64ExtendI32U);
  }
  setReg(low, insn.dst);
}

const wideExtends = { 8: op.i64Extend8S, 16: op.i64Extend16S, 32: op.i64Extend32S } as const;

export function lowerMovsx(low: Lowering, insn: Extract<Insn, { kind: "movsx" }>): void {
  if (insn.wide) {
    pushReg(low, insn.src);
    low.code.emit(wideExtends[insn.bits]);
  } else {
    pushReg32(low, insn.src);
    if (insn.bits !== 32) low.code.emit(insn.bits === 8 ? op.i32Extend8S : op.i32Extend16S);
    low.code.emit(op.i64ExtendI32U);
  }
  setReg(low, insn.dst);
}

/** The machine is little-endian: "le" only truncates. */
export function lowerEnd(low: Lowering, insn: Extract<Insn, { kind: "end" }>): void {
  if (insn.order === "le") truncate(low, insn);
  else if (insn.bits === 64) swap64(low, insn);
  else swap32(low, insn);
  setReg(low, insn.dst);
}

type End = Extract<Insn, { kind: "end" }>;

function truncate(low: Lowering, { dst, bits }: End): void {
  pushReg(low, dst);
  if (bits === 64) return;
  low.code.i64(bits === 16 ? 0xffff : 0xffff_ffff);
  low.code.emit(op.i64And);
}

/** WebAssembly has no byte swap: (rotl(x, 8) & 0x00ff00ff) | (rotl(x, 24) & 0xff00ff00), of which 16 bits are the upper half. */
function swap32(low: Lowering, { dst, bits }: End): void {
  const { code } = low;
  for (const [by, mask] of [
    [8, 0x00ff00ff],
    [24, 0xff00ff00],
  ] as const) {
    pushReg32(low, dst);
    code.i32(by);
    code.emit(op.i32Rotl);
    code.i32(mask);
    code.emit(op.i32And);
  }
  code.emit(op.i32Or);
  if (bits === 16) {
    code.i32(16);
    code.emit(op.i32ShrU);
  }
  code.emit(op.i64ExtendI32U);
}

/** Swaps neighbouring bytes, then neighbouring 16-bit words, then the halves. */
function swap64(low: Lowering, { dst }: End): void {
  const { code } = low;
  pushReg(low, dst);
  code.set(low.i64Local);
  for (const [by, mask] of [
    [8, 0x00ff00ff_00ff00ffn],
    [16, 0x0000ffff_0000ffffn],
  ] as const) {
    code.get(low.i64Local);
    code.i64(mask);
    code.emit(op.i64And);
    code.i64(by);
    code.emit(op.i64Shl);
    code.get(low.i64Local);
    code.i64(by);
    code.emit(op.i64ShrU);
    code.i64(mask);
    code.emit(op.i64And, op.i64Or);
    code.set(low.i64Local);
  }
  code.get(low.i64Local);
  code.i64(32);
  code.emit(op.i64Rotl);
}
