/** Conditions of branches, fused into WebAssembly's comparisons. */
import type { Insn, JmpOp } from "../../isa/insn.ts";
import { op, type Op } from "../wasm/opcodes.ts";
import { pushOperand, pushOperand32, pushReg, pushReg32, type Lowering } from "./context.ts";

type Comparison = Exclude<JmpOp, "set">;

const inverse: Record<Comparison, Comparison> = {
  eq: "ne",
  ne: "eq",
  gt: "le",
  ge: "lt",
  lt: "ge",
  le: "gt",
  sgt: "sle",
  sge: "slt",
  slt: "sge",
  sle: "sgt",
};
const wideOps: Record<Comparison, Op> = {
  eq: op.i64Eq,
  ne: op.i64Ne,
  gt: op.i64GtU,
  ge: op.i64GeU,
  lt: op.i64LtU,
  le: op.i64LeU,
  sgt: op.i64GtS,
  sge: op.i64GeS,
  slt: op.i64LtS,
  sle: op.i64LeS,
};
const narrowOps: Record<Comparison, Op> = {
  eq: op.i32Eq,
  ne: op.i32Ne,
  gt: op.i32GtU,
  ge: op.i32GeU,
  lt: op.i32LtU,
  le: op.i32LeU,
  sgt: op.i32GtS,
  sge: op.i32GeS,
  slt: op.i32LtS,
  sle: op.i32LeS,
};

/** Pushes an i32 that is not 0 if the branch is taken (or if it is not). */
export function pushCondition(low: Lowering, insn: Extract<Insn, { kind: "branch" }>, sense: "taken" | "not taken"): void {
  const { code } = low;
  const compare = sense === "taken" || insn.op === "set" ? insn.op : inverse[insn.op];
  if (insn.wide) pushReg(low, insn.dst);
  else pushReg32(low, insn.dst);
  if (compare === "eq" && "imm" in insn.src && insn.src.imm === 0) return code.emit(insn.wide ? op.i64Eqz : op.i32Eqz);
  if (insn.wide) pushOperand(low, insn.src);
  else pushOperand32(low, insn.src);
  if (compare !== "set") return code.emit(insn.wide ? wideOps[compare] : narrowOps[compare]);
  code.emit(insn.wide ? op.i64And : op.i32And);
  if (sense === "not taken") return code.emit(insn.wide ? op.i64Eqz : op.i32Eqz);
  if (!insn.wide) return;
  code.i64(0);
  code.emit(op.i64Ne);
}
