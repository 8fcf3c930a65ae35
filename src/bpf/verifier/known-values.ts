/**
 * For each insn that touches memory or calls, what its registers surely hold, as far as a plain forward pass can tell: addresses in the
 * function's own frame, constants and maps. liveness.ts needs it to know which stack bytes an insn touches. "maybe" is anything that may
 * point into the frame.
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

export const isAddress = (value: Known): boolean => mayPointToFrame(value) || value.kind === "arg";

export interface KnownValues {
  /** Of a load, store or atomic insn: its base register; undefined for insns that are not reached. */
  readonly base: readonly (Known | undefined)[];
  /** Of a call: r0 … r5. */
  readonly args: readonly (readonly Known[] | undefined)[];
  /** Addresses of frames are stored in places that are not known: loads may give one. */
  readonly storesWildly: boolean;
  /** By function: words of its own frame, by offset, that may hold an address of a frame, and the address. */
  readonly stored: ReadonlyMap<InsnIndex, ReadonlyMap<number, Known>>;
}

/** Mostly spilled registers. What else may be in such a word is left out. */
type Stored = Map<number, Known>;

interface Pass {
  readonly cfg: Cfg;
  readonly base: (Known | undefined)[];
  readonly args: (readonly Known[] | undefined)[];
  /** Where ways meet: what all of them agree on. */
  readonly meeting: (Known[] | undefined)[];
  /** Words of the frame of the function that is being looked at. */
  stored: Stored;
  wild: boolean;
  /** Something was found that the pass did not know from its beginning. */
  grew: boolean;
}

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
  const slots = <T>(): (T | undefined)[] => Array<undefined>(cfg.insns.length).fill(undefined);
  let wild = false;
  for (;;) {
    const pass: Pass = { cfg, base: slots(), args: slots(), meeting: slots(), stored: new Map(), wild, grew: false };
    for (const func of cfg.funcs) {
      pass.stored = stored.get(func)!;
      walk(pass, func, params.get(func) ?? []);
    }
    wild = pass.wild;
    if (!pass.grew) return { base: pass.base, args: pass.args, storesWildly: wild, stored };
  }
}

function walk(pass: Pass, func: InsnIndex, params: readonly number[]): void {
  const { cfg, meeting } = pass;
  const entry = Array<Known>(11).fill(NO);
  entry[10] = { kind: "fp", off: 0, sure: true };
  for (const reg of params) entry[reg] = { kind: "arg", reg, off: 0 };
  const work: { index: number; regs: Known[] }[] = [{ index: func, regs: entry }];
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    let { regs } = next;
    for (let index: number | undefined = next.index; index !== undefined;) {
      if (cfg.prunePoints[index]) {
        const old = meeting[index];
        const merged: Known[] = old === undefined ? regs : merge(old, regs);
        if (merged === old) break;
        meeting[index] = merged;
        regs = merged.slice();
      }
      step(pass, index, cfg.insns[index]!, regs);
      const [on, aside]: readonly number[] = cfg.successors[index]!;
      if (aside !== undefined) work.push({ index: aside, regs: regs.slice() });
      index = on;
    }
  }
}

function merge(a: Known[], b: readonly Known[]): Known[] {
  let merged = a;
  for (let reg = 0; reg < a.length; reg++) {
    const joined = join(a[reg]!, b[reg]!);
    if (joined === a[reg]) continue;
    if (merged === a) merged = a.slice();
    merged[reg] = joined;
  }
  return merged;
}

type FrameAddress = Extract<Known, { kind: "fp" }>;

function unsure(address: FrameAddress): FrameAddress {
  return address.sure ? { ...address, sure: false } : address;
}

