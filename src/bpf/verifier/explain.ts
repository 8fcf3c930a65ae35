/** A rejection for users: the reason, the place in the script, and what was known on the way there. */
import type { Insn, InsnIndex } from "../isa/insn.ts";
import type { LineInfo, ProgramSpec } from "../spec.ts";
import type { Rejection } from "./verify.ts";

export interface Explanation {
  readonly message: string;
  /** UTF-16 offsets into the script; null if the instruction has no source line. */
  readonly span: { readonly start: number; readonly end: number } | null;
  /** The instruction, the registers before it, and the steps that made the offending register. */
  readonly hint: string;
}

/** Steps shown of a register's history. */
const MAX_STEPS = 5;

export function explainRejection(program: ProgramSpec, rejection: Rejection): Explanation {
  const line = rejection.registers === "" ? null : lineOf(program.lines, rejection.insn);
  return {
    message: `the verifier rejected the program: ${rejection.reason}`,
    span: line && { start: line.start, end: line.end },
    hint: hint(program, rejection).join("\n"),
  };
}

/** Programs that are too much as a whole: what one instruction found in its registers tells nothing about them. */
const TOO_MUCH: readonly (readonly [RegExp, string])[] = [
  [/^The sequence of \d+ jumps/, "a program has at most some 8,000 conditions one behind the other, map updates included"],
  [/^BPF program is too large/, "there are too many ways through the program to walk them all"],
  [/^too many subprograms/, "a program calls at most 255 functions and bodies of for loops"],
];
const DIVIDE = "divide the statements between several probes with the same attach point";

function hint(program: ProgramSpec, rejection: Rejection): string[] {
  const limit = TOO_MUCH.find(([reason]) => reason.test(rejection.reason));
  if (limit !== undefined) return [`in ${program.name}: ${limit[1]}, as in Linux`, DIVIDE];
  return [...advice(rejection.reason), ...hintLines(program, rejection)];
}

/** What a script can do about it, where that is known. */
function advice(reason: string): string[] {
  if (!reason.startsWith("infinite loop")) return [];
  return ["nothing shows that the loop ends: count its rounds, as in for ($i : 0..100) { … }"];
}

/** The entry that covers an insn; entries are in order of insns. */
export function lineOf(lines: readonly LineInfo[], insn: InsnIndex): LineInfo | null {
  return lines.findLast((line) => line.insn <= insn) ?? null;
}

function hintLines(program: ProgramSpec, rejection: Rejection): string[] {
  const { registers, log } = rejection;
  if (registers === "") return [`in ${program.name}`];
  const at = log.filter((line) => /^\d+: \(/.test(line)).at(-1) ?? "";
  const history = historyLines(program, rejection);
  return [
    `in ${program.name}, at ${at}`,
    `with ${registers}`,
    ...(history.length > 0 ? [`R${subject(rejection.reason)!} came from:`, ...history.map((step) => `  ${step}`)] : []),
  ];
}

/** The register that the reason names. */
function subject(reason: string): number | null {
  const found = /\bR(\d+)\b/.exec(reason)?.[1];
  return found === undefined ? null : Number(found);
}

/** The last steps of the path that wrote the register. */
function historyLines(program: ProgramSpec, { reason, path, log }: Rejection): string[] {
  const reg = subject(reason);
  if (reg === null) return [];
  const steps = log.filter((line) => /^\d+: \(/.test(line));
  return path
    .slice(0, -1)
    .map((insn, index) => ({ insn, text: steps[index] ?? "" }))
    .filter(({ insn }) => writes(program.insns[insn]!, reg))
    .slice(-MAX_STEPS)
    .map(({ text }) => text.replace(/ ; .*$/, "") + stateOf(text, reg));
}

/** What the step made of the register: `; R1=…`. */
function stateOf(text: string, reg: number): string {
  const state = ` ${text.split(" ; ")[1] ?? ""}`;
  const from = state.indexOf(` R${reg}=`);
  if (from < 0) return "";
  let depth = 0;
  let to = from + 1;
  // A value ends at the first space outside of parentheses.
  for (; to < state.length && !(depth === 0 && state[to] === " "); to++) {
    if (state[to] === "(") depth++;
    if (state[to] === ")") depth--;
  }
  return ` ;${state.slice(from, to)}`;
}

function writes(insn: Insn, reg: number): boolean {
  switch (insn.kind) {
    case "alu":
    case "neg":
    case "movsx":
    case "end":
    case "load":
    case "lddw":
      return insn.dst === reg;
    case "atomic":
      return insn.fetch && (insn.op === "cmpxchg" ? 0 : insn.src) === reg;
    case "branch":
      return insn.dst === reg || ("reg" in insn.src && insn.src.reg === reg);
    case "call":
    case "call_local":
      return reg <= 5;
    case "store":
    case "jump":
    case "exit":
      return false;
  }
}
