/** The shape of a program: functions, successors, reachability (linux check_subprogs and check_cfg). */
import type { Insn, InsnIndex } from "../isa/insn.ts";
import { helpers } from "../helpers/table.ts";
import { functionNamedBy, functionStarts } from "../isa/functions.ts";
import { slotOffsets } from "../isa/encode.ts";
import { reject } from "./reject.ts";

export interface Cfg {
  readonly insns: readonly Insn[];
  readonly slotOf: readonly number[];
  /** First insn of each function, ascending; the first is 0. */
  readonly funcs: readonly InsnIndex[];
  /** First insn of the function that an insn belongs to. */
  readonly funcOf: readonly InsnIndex[];
  /** Successors within the function: a call goes on behind itself. */
  readonly successors: readonly (readonly number[])[];
  /** Where states are compared: insns that more than one way leads to, and calls that run callbacks. */
  readonly prunePoints: readonly boolean[];
}

const MAX_INSNS = 1_000_000;
const MAX_FUNCS = 256;

export function isCallbackCall(insn: Insn): boolean {
  return insn.kind === "call" && (helpers[insn.helper]?.callback ?? null) !== null;
}

/** Rejects a program whose control flow is not well formed. */
export function buildCfg(insns: readonly Insn[]): Cfg {
  if (insns.length === 0 || insns.length > MAX_INSNS) reject(`invalid program size of ${insns.length} insns`);
  const slotOf = slotOffsets(insns);
  checkTargets(insns, slotOf);
  const funcs = findFuncs(insns);
  const funcOf: InsnIndex[] = [];
  for (const [number, start] of funcs.entries()) {
    const end = funcs[number + 1] ?? insns.length;
    checkLast(insns[end - 1]!);
    for (let index: number = start; index < end; index++) funcOf.push(start);
  }
  const successors = insns.map((insn, index) => {
    const next = successorsOf(insn, index);
    for (const to of next) if (funcOf[to] !== funcOf[index]) reject(`jump out of range from insn ${slotOf[index]!} to ${slotOf[to]!}`);
    return next;
  });
  const unreached = firstUnreachable(insns, successors);
  if (unreached !== null) reject(`unreachable insn ${slotOf[unreached]!}`);
  return { insns, slotOf, funcs, funcOf, successors, prunePoints: findPrunePoints(insns, funcs, successors) };
}

function successorsOf(insn: Insn, index: number): readonly number[] {
  if (insn.kind === "exit") return [];
  if (insn.kind === "jump") return [insn.target];
  if (insn.kind === "branch") return [index + 1, insn.target];
  return [index + 1];
}

/** Any insn that this one names, in whatever role. */
export function targetOf(insn: Insn): InsnIndex | null {
  return insn.kind === "jump" || insn.kind === "branch" ? insn.target : functionNamedBy(insn);
}

function checkTargets(insns: readonly Insn[], slotOf: readonly number[]): void {
  for (const [index, insn] of insns.entries()) {
    const target = targetOf(insn);
    if (target !== null && slotOf[target] === undefined) reject(`jump out of range from insn ${slotOf[index]!} to ${target}`);
  }
}

function findFuncs(insns: readonly Insn[]): InsnIndex[] {
  const starts = functionStarts(insns);
  if (starts.size > MAX_FUNCS) reject("too many subprograms");
  return [...starts].sort((a, b) => a - b);
}

function checkLast(insn: Insn): void {
  if (insn.kind !== "exit" && insn.kind !== "jump") reject("last insn is not an exit or jmp");
}

function firstUnreachable(insns: readonly Insn[], successors: readonly (readonly number[])[]): number | null {
  const reached = new Uint8Array(insns.length);
  const work = [0];
  for (let index = work.pop(); index !== undefined; index = work.pop()) {
    if (reached[index]) continue;
    reached[index] = 1;
    work.push(...successors[index]!);
    const target = targetOf(insns[index]!);
    if (target !== null) work.push(target);
  }
  const first = reached.indexOf(0);
  return first < 0 ? null : first;
}

function findPrunePoints(insns: readonly Insn[], funcs: readonly InsnIndex[], successors: readonly (readonly number[])[]): boolean[] {
  const ways = new Uint32Array(insns.length);
  for (const start of funcs) ways[start]!++;
  for (const next of successors) for (const to of next) ways[to]!++;
  for (const insn of insns) if (insn.kind === "call_local") ways[insn.target]!++;
  // Behind a call, the exits of the callee meet.
  for (const [index, insn] of insns.entries()) if (insn.kind === "call_local") ways[index + 1]!++;
  return insns.map((insn, index) => ways[index]! > 1 || isCallbackCall(insn));
}
