/** What is known at one point of a function: of each register, and of stack slots written earlier in the same block. */
import type { Reg, Size } from "../../isa/insn.ts";
import { any, sameKnown, type Known } from "./known.ts";

/** Bytes of the frame from `off` on (negative, relative to r10) hold this constant, or the low bytes of this register as it is now. */
export interface Slot {
  readonly size: Size;
  readonly content: { readonly kind: "const"; readonly value: number } | { readonly kind: "reg"; readonly reg: Reg };
}

export interface State {
  /** r0 … r9; use `knownOf`, which knows r10. */
  readonly regs: Known[];
  readonly slots: Map<number, Slot>;
}

const FRAME_END: Known = { kind: "frame", off: 0 };

export const knownOf = (state: State, reg: Reg): Known => (reg === 10 ? FRAME_END : state.regs[reg]!);

export const emptyState = (): State => ({ regs: Array.from({ length: 10 }, () => any), slots: new Map() });

/** State where a block begins: slots are not carried from block to block. */
export const atBlockStart = (regs: readonly Known[]): State => ({ regs: [...regs], slots: new Map() });

export function setKnown(state: State, reg: Reg, value: Known): void {
  state.regs[reg] = value;
  if (state.slots.size === 0) return;
  for (const [off, slot] of state.slots) if (slot.content.kind === "reg" && slot.content.reg === reg) state.slots.delete(off);
}

/** `slot` null: written with something unknown. */
export function writeSlot(state: State, off: number, size: number, slot: Slot | null): void {
  for (const [other, { size: otherSize }] of state.slots) if (other < off + size && off < other + otherSize) state.slots.delete(other);
  if (slot !== null) state.slots.set(off, slot);
}

/** Keeps of `into` what `other` agrees with. Returns whether anything was lost. */
export function meet(into: Known[], other: readonly Known[]): boolean {
  let changed = false;
  into.forEach((value, reg) => {
    if (value.kind === "any" || sameKnown(value, other[reg]!)) return;
    into[reg] = any;
    changed = true;
  });
  return changed;
}
