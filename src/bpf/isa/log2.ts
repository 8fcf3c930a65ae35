import type { AluOp, Insn, Reg } from "./insn.ts";

const alu = (op: AluOp, dst: Reg, src: { reg: Reg } | { imm: number }): Insn => ({ kind: "alu", op, wide: true, dst, src });

/** One halving: where any bit at `1 << step` or above is set, add `1 << step` to the result and shift the value down by as much. */
const halve = (log2Step: number): Insn[] => [
  alu("mov", 2, { reg: 1 }),
  alu("rsh", 2, { imm: 1 << log2Step }),
  // r2 < 2^63 here, so its negation has the top bit exactly when r2 is not 0.
  { kind: "neg", wide: true, dst: 2 },
  alu("rsh", 2, { imm: 63 }),
  alu("lsh", 2, { imm: log2Step }),
  alu("rsh", 1, { reg: 2 }),
  alu("or", 0, { reg: 2 }),
];

/**
 * The subprogram that every program with hist() shares: r0 = floor(log2(r1)) for r1 != 0, and 0 for r1 = 0.
 * Clobbers r0…r2 only. Free of branches, so that the verifier walks one path per call and knows r0 <= 63.
 * The sequence is canonical: the JIT compares a subprogram with it and emits `i64.clz` instead.
 */
export const log2Insns: Insn[] = [
  alu("mov", 0, { imm: 0 }),
  ...halve(5),
  ...halve(4),
  ...halve(3),
  ...halve(2),
  ...halve(1),
  // The value is 0…3 now; the mask tells the verifier so.
  alu("rsh", 1, { imm: 1 }),
  alu("and", 1, { imm: 1 }),
  alu("or", 0, { reg: 1 }),
  { kind: "exit" },
];
