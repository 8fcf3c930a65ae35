/** Recognises the subprogram that computes log2, so that a call of it becomes one `clz`. */
import type { Insn } from "../isa/insn.ts";
import { log2Insns } from "../isa/log2.ts";

/** Whether the insns from `start` on are the canonical sequence. It has no jumps, so its place does not matter. */
export function isLog2(insns: readonly Insn[], start: number): boolean {
  return log2Insns.every((insn, i) => sameValue(insn, insns[start + i]));
}

/** Insns are plain data: equal if all their fields are. */
function sameValue(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => sameValue((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}
