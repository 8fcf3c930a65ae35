/** Conditional jumps: which ways can be taken, and what each way tells about the operands. */
import type { Insn, JmpOp, Reg } from "../isa/insn.ts";
import { markNull, readOperand, readReg } from "./env.ts";
import { loseLinks } from "./links.ts";
import { type RegState, isOrNull, isPointer } from "./reg-state.ts";
import { reject } from "./reject.ts";
import { type Range, fullRange, intersectRanges, max, min, rangeContains, sameRange } from "./range.ts";
import { type Scalar, constValue, isConst, isContradiction, sync, unknownScalar } from "./scalar.ts";
import { type State, cloneState, mapRegs, setReg } from "./state.ts";
import { type Tnum, tnumConst, tnumAnd, tnumIntersect, tnumLow, tnumOr, tnumWithLow32 } from "./tnum.ts";

type Branch = Extract<Insn, { kind: "branch" }>;

/** The states behind the jump; null where that way cannot be taken. `state` itself becomes one of them. */
export interface Ways {
  readonly taken: State | null;
  readonly notTaken: State | null;
}

/** Whether the number in a register may still decide something on one way. */
export interface Matters {
  readonly taken: (reg: Reg) => boolean;
  readonly notTaken: (reg: Reg) => boolean;
}

export function checkBranch(state: State, insn: Branch, matters: Matters): Ways {
  const src = readOperand(state, insn.src);
  const dst = readReg(state, insn.dst);
  if (dst.kind === "scalar" && src.kind === "scalar") return scalarBranch(state, insn, dst.scalar, src.scalar, matters);
  return pointerBranch(state, insn, dst, src);
}

function only(state: State, isTaken: boolean): Ways {
  return isTaken ? { taken: state, notTaken: null } : { taken: null, notTaken: state };
}

/** Pointers may only be compared with 0. */
function pointerBranch(state: State, insn: Branch, dst: RegState, src: RegState): Ways {
  const isNullTest = isPointer(dst) && src.kind === "scalar" && constValue(src.scalar) === 0n;
  if (!isNullTest || !insn.wide || (insn.op !== "eq" && insn.op !== "ne")) reject(`R${insn.dst} pointer comparison prohibited`);
  // Like the kernel, take nothing for granted about the context and the stack.
  if (dst.kind === "ctx" || dst.kind === "fp" || dst.kind === "map_ptr" || dst.kind === "func") {
    return { taken: cloneState(state), notTaken: state };
  }
  if (!isOrNull(dst)) return only(state, insn.op === "ne");
  const isNull = cloneState(state);
  const id = dst.kind === "map_value" || dst.kind === "ringbuf_mem" ? dst.id : 0;
  markNull(isNull, id, true);
  markNull(state, id, false);
  return insn.op === "eq" ? { taken: isNull, notTaken: state } : { taken: state, notTaken: isNull };
}

function scalarBranch(state: State, insn: Branch, a: Scalar, b: Scalar, matters: Matters): Ways {
  const decided = decide(insn.op, insn.wide, a, b);
  if (decided !== null) return only(state, decided);
  loseLinks(state, insn);
  const taken = cloneState(state);
  if (tells(state, insn, matters.taken)) refineRegs(taken, insn, refine(insn.op, insn.wide, a, b));
  if (tells(state, insn, matters.notTaken)) refineRegs(state, insn, refine(opposite[insn.op], insn.wide, a, b));
  return { taken, notTaken: state };
}

/** Whether anything can come of what the branch tells about its operands. */
function tells(state: State, insn: Branch, matters: (reg: Reg) => boolean): boolean {
  return concerns(state, insn.dst, matters) || ("reg" in insn.src && concerns(state, insn.src.reg, matters));
}

function concerns(state: State, reg: Reg, matters: (reg: Reg) => boolean): boolean {
  const value = readReg(state, reg);
  return matters(reg) || (value.kind === "scalar" && value.id !== 0);
}

type Pair = readonly [Scalar, Scalar];

