/** Loads, stores and atomics: which bytes a pointer may reach, and what a load gives. */
import type { Insn, Reg, Size } from "../isa/insn.ts";
import { isValidCtxAccess } from "./ctx-access.ts";
import { type Env, MAX_OFFSET, mapOf, readOperand, readReg } from "./env.ts";
import { link } from "./alu-check.ts";
import { type PlacePointer, type RegState, isPointer, scalarReg, typeName, unknownReg } from "./reg-state.ts";
import { reject } from "./reject.ts";
import { constValue, isConst, loadedScalar } from "./scalar.ts";
import { STACK_BOTTOM, blurStack, fillStack, firstUnreadable, readStack, writeStack } from "./stack-state.ts";
import { type Frame, type State, setReg } from "./state.ts";
import { tnumAdd, tnumConst, tnumIsAligned, tnumText } from "./tnum.ts";

/** BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG. */
export const RDONLY_PROG = 0x80;
const WRONLY_PROG = 0x100;

export interface Touch {
  /** Register that holds the pointer, for messages. */
  readonly reg: Reg;
  readonly off: number;
  readonly size: number;
  readonly kind: "read" | "write";
}

type FpReg = Extract<RegState, { kind: "fp" }>;

export function checkLoad(env: Env, state: State, insn: Extract<Insn, { kind: "load" }>): void {
  const base = readReg(state, insn.base);
  if (insn.dst === 10) reject("frame pointer is read only");
  const touch: Touch = { reg: insn.base, off: insn.off, size: insn.size, kind: "read" };
  setReg(state, insn.dst, base.kind === "fp" ? loadStack(env, state, base, touch, insn) : loadElsewhere(env, base, touch, insn));
}

function loadElsewhere(env: Env, base: RegState, touch: Touch, insn: Extract<Insn, { kind: "load" }>): RegState {
  checkTouch(env, base, touch, { aligned: false });
  return scalarReg(loadedScalar(insn.size, insn.signed));
}

export function checkStore(env: Env, state: State, insn: Extract<Insn, { kind: "store" }>): void {
  let value = readOperand(state, insn.src);
  const base = readReg(state, insn.base);
  const touch: Touch = { reg: insn.base, off: insn.off, size: insn.size, kind: "write" };
  if (base.kind !== "fp") {
    // The kernel lets privileged programs store pointers into maps; ours never have a reason to.
    if (isPointer(value)) reject(`R${sourceReg(insn)} leaks addr into ${leakPlace(base)}`);
    return checkTouch(env, base, touch, { aligned: false });
  }
  // Not a spill of the context itself: somebody is going to read there.
  if (value.kind === "ctx" && !isUnmoved(value)) env.passesCtxAddress = true;
  if (value.kind === "scalar" && "reg" in insn.src && insn.size === 8) value = link(env, state, insn.src.reg, value);
  storeStack(env, state, base, touch, insn.size, value);
}

function sourceReg(insn: Extract<Insn, { kind: "store" }>): number {
  return "reg" in insn.src ? insn.src.reg : insn.base;
}

function leakPlace(base: RegState): string {
  return base.kind === "ctx" ? "ctx" : base.kind === "map_value" ? "map" : "mem";
}

export function checkAtomic(env: Env, state: State, insn: Extract<Insn, { kind: "atomic" }>): void {
  const src = readReg(state, insn.src);
  if (insn.op === "cmpxchg" && isPointer(readReg(state, 0))) reject("R0 leaks addr into mem");
  const base = readReg(state, insn.base);
  if (isPointer(src)) reject(`R${insn.src} leaks addr into mem`);
  if (insn.fetch && insn.op !== "cmpxchg" && insn.src === 10) reject("frame pointer is read only");
  if (base.kind === "ctx") reject(`BPF_ATOMIC stores into R${insn.base} ${typeName(base)} is not allowed`);
  const touch: Touch = { reg: insn.base, off: insn.off, size: insn.size, kind: "read" };
  if (base.kind === "fp") {
    loadStack(env, state, base, touch, { size: insn.size, signed: false });
    storeStack(env, state, base, { ...touch, kind: "write" }, insn.size, unknownReg);
  } else {
    checkTouch(env, base, touch, { aligned: true });
    checkTouch(env, base, { ...touch, kind: "write" }, { aligned: true });
  }
  if (insn.fetch) setReg(state, insn.op === "cmpxchg" ? 0 : insn.src, scalarReg(loadedScalar(insn.size, false)));
}

