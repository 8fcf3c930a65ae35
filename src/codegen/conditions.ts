import type { JmpOp } from "../bpf/isa/insn.ts";

const opposites: Readonly<Partial<Record<JmpOp, JmpOp>>> = {
  eq: "ne",
  ne: "eq",
  gt: "le",
  le: "gt",
  ge: "lt",
  lt: "ge",
  sgt: "sle",
  sle: "sgt",
  sge: "slt",
  slt: "sge",
};

/** The jump that is taken exactly when this one is not. There is none for `set`, which selection does not make. */
export function inverted(op: JmpOp): JmpOp {
  const opposite = opposites[op];
  if (opposite === undefined) throw new Error(`no opposite of ${op}`);
  return opposite;
}