function join(a: Known, b: Known): Known {
  if (a === b || a.kind === "maybe" || sameKnown(a, b)) return a;
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

const valueOf = (operand: Operand, regs: readonly Known[]): Known =>
  "reg" in operand ? regs[operand.reg]! : { kind: "const", value: operand.imm };

/** What the insn does to `regs`; notes what is asked for later. */
function step(pass: Pass, index: number, insn: Insn, regs: Known[]): void {
  switch (insn.kind) {
    case "alu": {
      const src = valueOf(insn.src, regs);
      if (insn.op !== "mov") regs[insn.dst] = combine(insn.op, insn.wide, regs[insn.dst]!, src);
      else regs[insn.dst] = insn.wide || src.kind !== "const" || src.value >= 0 ? src : NO;
      return;
    }
    case "lddw":
      if (insn.value.kind === "func") regs[insn.dst] = { kind: "func", target: insn.value.target };
      else regs[insn.dst] = insn.value.kind === "map" ? { kind: "map", map: insn.value.map } : NO;
      return;
    case "neg":
    case "end":
      regs[insn.dst] = unknownFrom(regs[insn.dst]!);
      return;
    case "movsx":
      regs[insn.dst] = unknownFrom(regs[insn.src]!);
      return;
    case "load": {
      const base = (pass.base[index] = regs[insn.base]!);
      regs[insn.dst] = insn.size === WORD ? loaded(pass, base, insn.off) : NO;
      return;
    }
    case "store": {
      const base = (pass.base[index] = regs[insn.base]!);
      // Narrower stores keep no pointer.
      if (insn.size === WORD && "reg" in insn.src) noteStore(pass, base, insn.off, regs[insn.src.reg]!);
      return;
    }
    case "atomic": {
      const base = (pass.base[index] = regs[insn.base]!);
      if (isAddress(regs[insn.src]!)) noteStore(pass, MAYBE, 0, regs[insn.src]!);
      if (insn.fetch) regs[insn.op === "cmpxchg" ? 0 : insn.src] = loaded(pass, base, insn.off);
      return;
    }
    case "call":
    case "call_local":
      pass.args[index] = regs.slice(0, 6);
      regs.fill(NO, 0, 6);
      return;
    case "jump":
    case "branch":
    case "exit":
      return;
  }
}

/** Keeps what address a word of the own frame may hold; an address that is stored anywhere else may be anywhere. */
function noteStore(pass: Pass, base: Known, insnOff: number, value: Known): void {
  if (!isAddress(value)) return;
  if (base.kind !== "fp") {
    pass.grew ||= !pass.wild;
    pass.wild = true;
    return;
  }
  const off = base.off + insnOff;
  const old = pass.stored.get(off);
  const joined = old === undefined ? value : join(old, value);
  if (old !== undefined && sameKnown(old, joined)) return;
  pass.stored.set(off, joined);
  pass.grew = true;
}

const WORD = 8;

/**
 * What a load of a word may give. Memory that is not the own frame holds addresses of it only if they were stored wildly; addresses of
 * other frames in it are for their owners to think of, see callback-reads.ts.
 */
function loaded({ stored, wild }: Pass, base: Known, off: number): Known {
  if (wild) return MAYBE;
  if (stored.size === 0 || (base.kind !== "maybe" && base.kind !== "fp")) return NO;
  if (base.kind === "maybe") return MAYBE;
  const at = base.off + off;
  for (let by = 1; by < WORD; by++) if (stored.has(at + by) || stored.has(at - by)) return MAYBE;
  const address = stored.get(at) ?? NO;
  return address.kind === "fp" ? unsure(address) : address;
}

function combine(op: string, wide: boolean, dst: Known, src: Known): Known {
  if (dst.kind === "no" && (src.kind === "no" || src.kind === "const")) return dst;
  if (wide && src.kind === "const" && (op === "add" || op === "sub")) {
    const by = op === "add" ? src.value : -src.value;
    if (dst.kind === "arg" && dst.off !== null) return { kind: "arg", reg: dst.reg, off: dst.off + by };
    if (dst.kind === "fp") return { kind: "fp", off: dst.off + by, sure: dst.sure };
  }
  if (mayPointToFrame(dst) || mayPointToFrame(src)) return MAYBE;
  return dst.kind === "arg" || src.kind === "arg" ? ANY_ARG : NO;
}

function unknownFrom(known: Known): Known {
  if (mayPointToFrame(known)) return MAYBE;
  return known.kind === "arg" ? ANY_ARG : NO;
}