function refineRegs(state: State, insn: Branch, [a, b]: Pair): void {
  refineReg(state, insn, insn.dst, a);
  if ("reg" in insn.src) refineReg(state, insn, insn.src.reg, b);
}

/** Also all that is known to be the same number. */
function refineReg(state: State, insn: Branch, reg: Branch["dst"], scalar: Scalar): void {
  const old = readReg(state, reg);
  if (old.kind !== "scalar" || old.scalar === scalar) return;
  // r1 compared with itself: both halves of the pair are about it, either is true.
  const refined: RegState = { ...old, scalar };
  setReg(state, reg, refined);
  if (old.id === 0) return;
  mapRegs(state, (other) => (other.kind === "scalar" && other.id === old.id ? refined : other));
}

type RefineOp = JmpOp | "clear";
const opposite: Readonly<Record<JmpOp, RefineOp>> = {
  eq: "ne",
  ne: "eq",
  gt: "le",
  ge: "lt",
  lt: "ge",
  le: "gt",
  sgt: "sle",
  sge: "slt",
  slt: "sge",
  sle: "sgt",
  set: "clear",
};
const swapped: Readonly<Partial<Record<RefineOp, RefineOp>>> = { gt: "lt", ge: "le", sgt: "slt", sge: "sle" };

const boundsOf = (scalar: Scalar, wide: boolean): Range => (wide ? scalar.wide : scalar.low);
const bitsOf = (scalar: Scalar, wide: boolean): Tnum => (wide ? scalar.tnum : tnumLow(32, scalar.tnum));

/** Whether the jump is surely taken, surely not, or (null) either. */
export function decide(op: JmpOp, wide: boolean, left: Scalar, right: Scalar): boolean | null {
  const [a, b] = [boundsOf(left, wide), boundsOf(right, wide)];
  const either = (yes: boolean, no: boolean): boolean | null => (yes ? true : no ? false : null);
  switch (op) {
    case "eq":
      return equality(a, b, left, right, wide);
    case "ne": {
      const equal = equality(a, b, left, right, wide);
      return equal === null ? null : !equal;
    }
    case "set": {
      const [x, y] = [bitsOf(left, wide), bitsOf(right, wide)];
      return either((x.value & y.value) !== 0n, ((x.value | x.mask) & (y.value | y.mask)) === 0n);
    }
    case "gt":
      return either(a.umin > b.umax, a.umax <= b.umin);
    case "ge":
      return either(a.umin >= b.umax, a.umax < b.umin);
    case "lt":
      return either(a.umax < b.umin, a.umin >= b.umax);
    case "le":
      return either(a.umax <= b.umin, a.umin > b.umax);
    case "sgt":
      return either(a.smin > b.smax, a.smax <= b.smin);
    case "sge":
      return either(a.smin >= b.smax, a.smax < b.smin);
    case "slt":
      return either(a.smax < b.smin, a.smin >= b.smax);
    case "sle":
      return either(a.smax <= b.smin, a.smin > b.smax);
  }
}

function equality(a: Range, b: Range, left: Scalar, right: Scalar, wide: boolean): boolean | null {
  const [x, y] = [bitsOf(left, wide), bitsOf(right, wide)];
  if (x.mask === 0n && y.mask === 0n) return x.value === y.value;
  const apart = a.umin > b.umax || a.umax < b.umin || a.smin > b.smax || a.smax < b.smin;
  return apart ? false : null;
}

/** The operands after a jump with this outcome. Numbers that no outcome allows are kept as they were: such a path cannot happen. */
export function refine(op: RefineOp, wide: boolean, a: Scalar, b: Scalar): Pair {
  const other = swapped[op];
  if (other) {
    const [y, x] = refine(other, wide, b, a);
    return [x, y];
  }
  const [x, y] = refineOrdered(op, wide, a, b);
  return isContradiction(x) || isContradiction(y) ? [a, b] : [x, y];
}

