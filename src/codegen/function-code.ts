import type { FuncId } from "../../lang/ir/ir.ts";
import type { Insn } from "../bpf/isa/insn.ts";
import type { LineInfo } from "../bpf/spec.ts";

export type Callee = FuncId | "log2";

/** One function; targets of jumps count from its own start. */
export interface FunctionCode {
  readonly insns: readonly Insn[];
  readonly lines: readonly LineInfo[];
  /** Calls and callback addresses, whose targets are not known yet. */
  readonly references: readonly { readonly insn: number; readonly callee: Callee }[];
}
