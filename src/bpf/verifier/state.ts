/** The state of one path: call frames with registers and stack, and the references that must still be released. */
import type { InsnIndex, Reg } from "../isa/insn.ts";
import { type RegState, fpReg, notInit } from "./reg-state.ts";

/** 8 bytes of stack. types[i] is about the byte at the i-th lowest address: `?` not written, `m` some data, `0` zero, `r` part of `spilled`. */
export interface Slot {
  readonly types: string;
  /** The register that was stored into the `r` bytes, which are the first 8, 4, 2 or 1. */
  readonly spilled: RegState | null;
}

export const SLOTS_PER_FRAME = 64;

/** How a callback's frame came to be. */
export interface CallbackRun {
  /** The call of bpf_loop or bpf_for_each_map_elem. */
  readonly call: InsnIndex;
  /** Tells one visit of the call from another, see prune.ts. */
  readonly instance: number;
  readonly iteration: number;
  /** The state at the call from which this iteration began: what the next iteration is widened against. */
  readonly head: State;
  /** References acquired before: a callback must neither release them nor leave new ones. */
  readonly refs: readonly Reference[];
}

export interface Frame {
  /** First insn of the function. */
  readonly func: InsnIndex;
  /** The call that made this frame; -1 for the main program. */
  readonly callsite: number;
  readonly callback: CallbackRun | null;
  readonly regs: RegState[];
  /** By slot number: slot 0 is fp-8 … fp-1. */
  readonly stack: (Slot | undefined)[];
}

export interface Reference {
  readonly id: number;
  readonly insn: InsnIndex;
}

export interface State {
  readonly frames: Frame[];
  refs: readonly Reference[];
  /** Set between a callback's return and the next look at its call insn. */
  arrival: CallbackRun | null;
}

export function newFrame(index: number, func: InsnIndex, callsite: number, callback: CallbackRun | null): Frame {
  const regs = Array<RegState>(11).fill(notInit);
  regs[10] = fpReg(index);
  return { func, callsite, callback, regs, stack: [] };
}

export function cloneState(state: State): State {
  const frames = state.frames.map((frame) => ({ ...frame, regs: frame.regs.slice(), stack: frame.stack.slice() }));
  return { frames, refs: state.refs, arrival: state.arrival };
}

export function topFrame(state: State): Frame {
  return state.frames.at(-1)!;
}

export function regOf(state: State, reg: Reg): RegState {
  return topFrame(state).regs[reg]!;
}

export function setReg(state: State, reg: Reg, value: RegState): void {
  topFrame(state).regs[reg] = value;
}

/** Applies `change` to every register and spilled register of every frame. */
export function mapRegs(state: State, change: (reg: RegState) => RegState): void {
  for (const frame of state.frames) mapFrame(frame, change);
}

/** To the registers of one frame, then to those that it spilled, from its top down. */
export function mapFrame(frame: Frame, change: (reg: RegState) => RegState): void {
  for (let reg = 0; reg < 10; reg++) frame.regs[reg] = change(frame.regs[reg]!);
  for (let index = 0; index < frame.stack.length; index++) {
    const slot = frame.stack[index];
    if (!slot?.spilled) continue;
    const spilled = change(slot.spilled);
    if (spilled !== slot.spilled) frame.stack[index] = { ...slot, spilled };
  }
}

/** r1 … r5 are gone after a call. */
export function clobberArgs(frame: Frame): void {
  for (let reg = 1; reg <= 5; reg++) frame.regs[reg] = notInit;
}
