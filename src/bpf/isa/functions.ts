/** Functions of a program: it begins with one, and calls or hands on others by their first insn. */
import type { Insn, InsnIndex } from "./insn.ts";

/** The function that an insn calls or takes the address of, else null. */
export function functionNamedBy(insn: Insn): InsnIndex | null {
  if (insn.kind === "call_local") return insn.target;
  return insn.kind === "lddw" && insn.value.kind === "func" ? insn.value.target : null;
}

/** First insns of all functions, in no order. */
export function functionStarts(insns: readonly Insn[]): Set<InsnIndex> {
  const starts = new Set([0 as InsnIndex]);
  for (const insn of insns) {
    const named = functionNamedBy(insn);
    if (named !== null) starts.add(named);
  }
  return starts;
}
