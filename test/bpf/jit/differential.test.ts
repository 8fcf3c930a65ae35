import fc from "fast-check";
import { expect, test } from "vitest";
import { interpret, type HelperArgs } from "../../../src/bpf/interp/interp.ts";
import type { Insn } from "../../../src/bpf/isa/insn.ts";
import type { MapPlan } from "../../../src/bpf/jit/env.ts";
import { buildCfg } from "../../../src/bpf/jit/flow/cfg.ts";
import { immediateDominators, isReducible } from "../../../src/bpf/jit/flow/dominators.ts";
import { CTX, load, program } from "./tiny-runtime.ts";
import { CTX_BYTES, MAP_ENTRIES, randomPrograms } from "./random-programs.ts";

const VALUES = 48_000;
const map: MapPlan = {
  spec: { name: "m", type: "array", keySize: 4, valueSize: 8, maxEntries: MAP_ENTRIES, flags: 0 },
  address: 47_000,
  array: { values: VALUES, elementStride: 8, cpuStride: 0 },
  hash: null,
};

function prepare(memory: DataView): void {
  for (let i = 0; i < CTX_BYTES; i++) memory.setUint8(CTX + i, (i * 37 + 11) & 0xff);
  for (let i = 0; i < MAP_ENTRIES; i++) memory.setBigUint64(VALUES + 8 * i, BigInt(0x1111 * (i + 1)), true);
}

function interpreted(insns: readonly Insn[]) {
  const memory = new DataView(new ArrayBuffer(65_536));
  prepare(memory);
  const unused = (): never => {
    throw new Error("the programs have no such thing");
  };
  const lookups = { found: 0, missed: 0 };
  const helpers = (id: number, [address, key]: HelperArgs): bigint => {
    if (id !== 1 || address !== BigInt(map.address)) return unused();
    const index = memory.getUint32(Number(key), true);
    lookups[index < MAP_ENTRIES ? "found" : "missed"]++;
    return index < MAP_ENTRIES ? BigInt(VALUES + 8 * index) : 0n;
  };
  const mapAddress = (): bigint => BigInt(map.address);
  const result = interpret(program(insns), BigInt(CTX), { memory, helpers, mapAddress, mapValueAddress: unused, elements: unused });
  return { result, memory, lookups };
}

test("random programs leave the same result and the same memory in both", () => {
  const seen = { looping: 0, irreducible: 0, calling: 0, found: 0, missed: 0 };
  fc.assert(
    fc.property(randomPrograms, (insns) => {
      const { result, memory, lookups } = interpreted(insns);
      if (result.kind === "fault") throw new Error(result.reason);
      const jit = load([insns], { prepare, maps: [map] });
      expect(jit.run(0, CTX)).toBe(result.r0);
      expect(Buffer.compare(Buffer.from(jit.memory.buffer), Buffer.from(memory.buffer))).toBe(0);

      const cfg = buildCfg(insns, 0);
      if (cfg.some((block, number) => block.succs.some((succ) => succ <= number))) seen.looping++;
      if (!isReducible(cfg, immediateDominators(cfg))) seen.irreducible++;
      if (insns.some(({ kind }) => kind === "call_local")) seen.calling++;
      if (lookups.found > 0) seen.found++;
      if (lookups.missed > 0) seen.missed++;
    }),
    { numRuns: 500, seed: 1 },
  );
  // The property must not hold for want of interesting programs.
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(10);
});
