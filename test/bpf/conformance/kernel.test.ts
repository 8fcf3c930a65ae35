/** The expectations of the conformance files, asked of the real kernel's JIT. */
import { expect, test } from "vitest";
import { targetOf } from "../../../src/bpf/verifier/cfg.ts";
import type { Insn, InsnIndex } from "../../../src/bpf/isa/insn.ts";
import type { MapSpec, ProgramSpec } from "../../../src/bpf/spec.ts";
import { type ConformanceCase, conformanceCases } from "../../support/conformance.ts";
import { type KernelRequest, askKernel, kernelMissing } from "../../support/kernel-bpf.ts";

const missing = kernelMissing();
if (missing !== null) console.log(`conformance against the kernel: skipped, ${missing}`);

const MEM_AT = 16;
const map: MapSpec = { name: "result", type: "array", keySize: 4, valueSize: 256, maxEntries: 1, flags: 0 };
const packet = new Uint8Array(64);

/** The case as a subprogram: mem lies in a map, r0 is stored in front of it. */
function wrapped({ program, mem }: ConformanceCase): KernelRequest {
  const setup: Insn[] = [
    { kind: "lddw", dst: 1, value: { kind: "map_value", map: 0, off: MEM_AT } },
    ...Array.from(mem, (byte, off): Insn => ({ kind: "store", size: 1, base: 1, off, src: { imm: byte } })),
  ];
  const start = setup.length + 5;
  const finish: Insn[] = [
    { kind: "call_local", target: start as InsnIndex },
    { kind: "lddw", dst: 1, value: { kind: "map_value", map: 0, off: 0 } },
    { kind: "store", size: 8, base: 1, off: 0, src: { reg: 0 } },
    { kind: "alu", op: "mov", wide: true, dst: 0, src: { imm: 0 } },
    { kind: "exit" },
  ];
  const moved = program.insns.map((insn) => (targetOf(insn) === null ? insn : ({ ...insn, target: targetOf(insn)! + start } as Insn)));
  return { program: { ...program, insns: [...setup, ...finish, ...moved] } satisfies ProgramSpec, maps: [map], run: packet };
}

test.skipIf(missing !== null)("the kernel agrees with every conformance file", () => {
  const cases = conformanceCases();
  const answers = askKernel(cases.map(wrapped));
  const results = cases.map(({ name }, index) => [name, little(answers[index]!.map0 ?? ""), lastLines(answers[index]!.log)]);
  expect(results).toEqual(cases.map(({ name, result }) => [name, result, ""]));
});

function little(hex: string): bigint | null {
  return hex === "" ? null : Buffer.from(hex, "hex").readBigUInt64LE(0);
}

function lastLines(log: string): string {
  return log.trim().split("\n").slice(-3).join("\n");
}
