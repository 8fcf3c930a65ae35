/** Registers that are known to hold the same number: how many of them the kernel keeps track of. */
import type { Insn, Reg } from "../isa/insn.ts";
import { scalarReg } from "./reg-state.ts";
import { type State, mapFrame, regOf } from "./state.ts";

/** At one jump, of both operands together (linux kernel/bpf/verifier.c, LINKED_REGS_MAX). */
const MOST_LINKED = 6;

/**
 * Forgets, at a jump that may go either way, whatever of the operands' copies has no place: the source's come first, then the current
 * frame before its callers, and registers before the stack (collect_linked_regs). What was a copy until a constant was added, once, has a
 * place as well; the kernel knows more of it than is known here. A number that is both operands takes its places twice.
 * Kernels from 2026 on give none to registers that are not read any more: they know more than is known here, and reject no more.
 */
export function loseLinks(state: State, { dst, src }: Extract<Insn, { kind: "branch" }>): void {
  const taken = "reg" in src ? keepLinked(state, src.reg, 0) : 0;
  keepLinked(state, dst, taken);
}

/** Returns how many places are taken. */
function keepLinked(state: State, reg: Reg, before: number): number {
  const operand = regOf(state, reg);
  if (operand.kind !== "scalar" || operand.id === 0) return before;
  const { id } = operand;
  let taken = before;
  for (let at = state.frames.length - 1; at >= 0; at--)
    mapFrame(state.frames[at]!, (other) => {
      if (other.kind !== "scalar" || (other.id !== id && other.near !== id)) return other;
      return taken++ < MOST_LINKED ? other : scalarReg(other.scalar);
    });
  return taken;
}
