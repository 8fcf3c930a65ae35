/** Functions to programs: each program has the functions that it reaches, one after the other, its own first. */
import type { FuncId } from "../../lang/ir/ir.ts";
import { log2Insns } from "../bpf/isa/log2.ts";
import type { Insn, InsnIndex } from "../bpf/isa/insn.ts";
import type { FuncSpec, LineInfo } from "../bpf/spec.ts";
import type { Callee, FunctionCode } from "./function-code.ts";

export interface Linked {
  readonly insns: readonly Insn[];
  readonly funcs: readonly FuncSpec[];
  readonly lines: readonly LineInfo[];
}

/** `nameOf`: names of subprograms; the main function is called `mainName`. */
export function link(main: FuncId, mainName: string, codeOf: (func: FuncId) => FunctionCode, nameOf: (func: FuncId) => string): Linked {
  const insns: Insn[] = [];
  const funcs: FuncSpec[] = [];
  const lines: LineInfo[] = [];
  const starts = new Map<Callee, InsnIndex>();
  const references: { readonly insn: number; readonly callee: Callee }[] = [];
  const waiting: Callee[] = [main];
  // Grows while it is walked.
  for (const callee of waiting) {
    if (starts.has(callee)) continue;
    const start = insns.length as InsnIndex;
    starts.set(callee, start);
    const code = callee === "log2" ? log2Code(lineOfFirst(callee, references, lines)) : codeOf(callee);
    funcs.push({ name: callee === main ? mainName : callee === "log2" ? "log2" : nameOf(callee), start });
    for (const insn of code.insns) insns.push(shifted(insn, start));
    for (const line of code.lines) lines.push({ ...line, insn: (line.insn + start) as InsnIndex });
    for (const reference of code.references) {
      references.push({ insn: reference.insn + start, callee: reference.callee });
      waiting.push(reference.callee);
    }
  }
  for (const { insn, callee } of references) insns[insn] = aimed(insns[insn]!, starts.get(callee)!);
  return { insns, funcs, lines };
}

function shifted(insn: Insn, by: number): Insn {
  if (by === 0 || (insn.kind !== "jump" && insn.kind !== "branch")) return insn;
  return { ...insn, target: (insn.target + by) as InsnIndex };
}

function aimed(insn: Insn, target: InsnIndex): Insn {
  if (insn.kind === "call_local") return { ...insn, target };
  if (insn.kind === "lddw") return { ...insn, value: { kind: "func", target } };
  throw new Error(`${insn.kind} calls nothing`);
}

/** The subprogram has no text of its own: it counts to the place that first calls it. */
const log2Code = (line: LineInfo): FunctionCode => ({ insns: log2Insns, lines: [{ ...line, insn: 0 as InsnIndex }], references: [] });

function lineOfFirst(callee: Callee, references: readonly { insn: number; callee: Callee }[], lines: readonly LineInfo[]): LineInfo {
  const call = references.find((reference) => reference.callee === callee)!;
  return lines.findLast((line) => line.insn <= call.insn)!;
}
