/**
 * For each insn, what the registers surely hold before it, as far as a plain forward pass can tell: addresses in the function's own
 * frame, constants and maps. liveness.ts needs it to know which stack bytes an insn touches. "maybe" is anything that may point into the frame.
 */
import type { Insn, InsnIndex, Operand } from "../isa/insn.ts";
import type { Cfg } from "./cfg.ts";

export type Known =
  | { readonly kind: "no" }
  | { readonly kind: "maybe" }
  | { readonly kind: "fp"; readonly off: number }
  | { readonly kind: "const"; readonly value: number }
  | { readonly kind: "map"; readonly map: number }
  | { readonly kind: "func"; readonly target: InsnIndex }
  /** The function's own parameter plus `off`; null: computed from parameters somehow. */
  | { readonly kind: "arg"; readonly reg: number; readonly off: number | null };

const NO: Known = { kind: "no" };
const MAYBE: Known = { kind: "maybe" };
const ANY_ARG: Known = { kind: "arg", reg: 0, off: null };

export function mayPointToFrame(known: Known): boolean {
  return known.kind === "fp" || known.kind === "maybe";
}

export interface KnownValues {
  /** By insn, then by register; undefined for insns that are not reached. */
  readonly before: readonly (readonly Known[] | undefined)[];
  /** Some function stores an address of a frame, its own or a caller's: loads may give one. */
  readonly storesAddresses: boolean;
}

export function findKnownValues(cfg: Cfg): KnownValues {
  let before = cfg.funcs.map((func) => solve(cfg, func, false));
  // Only if an address of the frame was stored somewhere may a load give one.
  const stored = before.map((result) => storedAddress(cfg, result));
  // One that a callee was handed may be its caller's.
  const anywhere = stored.includes("argument");
  before = before.map((result, number) => (anywhere || stored[number] === "own" ? solve(cfg, cfg.funcs[number]!, true) : result));
  const merged: (readonly Known[] | undefined)[] = Array<undefined>(cfg.insns.length).fill(undefined);
  for (const result of before) for (const [index, regs] of result) merged[index] = regs;
  return { before: merged, storesAddresses: stored.some((which) => which !== null) };
}

type Result = Map<number, readonly Known[]>;

function solve(cfg: Cfg, func: InsnIndex, loadsMayPoint: boolean): Result {
  const entry = Array<Known>(11).fill(NO);
  entry[10] = { kind: "fp", off: 0 };
  // The program's own parameter is its context, which is no frame.
  if (func !== 0) for (let reg = 1; reg <= 5; reg++) entry[reg] = { kind: "arg", reg, off: 0 };
  const before: Result = new Map([[func, entry]]);
  const work: number[] = [func];
  for (let index = work.pop(); index !== undefined; index = work.pop()) {
    const after = transfer(cfg.insns[index]!, before.get(index)!, loadsMayPoint);
    for (const to of cfg.successors[index]!) {
      const old = before.get(to);
      const merged = old ? merge(old, after) : after;
      if (merged === old) continue;
      before.set(to, merged);
      work.push(to);
    }
  }
  return before;
}

/** Whether an address of the own frame is stored, or something computed from a parameter. */
function storedAddress(cfg: Cfg, result: Result): "own" | "argument" | null {
  let found: "own" | null = null;
  for (const [index, regs] of result) {
    const insn = cfg.insns[index]!;
    const value = insn.kind === "store" && "reg" in insn.src ? regs[insn.src.reg] : insn.kind === "atomic" ? regs[insn.src] : undefined;
    if (value === undefined) continue;
    // Narrower stores keep no pointer.
    if (value.kind === "arg" && insn.kind === "store" && insn.size === 8) return "argument";
    if (value.kind === "arg" && insn.kind === "atomic") return "argument";
    if (mayPointToFrame(value)) found = "own";
  }
  return found;
}

function merge(a: readonly Known[], b: readonly Known[]): readonly Known[] {
  const merged = a.map((left, reg) => join(left, b[reg]!));
  return merged.every((known, reg) => known === a[reg]) ? a : merged;
}

function join(a: Known, b: Known): Known {
  if (a.kind === "maybe" || sameKnown(a, b)) return a;
  if (mayPointToFrame(a) || mayPointToFrame(b)) return MAYBE;
  if (a === ANY_ARG) return a;
  if (a.kind === "arg" || b.kind === "arg") return ANY_ARG;
  return a.kind === "no" ? a : NO;
}

function sameKnown(a: Known, b: Known): boolean {
  if (a.kind === "fp") return b.kind === "fp" && a.off === b.off;
  if (a.kind === "const") return b.kind === "const" && a.value === b.value;
  if (a.kind === "func") return b.kind === "func" && a.target === b.target;
  if (a.kind === "arg") return b.kind === "arg" && a.reg === b.reg && a.off === b.off;
  if (a.kind === "map") return b.kind === "map" && a.map === b.map;
  return a.kind === b.kind;
}

function transfer(insn: Insn, regs: readonly Known[], loadsMayPoint: boolean): readonly Known[] {
  const set = (reg: number, value: Known): readonly Known[] => (regs[reg] === value ? regs : regs.with(reg, value));
  const valueOf = (operand: Operand): Known => ("reg" in operand ? regs[operand.reg]! : { kind: "const", value: operand.imm });
  switch (insn.kind) {
    case "alu": {
      const src = valueOf(insn.src);
      if (insn.op === "mov") return set(insn.dst, insn.wide || src.kind !== "const" || src.value >= 0 ? src : NO);
      return set(insn.dst, combine(insn.op, insn.wide, regs[insn.dst]!, src));
    }
    case "lddw":
      if (insn.value.kind === "func") return set(insn.dst, { kind: "func", target: insn.value.target });
      return set(insn.dst, insn.value.kind === "map" ? { kind: "map", map: insn.value.map } : NO);
    case "neg":
    case "end":
      return set(insn.dst, unknownFrom(regs[insn.dst]!));
    case "movsx":
      return set(insn.dst, unknownFrom(regs[insn.src]!));
    case "load":
      return set(insn.dst, loadsMayPoint && insn.size === 8 ? MAYBE : NO);
    case "atomic":
      return insn.fetch ? set(insn.op === "cmpxchg" ? 0 : insn.src, loadsMayPoint ? MAYBE : NO) : regs;
    case "call":
    case "call_local":
      return regs.every((known, reg) => reg > 5 || known === NO) ? regs : regs.map((known, reg) => (reg <= 5 ? NO : known));
    case "store":
    case "jump":
    case "branch":
    case "exit":
      return regs;
  }
}

function combine(op: string, wide: boolean, dst: Known, src: Known): Known {
  if (wide && dst.kind === "arg" && dst.off !== null && src.kind === "const" && (op === "add" || op === "sub")) {
    return { ...dst, off: op === "add" ? dst.off + src.value : dst.off - src.value };
  }
  if (wide && dst.kind === "fp" && src.kind === "const" && (op === "add" || op === "sub")) {
    return { kind: "fp", off: op === "add" ? dst.off + src.value : dst.off - src.value };
  }
  if (mayPointToFrame(dst) || mayPointToFrame(src)) return MAYBE;
  return dst.kind === "arg" || src.kind === "arg" ? ANY_ARG : NO;
}

function unknownFrom(known: Known): Known {
  if (mayPointToFrame(known)) return MAYBE;
  return known.kind === "arg" ? ANY_ARG : NO;
}
