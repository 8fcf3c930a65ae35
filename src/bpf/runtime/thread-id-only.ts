/**
 * Calls of bpf_get_current_pid_tgid() for the thread id alone. A process id that nobody asked for is not looked up, and not counted as
 * missing; the interpreter goes by the JIT's analysis so that both count the same.
 */
import { functionStarts } from "../isa/functions.ts";
import type { Insn } from "../isa/insn.ts";
import { upperHalfOfR0 } from "../jit/facts/demand.ts";
import { buildCfg } from "../jit/flow/cfg.ts";

/** Says of a call at an insn whether its upper half is never used. */
export function threadIdOnly(insns: readonly Insn[]): (index: number) => boolean {
  const functions = [...functionStarts(insns)].map((start) => {
    const cfg = buildCfg(insns, start);
    return { cfg, demands: upperHalfOfR0(insns, cfg) };
  });
  return (index) => {
    const found = functions.find(({ cfg }) => cfg.some(({ start, end }) => start <= index && index < end));
    return found !== undefined && !found.demands(index);
  };
}
