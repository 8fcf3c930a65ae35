import fc from "fast-check";
import { expect, test } from "vitest";
import { interpret } from "../../../src/bpf/interp/interp.ts";
import type { Insn } from "../../../src/bpf/isa/insn.ts";
import { buildCfg } from "../../../src/bpf/jit/flow/cfg.ts";
import { immediateDominators, isReducible } from "../../../src/bpf/jit/flow/dominators.ts";
import { CTX, load, program } from "./tiny-runtime.ts";
import { CTX_BYTES, randomPrograms } from "./random-programs.ts";

function fillCtx(memory: DataView): void {
  for (let i = 0; i < CTX_BYTES; i++) memory.setUint8(CTX + i, (i * 37 + 11) & 0xff);
}

function interpreted(insns: readonly Insn[]) {
  const memory = new DataView(new ArrayBuffer(65_536));
  fillCtx(memory);
  const unused = (): never => {
    throw new Error("the programs call no helpers and have no maps");
  };
  const result = interpret(program(insns), BigInt(CTX), {
    memory,
    helpers: unused,
    mapAddress: unused,
    mapValueAddress: unused,
    elements: unused,
  });
  return { result, memory };
}

test("random programs leave the same result and the same memory in both", () => {
  const seen = { looping: 0, irreducible: 0, calling: 0, faults: 0 };
  fc.assert(
    fc.property(randomPrograms, (insns) => {
      const { result, memory } = interpreted(insns);
      if (result.kind === "fault") {
        seen.faults++;
        throw new Error(result.reason);
      }
      const jit = load([insns], { prepare: fillCtx });
      expect(jit.run(0, CTX)).toBe(result.r0);
      expect(Buffer.compare(Buffer.from(jit.memory.buffer), Buffer.from(memory.buffer))).toBe(0);

      const cfg = buildCfg(insns, 0);
      if (cfg.some((block, number) => block.succs.some((succ) => succ <= number))) seen.looping++;
      if (!isReducible(cfg, immediateDominators(cfg))) seen.irreducible++;
      if (insns.some(({ kind }) => kind === "call_local")) seen.calling++;
    }),
    { numRuns: 500, seed: 1 },
  );
  // The property must not hold for want of interesting programs.
  expect(Math.min(seen.looping, seen.irreducible, seen.calling)).toBeGreaterThan(10);
});