function refineOrdered(op: RefineOp, wide: boolean, left: Scalar, right: Scalar): Pair {
  // Most numbers are compared with constants.
  if (op === "eq" && wide && isConst(right)) {
    const isPossible = rangeContains(left.wide, right.wide) && rangeContains(left.low, right.low);
    return isPossible ? [right, right] : [left, right];
  }
  const [a, b] = [boundsOf(left, wide), boundsOf(right, wide)];
  const bits = wide ? 64 : 32;
  const bounded = (forA: Partial<Range>, forB: Partial<Range>): Pair => [
    withBounds(left, wide, { ...a, ...forA }),
    withBounds(right, wide, { ...b, ...forB }),
  ];
  switch (op) {
    case "eq": {
      const both = intersectRanges(a, b);
      const tnum = tnumIntersect(bitsOf(left, wide), bitsOf(right, wide));
      return [withBits(withBounds(left, wide, both), wide, tnum), withBits(withBounds(right, wide, both), wide, tnum)];
    }
    case "ne":
      return [withBounds(left, wide, without(bits, a, bitsOf(right, wide))), withBounds(right, wide, without(bits, b, bitsOf(left, wide)))];
    case "lt":
      return bounded({ umax: min(a.umax, b.umax - 1n) }, { umin: max(b.umin, a.umin + 1n) });
    case "le":
      return bounded({ umax: min(a.umax, b.umax) }, { umin: max(b.umin, a.umin) });
    case "slt":
      return bounded({ smax: min(a.smax, b.smax - 1n) }, { smin: max(b.smin, a.smin + 1n) });
    case "sle":
      return bounded({ smax: min(a.smax, b.smax) }, { smin: max(b.smin, a.smin) });
    case "set":
      return [withKnownBit(left, wide, right), withKnownBit(right, wide, left)];
    case "clear":
      return [withoutBits(left, wide, right), withoutBits(right, wide, left)];
    default:
      return [left, right];
  }
}

/** A known number that is excluded can only move a bound that it lies on. */
function without(bits: number, range: Range, excluded: Tnum): Range {
  if (excluded.mask !== 0n) return range;
  const unsigned = excluded.value;
  const signed = BigInt.asIntN(bits, excluded.value);
  if (range.umin !== unsigned && range.umax !== unsigned && range.smin !== signed && range.smax !== signed) return range;
  return {
    umin: range.umin === unsigned ? range.umin + 1n : range.umin,
    umax: range.umax === unsigned ? range.umax - 1n : range.umax,
    smin: range.smin === signed ? range.smin + 1n : range.smin,
    smax: range.smax === signed ? range.smax - 1n : range.smax,
  };
}

function withBounds(scalar: Scalar, wide: boolean, range: Range): Scalar {
  if (sameRange(range, boundsOf(scalar, wide))) return scalar;
  return sync(wide ? { ...scalar, wide: range } : { ...scalar, low: range });
}

function withBits(scalar: Scalar, wide: boolean, tnum: Tnum): Scalar {
  return sync({ ...scalar, tnum: wide ? tnum : tnumWithLow32(scalar.tnum, tnum) });
}

/** a & b is not 0: if b is a single bit, a has it. */
function withKnownBit(a: Scalar, wide: boolean, b: Scalar): Scalar {
  const { value, mask } = bitsOf(b, wide);
  if (mask !== 0n || value === 0n || (value & (value - 1n)) !== 0n) return a;
  return withBits(a, wide, tnumOr(bitsOf(a, wide), tnumConst(value)));
}

/** a & b is 0: if b is known, a has none of its bits. As in the kernel, the bits are then all that is known. */
function withoutBits(a: Scalar, wide: boolean, b: Scalar): Scalar {
  const { value, mask } = bitsOf(b, wide);
  if (mask !== 0n) return a;
  const kept = fullRange(wide ? 64 : 32).umax & ~value;
  const bits = tnumAnd(bitsOf(a, wide), tnumConst(kept));
  return sync({ ...unknownScalar, tnum: wide ? bits : tnumWithLow32(a.tnum, bits) });
}
