/** Conditional branches reach 32,767 slots; a plain jump reaches further (`ja` with a 32-bit distance, instruction set v4, Linux 6.6). */
import type { Insn, InsnIndex } from "../bpf/isa/insn.ts";
import { inverted } from "./conditions.ts";
import type { FunctionCode } from "./function-code.ts";

/** In insns: each may take two slots, and one more may come with each branch on the way. */
const NEAR = 10_000;

/** Makes branches that may not reach their target go around a jump. */
export function extendFarBranches(code: FunctionCode): FunctionCode {
  if (code.insns.length <= NEAR) return code;
  const isFar = (insn: Insn, at: number): insn is Insn & { kind: "branch" } => insn.kind === "branch" && Math.abs(insn.target - at) > NEAR;
  let added = 0;
  const moved = code.insns.map((insn, at) => (isFar(insn, at) ? at + added++ : at + added));
  const place = (at: number): InsnIndex => moved[at]! as InsnIndex;
  const insns = code.insns.flatMap((insn, at): Insn[] => {
    if (insn.kind !== "branch" && insn.kind !== "jump") return [insn];
    const target = place(insn.target);
    if (!isFar(insn, at)) return [{ ...insn, target }];
    const op = inverted(insn.op);
    return [
      { ...insn, op, target: (moved[at]! + 2) as InsnIndex },
      { kind: "jump", target },
    ];
  });
  return {
    insns,
    lines: code.lines.map((line) => ({ ...line, insn: place(line.insn) })),
    references: code.references.map((reference) => ({ ...reference, insn: place(reference.insn) })),
  };
}