/** Whether these bytes of anything but the stack may be accessed. */
export function checkTouch(env: Env, base: RegState, touch: Touch, demand: { readonly aligned: boolean }): void {
  switch (base.kind) {
    case "ctx":
      return checkCtx(env, base, touch);
    case "map_value":
      if (base.orNull) break;
      if (demand.aligned) checkAlignment("value ", base, touch);
      checkMapFlags(env, base, touch);
      return checkRegion("map value, value_size", mapOf(env, base.map).valueSize, base, touch);
    case "map_key":
      if (touch.kind === "write") reject(`write to change key R${touch.reg} not allowed`);
      return checkRegion("map key, key_size", mapOf(env, base.map).keySize, base, touch);
    case "ringbuf_mem":
      if (base.orNull) break;
      if (demand.aligned) checkAlignment("", base, touch);
      return checkRegion("memory, mem_size", base.sizeBytes, base, touch);
    default:
      break;
  }
  reject(`R${touch.reg} invalid mem access '${typeName(base)}'`);
}

function checkMapFlags(env: Env, base: Extract<RegState, { kind: "map_value" }>, { kind, off, size }: Touch): void {
  const { flags, valueSize } = mapOf(env, base.map);
  const forbidden = kind === "write" ? flags & RDONLY_PROG : flags & WRONLY_PROG;
  if (!forbidden) return;
  reject(`${kind === "write" ? "write into" : "read from"} map forbidden, value_size=${valueSize} off=${base.off + off} size=${size}`);
}

/** The whole object is `length` bytes; every address that the pointer can have must leave the access inside. */
export function checkRegion(what: string, length: number, base: PlacePointer, { reg, off, size }: Touch): void {
  const { smin, umax } = base.variable.wide;
  const fixed = BigInt(base.off + off);
  const outside = (at: bigint): boolean => at < 0n || at + BigInt(size) > BigInt(length);
  const text = (at: bigint): string => `invalid access to ${what}=${length} off=${at} size=${size}`;
  if (smin < 0n && (smin === -(1n << 63n) || fixed + smin < 0n)) {
    reject(`R${reg} min value is negative, either use unsigned index or do a if (index >=0) check.`);
  }
  if (outside(fixed + smin)) {
    reject(`R${reg} min value is outside of the allowed memory range`, text(fixed + smin));
  }
  if (umax >= BigInt(MAX_OFFSET)) reject(`R${reg} unbounded memory access, make sure to bounds check any such access`);
  if (outside(fixed + umax)) reject(`R${reg} max value is outside of the allowed memory range`, text(fixed + umax));
}

function checkAlignment(place: string, base: PlacePointer, { off, size }: Touch): void {
  const sum = tnumAdd(64, base.variable.tnum, tnumConst(BigInt.asUintN(64, BigInt(base.off + off))));
  if (!tnumIsAligned(sum, size)) {
    reject(`misaligned ${place}access off ${tnumText(base.variable.tnum)}+${base.off}+${off} size ${size}`);
  }
}

function checkCtx(env: Env, base: Extract<RegState, { kind: "ctx" }>, { reg, off, size, kind }: Touch): void {
  checkUnmodifiedCtx(base, reg);
  if (!isValidCtxAccess(env.program.type, { off, size, write: kind === "write" })) {
    reject(`invalid bpf_context access off=${off} size=${size}`);
  }
  env.maxCtxOffset = Math.max(env.maxCtxOffset, off + size);
}

const isUnmoved = ({ off, variable }: Extract<RegState, { kind: "ctx" }>): boolean =>
  isConst(variable) && BigInt(off) + constValue(variable)! === 0n;

