/** ALU instructions on register states: scalars by their ranges, pointers by the few operations that are allowed. */
import type { AluOp, Insn, Reg } from "../isa/insn.ts";
import { aluText } from "../isa/disasm.ts";
import { type Env, MAX_OFFSET, newId, readOperand, readReg } from "./env.ts";
import { type PlacePointer, type RegState, isOrNull, isPointer, scalarReg, typeName, unknownReg } from "./reg-state.ts";
import { reject } from "./reject.ts";
import {
  type Scalar,
  aluScalar,
  constValue,
  isConst,
  isContradiction,
  loadedScalar,
  signExtendScalar,
  unknownScalar,
  zeroExtendLow,
  zeroScalar,
} from "./scalar.ts";
import { type State, setReg } from "./state.ts";

type AluInsn = Extract<Insn, { kind: "alu" }>;

/** `matters`: a number that comes out may decide something later; where it cannot, it is not worked out. */
export function checkAlu(env: Env, state: State, insn: AluInsn, matters: boolean): void {
  checkImmediate(insn);
  if (insn.dst === 10) reject("frame pointer is read only");
  if (insn.op === "mov") return checkMov(env, state, insn);
  const src = readOperand(state, insn.src);
  const dst = readReg(state, insn.dst);
  if (dst.kind === "scalar" && src.kind === "scalar") {
    const result = matters ? aluScalar(insn.op, insn.wide, dst.scalar, src.scalar) : unknownScalar;
    const isNear = dst.id !== 0 && insn.wide && (insn.op === "add" || insn.op === "sub") && isConst(src.scalar);
    if (isNear) return setReg(state, insn.dst, { kind: "scalar", scalar: result, id: 0, near: dst.id });
    return setReg(state, insn.dst, matters ? scalarReg(result) : unknownReg);
  }
  setReg(state, insn.dst, pointerArithmetic(insn, insn.op, dst, src));
}

function checkImmediate({ op, wide, src }: AluInsn): void {
  if ("reg" in src) return;
  if ((op === "div" || op === "mod" || op === "sdiv" || op === "smod") && src.imm === 0) reject("div by zero");
  const bits = wide ? 64 : 32;
  if ((op === "lsh" || op === "rsh" || op === "arsh") && (src.imm < 0 || src.imm >= bits)) reject(`invalid shift ${src.imm}`);
}

function checkMov(env: Env, state: State, insn: AluInsn): void {
  const src = readOperand(state, insn.src);
  if (src.kind === "scalar") {
    const linked = "reg" in insn.src && (insn.wide || src.scalar.wide.umax <= 0xffffffffn) ? link(env, state, insn.src.reg, src) : null;
    return setReg(state, insn.dst, linked ?? scalarReg(insn.wide ? src.scalar : zeroExtendLow(src.scalar)));
  }
  if (!insn.wide) reject(`R${regNumber(insn)} partial copy of pointer`);
  setReg(state, insn.dst, src);
}

/** Gives a number that is being copied an id, so that a test of one copy tells about the other. */
export function link(env: Env, state: State, reg: Reg, value: Extract<RegState, { kind: "scalar" }>): RegState {
  if (value.id !== 0 || isConst(value.scalar)) return value;
  const linked: RegState = { kind: "scalar", scalar: value.scalar, id: newId(env) };
  setReg(state, reg, linked);
  return linked;
}

export function checkUnary(state: State, insn: Extract<Insn, { kind: "neg" | "movsx" | "end" }>, matters: boolean): void {
  if (insn.dst === 10) reject("frame pointer is read only");
  const from = insn.kind === "movsx" ? insn.src : insn.dst;
  const reg = readReg(state, from);
  if (reg.kind !== "scalar") {
    reject(insn.kind === "movsx" ? `R${from} sign-extension part of pointer` : `R${from} pointer arithmetic prohibited`);
  }
  setReg(state, insn.dst, matters ? scalarReg(unary(insn, reg.scalar)) : unknownReg);
}

function unary(insn: Extract<Insn, { kind: "neg" | "movsx" | "end" }>, value: Scalar): Scalar {
  if (insn.kind === "movsx") return signExtendScalar(value, insn.bits, insn.wide);
  if (insn.kind === "neg") return aluScalar("sub", insn.wide, zeroScalar, value);
  return loadedScalar((insn.bits / 8) as 2 | 4 | 8, false);
}

function regNumber(insn: AluInsn): number {
  return "reg" in insn.src ? insn.src.reg : insn.dst;
}

/** At least one of the two is a pointer. */
function pointerArithmetic(insn: AluInsn, op: AluOp, dst: RegState, src: RegState): RegState {
  const name = `R${insn.dst}`;
  if (isPointer(dst) && isPointer(src)) reject(`${name} pointer ${aluText[op]} pointer prohibited`);
  const pointer = isPointer(dst) ? dst : src;
  const offset = isPointer(dst) ? src : dst;
  if (!isPointer(pointer) || offset.kind !== "scalar") return unknownReg;
  if (!insn.wide) reject(`${name} 32-bit pointer arithmetic prohibited`);
  if (isOrNull(pointer)) reject(`${name} pointer arithmetic on ${typeName(pointer)} prohibited, null-check it first`);
  if (pointer.kind === "map_ptr" || pointer.kind === "func") reject(`${name} pointer arithmetic on ${typeName(pointer)} prohibited`);
  if (op === "and" || op === "or" || op === "xor") reject(`${name} bitwise operator ${aluText[op]} on pointer prohibited`);
  if (op !== "add" && op !== "sub") reject(`${name} pointer arithmetic with ${aluText[op]} operator prohibited`);
  if (op === "sub" && pointer === src) reject(`${name} tried to subtract pointer from scalar`);
  if (op === "sub" && pointer.kind === "fp" && !isConst(offset.scalar)) reject(`${name} subtraction from stack pointer prohibited`);
  checkOffset(pointer, offset.scalar);
  const moved = movePointer(pointer, op, offset.scalar);
  checkOffset(moved, moved.variable);
  if (Math.abs(moved.off) >= MAX_OFFSET) reject(`${typeName(moved)} pointer offset ${moved.off} is not allowed`);
  return moved;
}

function movePointer(pointer: PlacePointer, op: "add" | "sub", offset: Scalar): PlacePointer {
  const known = constValue(offset);
  if (known !== null) {
    const by = Number(BigInt.asIntN(64, known));
    return { ...pointer, off: op === "add" ? pointer.off + by : pointer.off - by };
  }
  return { ...pointer, variable: aluScalar(op, true, pointer.variable, offset) };
}

/** Offsets must be so small that no sum of them can wrap around. */
function checkOffset(pointer: PlacePointer, offset: Scalar): void {
  const type = typeName(pointer);
  const limit = BigInt(MAX_OFFSET);
  const known = constValue(offset);
  if (known !== null) {
    const value = BigInt.asIntN(64, known);
    if (value >= limit || value <= -limit) reject(`math between ${type} pointer and ${value} is not allowed`);
    return;
  }
  const { smin } = offset.wide;
  if (isContradiction(offset) || smin === -(1n << 63n)) {
    reject(`math between ${type} pointer and register with unbounded min value is not allowed`);
  }
  if (smin >= limit || smin <= -limit) reject(`value ${smin} makes ${type} pointer be out of bounds`);
}
