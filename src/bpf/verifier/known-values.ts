/**
 * For each insn, what the registers surely hold before it, as far as a plain forward pass can tell: addresses in the function's own
 * frame, constants and maps. liveness.ts needs it to know which stack bytes an insn touches. "maybe" is anything that may point into the frame.
 */
import type { Insn, InsnIndex, Operand } from "../isa/insn.ts";
import type { Cfg } from "./cfg.ts";

export type Known =
  | { readonly kind: "no" }
  | { readonly kind: "maybe" }
  /** r10 plus `off`; where it is not sure, this or something that is no address of a frame. */
  | { readonly kind: "fp"; readonly off: number; readonly sure: boolean }
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
  /** Addresses of frames are stored in places that are not known: loads may give one. */
  readonly storesWildly: boolean;
  /** By function: words of its own frame, by offset, that may hold an address of a frame, and the address. */
  readonly stored: ReadonlyMap<InsnIndex, ReadonlyMap<number, Known>>;
}

/** Mostly spilled registers. What else may be in such a word is left out. */
type Stored = Map<number, Known>;

/** Parameters of each function that may be addresses of a caller's frame. */
function frameParams(cfg: Cfg): ReadonlyMap<InsnIndex, readonly number[]> {
  const params = new Map<InsnIndex, readonly number[]>();
  for (const insn of cfg.insns) if (insn.kind === "call_local") params.set(insn.target, [1, 2, 3, 4, 5]);
  // Contexts of callbacks: the second parameter of bpf_loop's, the fourth of bpf_for_each_map_elem's.
  for (const insn of cfg.insns)
    if (insn.kind === "lddw" && insn.value.kind === "func" && !params.has(insn.value.target)) params.set(insn.value.target, [2, 4]);
  return params;
}

export function findKnownValues(cfg: Cfg): KnownValues {
  const params = frameParams(cfg);
  const stored = new Map(cfg.funcs.map((func) => [func, new Map() as Stored]));
  let wild = false;
  let results: Result[] = [];
  for (let changed = true; changed;) {
    changed = false;
    results = cfg.funcs.map((func) => solve(cfg, func, params.get(func) ?? [], stored.get(func)!, wild));
    for (const [number, result] of results.entries()) {
      const found = noteStores(cfg, result, stored.get(cfg.funcs[number]!)!);
      if (found.grew || (found.wild && !wild)) changed = true;
      wild ||= found.wild;
    }
  }
  const merged: (readonly Known[] | undefined)[] = Array<undefined>(cfg.insns.length).fill(undefined);
  for (const result of results) for (const [index, regs] of result) merged[index] = regs;
  return { before: merged, storesWildly: wild, stored };
}

type Result = Map<number, readonly Known[]>;

function solve(cfg: Cfg, func: InsnIndex, params: readonly number[], stored: Stored, wild: boolean): Result {
  const entry = Array<Known>(11).fill(NO);
  entry[10] = { kind: "fp", off: 0, sure: true };
  for (const reg of params) entry[reg] = { kind: "arg", reg, off: 0 };
  const before: Result = new Map([[func, entry]]);
  const work: number[] = [func];
  for (let index = work.pop(); index !== undefined; index = work.pop()) {
    const after = transfer(cfg.insns[index]!, before.get(index)!, stored, wild);
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

export const isAddress = (value: Known): boolean => mayPointToFrame(value) || value.kind === "arg";

/** Adds the words of the own frame that addresses are stored in; `wild` if they are stored anywhere else. */
function noteStores(cfg: Cfg, result: Result, stored: Stored): { readonly grew: boolean; readonly wild: boolean } {
  let grew = false;
  let wild = false;
  for (const [index, regs] of result) {
    const insn = cfg.insns[index]!;
    const src = insn.kind === "store" && insn.size === 8 && "reg" in insn.src ? insn.src.reg : insn.kind === "atomic" ? insn.src : null;
    if (src === null || (insn.kind !== "store" && insn.kind !== "atomic")) continue;
    const value = regs[src]!;
    if (!isAddress(value)) continue;
    const base = regs[insn.base]!;
    if (base.kind !== "fp" || insn.kind === "atomic") {
      wild = true;
      continue;
    }
    const off = base.off + insn.off;
    const old = stored.get(off);
    const joined = old === undefined ? value : join(old, value);
    if (old !== undefined && sameKnown(old, joined)) continue;
    stored.set(off, joined);
    grew = true;
  }
  return { grew, wild };
}

const WORD = 8;

/**
 * What a load of a word may give. Memory that is not the own frame holds addresses of it only if they were stored wildly; addresses of
 * other frames in it are for their owners to think of, see callback-reads.ts.
 */
function loaded(base: Known, off: number, stored: Stored, wild: boolean): Known {
  if (wild) return MAYBE;
  if (stored.size === 0 || (base.kind !== "maybe" && base.kind !== "fp")) return NO;
  if (base.kind === "maybe") return MAYBE;
  const at = base.off + off;
  for (let by = 1; by < WORD; by++) if (stored.has(at + by) || stored.has(at - by)) return MAYBE;
  const address = stored.get(at) ?? NO;
  return address.kind === "fp" ? unsure(address) : address;
}

function merge(a: readonly Known[], b: readonly Known[]): readonly Known[] {
  const merged = a.map((left, reg) => join(left, b[reg]!));
  return merged.every((known, reg) => known === a[reg]) ? a : merged;
}

type FrameAddress = Extract<Known, { kind: "fp" }>;

function unsure(address: FrameAddress): FrameAddress {
  return address.sure ? { ...address, sure: false } : address;
}

function join(a: Known, b: Known): Known {
  if (a.kind === "maybe" || sameKnown(a, b)) return a;
  if (a.kind === "fp" && (!isAddress(b) || (b.kind === "fp" && a.off === b.off))) return unsure(a);
  if (b.kind === "fp" && !isAddress(a)) return unsure(b);
  if (mayPointToFrame(a) || mayPointToFrame(b)) return MAYBE;
  if (a === ANY_ARG) return a;
  if (a.kind === "arg" || b.kind === "arg") return ANY_ARG;
  return a.kind === "no" ? a : NO;
}

function sameKnown(a: Known, b: Known): boolean {
  if (a.kind === "fp") return b.kind === "fp" && a.off === b.off && a.sure === b.sure;
  if (a.kind === "const") return b.kind === "const" && a.value === b.value;
  if (a.kind === "func") return b.kind === "func" && a.target === b.target;
  if (a.kind === "arg") return b.kind === "arg" && a.reg === b.reg && a.off === b.off;
  if (a.kind === "map") return b.kind === "map" && a.map === b.map;
  return a.kind === b.kind;
}

function transfer(insn: Insn, regs: readonly Known[], stored: Stored, wild: boolean): readonly Known[] {
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
      return set(insn.dst, insn.size === WORD ? loaded(regs[insn.base]!, insn.off, stored, wild) : NO);
    case "atomic":
      return insn.fetch ? set(insn.op === "cmpxchg" ? 0 : insn.src, loaded(regs[insn.base]!, insn.off, stored, wild)) : regs;
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
    return { ...dst, off: op === "add" ? dst.off + src.value : dst.off - src.value };
  }
  if (mayPointToFrame(dst) || mayPointToFrame(src)) return MAYBE;
  return dst.kind === "arg" || src.kind === "arg" ? ANY_ARG : NO;
}

function unknownFrom(known: Known): Known {
  if (mayPointToFrame(known)) return MAYBE;
  return known.kind === "arg" ? ANY_ARG : NO;
}