/** A context may only be used as it came, without an offset. */
export function checkUnmodifiedCtx(base: Extract<RegState, { kind: "ctx" }>, reg: Reg): void {
  if (!isConst(base.variable)) reject(`variable ctx access var_off=${tnumText(base.variable.tnum)} disallowed`);
  const off = base.off + Number(BigInt.asIntN(64, constValue(base.variable)!));
  if (off < 0) reject(`negative offset ctx ptr R${reg} off=${off} disallowed`);
  if (off !== 0) reject(`dereference of modified ctx ptr R${reg} off=${off} disallowed`);
}

/** Bytes of a frame that an access may reach: from lowest to below highest; equal reach when the offset is known. */
export interface StackReach {
  readonly frame: Frame;
  readonly low: number;
  /** The highest offset at which the access can begin. */
  readonly high: number;
}

export function checkStackBounds(env: Env, state: State, base: FpReg, { reg, off, size, kind }: Touch): StackReach {
  const frame = state.frames[base.frame]!;
  const known = constValue(base.variable);
  const words = kind === "read" ? "read from" : "write to";
  const { smin, smax } = base.variable.wide;
  const limit = BigInt(MAX_OFFSET);
  if (smin <= -limit || smax >= limit) reject(`invalid unbounded variable-offset ${words} stack R${reg}`);
  const low = base.off + off + Number(smin);
  const high = base.off + off + Number(smax);
  if (low < STACK_BOTTOM || high + size > 0) {
    if (known !== null) reject(`invalid ${words} stack R${reg} off=${low} size=${size}`);
    reject(`invalid variable-offset ${words} stack R${reg} var_off=${tnumText(base.variable.tnum)} off=${base.off + off} size=${size}`);
  }
  env.stackDepth.set(frame.func, Math.max(env.stackDepth.get(frame.func) ?? 0, -low));
  return { frame, low, high };
}

function loadStack(env: Env, state: State, base: FpReg, touch: Touch, load: { readonly size: Size; readonly signed: boolean }): RegState {
  checkAlignment("stack ", base, touch);
  const { frame, low, high } = checkStackBounds(env, state, base, touch);
  if (low === high) return readStack(frame, low, load.size, load.signed);
  checkReadable(frame, low, high + load.size - low, touch, base);
  return scalarReg(loadedScalar(load.size, load.signed));
}

/** Bytes that may be read as data, by a load at an unknown offset or by a helper. */
export function checkReadable(frame: Frame, low: number, count: number, touch: Touch, base: FpReg): void {
  const hole = firstUnreadable(frame, low, count);
  if (hole === null) return;
  if (isConst(base.variable)) reject(`invalid read from stack R${touch.reg} off ${low}+${hole - low} size ${count}`);
  reject(`invalid read from stack R${touch.reg} var_off ${tnumText(base.variable.tnum)}+${hole - low} size ${count}`);
}

function storeStack(env: Env, state: State, base: FpReg, touch: Touch, size: Size, value: RegState): void {
  checkAlignment("stack ", base, touch);
  const { frame, low, high } = checkStackBounds(env, state, base, touch);
  if (isPointer(value)) {
    if (size !== 8) reject("invalid size of register spill");
    if (low !== high) reject(`R${touch.reg} leaks addr into stack at a variable offset`);
    if (value.kind === "fp" && frame !== state.frames.at(-1)) reject("cannot spill pointers to stack into stack frame of the caller");
  }
  if (low === high) return writeStack(frame, low, size, value);
  blurStack(frame, low, high + size - low);
}

/** A helper writes `count` bytes; `atMost` of them it may or may not write. */
export function helperWritesStack(reach: StackReach, count: number, atMost: number): void {
  if (reach.low !== reach.high) return blurStack(reach.frame, reach.low, reach.high - reach.low + Math.max(count, atMost));
  blurStack(reach.frame, reach.low, atMost);
  fillStack(reach.frame, reach.low, count);
}
