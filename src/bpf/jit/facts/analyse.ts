/** What is known of the registers where each block begins: forward dataflow to a fixed point. */
import type { Insn } from "../../isa/insn.ts";
import type { JitEnv } from "../env.ts";
import type { Cfg } from "../flow/cfg.ts";
import type { Known } from "./known.ts";
import { atBlockStart, meet } from "./state.ts";
import { transfer } from "./transfer.ts";

export function analyse(insns: readonly Insn[], cfg: Cfg, entry: readonly Known[], env: JitEnv): readonly (readonly Known[])[] {
  const starts: (Known[] | undefined)[] = cfg.map(() => undefined);
  starts[0] = [...entry];
  const dirty = new Uint8Array(cfg.length);
  dirty[0] = 1;
  for (let again = true; again;) {
    again = false;
    cfg.forEach((block, number) => {
      if (dirty[number] === 0) return;
      dirty[number] = 0;
      const state = atBlockStart(starts[number]!);
      for (let index = block.start; index < block.end; index++) transfer(state, insns[index]!, env);
      for (const succ of block.succs) {
        const start = starts[succ];
        if (start === undefined) starts[succ] = [...state.regs];
        else if (!meet(start, state.regs)) continue;
        dirty[succ] = 1;
        if (succ <= number) again = true;
      }
    });
  }
  return starts.map((start) => start!);
}
