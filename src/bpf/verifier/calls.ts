/** Frames: local calls, callbacks of helpers, and what exit does. */
import type { Insn, InsnIndex } from "../isa/insn.ts";
import { STACK_FRAMES } from "../memory.ts";
import type { CallbackCall } from "./helper-call.ts";
import { type Env, readReg } from "./env.ts";
import { isPointer, notInit, unknownReg } from "./reg-state.ts";
import { reject } from "./reject.ts";
import { zeroScalar } from "./scalar.ts";
import { type CallbackRun, type Frame, type State, clobberArgs, cloneState, newFrame, topFrame } from "./state.ts";

/** Enters the callee: r1 … r5 go over to it. */
export function enterLocalCall(state: State, insn: Extract<Insn, { kind: "call_local" }>, at: InsnIndex): void {
  const caller = topFrame(state);
  const callee = pushFrame(state, insn.target, at, null);
  for (let reg = 1; reg <= 5; reg++) callee.regs[reg] = caller.regs[reg]!;
  clobberArgs(caller);
  caller.regs[0] = notInit;
}

/** The state at the start of a callback. The caller keeps its registers: the call is looked at again when the callback is done. */
export function enterCallback(env: Env, state: State, call: CallbackCall, at: InsnIndex, run: CallbackRun): State {
  const known = env.callbacks.get(at);
  if (known !== undefined && known !== call.func) reject("same insn cannot be used with different callbacks");
  env.callbacks.set(at, call.func);
  const inside = cloneState(state);
  inside.arrival = null;
  const { regs } = pushFrame(inside, call.func, at, run);
  if (call.kind === "loop") {
    regs[1] = unknownReg;
    regs[2] = call.ctx;
    return inside;
  }
  const map = call.map ?? 0;
  regs[1] = { kind: "map_ptr", map };
  regs[2] = { kind: "map_key", map, off: 0, variable: zeroScalar };
  regs[3] = { kind: "map_value", map, orNull: false, id: 0, off: 0, variable: zeroScalar };
  regs[4] = call.ctx;
  return inside;
}

function pushFrame(state: State, func: InsnIndex, callsite: InsnIndex, callback: CallbackRun | null): Frame {
  const depth = state.frames.length;
  if (depth >= STACK_FRAMES) reject(`the call stack of ${depth + 1} frames is too deep !`);
  const frame = newFrame(depth, func, callsite, callback);
  state.frames.push(frame);
  return frame;
}

/** Leaves a frame. The insn to go on with, or null at the end of the program. */
export function checkExit(state: State): InsnIndex | null {
  const frame = topFrame(state);
  if (state.frames.length === 1) {
    const r0 = readReg(state, 0);
    if (isPointer(r0)) reject("R0 leaks addr as return value");
    checkReferences(state, "main prog");
    return null;
  }
  if (frame.callback) return leaveCallback(state, frame.callback);
  const r0 = frame.regs[0]!;
  if (r0.kind === "fp") reject("cannot return stack pointer to the caller");
  state.frames.pop();
  topFrame(state).regs[0] = r0;
  return (frame.callsite + 1) as InsnIndex;
}

function leaveCallback(state: State, run: CallbackRun): InsnIndex {
  const r0 = readReg(state, 0);
  if (r0.kind !== "scalar") reject("At callback return the register R0 is not a known value");
  const { smin, smax } = r0.scalar.wide;
  if (smin < 0n || smax > 1n) reject(`At callback return the register R0 has smin=${smin} smax=${smax} should have been in [0, 1]`);
  if (state.refs.length !== run.refs.length) checkReferences({ ...state, refs: state.refs.slice(run.refs.length) }, "callback");
  state.frames.pop();
  state.arrival = run;
  return run.call;
}

function checkReferences(state: State, where: string): void {
  const [first] = state.refs;
  if (!first) return;
  reject(`BPF_EXIT instruction in ${where} would lead to reference leak`, `Unreleased reference id=${first.id} alloc_insn=${first.insn}`);
}

/** Stack bytes that a frame of this depth takes in a chain of calls. */
const frameBytes = (depth: number): number => Math.ceil(Math.max(depth, 1) / 32) * 32;
const MAX_STACK = 512;

/** No chain of calls may take more than 512 bytes (linux check_max_stack_depth). */
export function checkCombinedStack(env: Env): void {
  const callees = new Map<number, Set<number>>();
  env.cfg.insns.forEach((insn, index) => {
    const target = insn.kind === "call_local" ? insn.target : env.callbacks.get(index);
    if (target === undefined) return;
    const func = env.cfg.funcOf[index]!;
    callees.set(func, (callees.get(func) ?? new Set()).add(target));
  });
  const needs = new Map<number, Chain>();
  const need = (func: number, above: number): Chain => {
    const known = needs.get(func);
    if (known) return known;
    if (above >= STACK_FRAMES) reject(`the call stack of ${above + 1} frames is too deep !`);
    let below: Chain = { bytes: 0, frames: 0 };
    for (const callee of callees.get(func) ?? []) {
      const chain = need(callee, above + 1);
      if (chain.bytes > below.bytes) below = chain;
    }
    const chain = { bytes: frameBytes(env.stackDepth.get(func) ?? 0) + below.bytes, frames: below.frames + 1 };
    needs.set(func, chain);
    return chain;
  };
  const { bytes, frames } = need(0, 0);
  if (bytes > MAX_STACK) reject(`combined stack size of ${frames} calls is ${bytes}. Too large`);
}

interface Chain {
  readonly bytes: number;
  readonly frames: number;
}
