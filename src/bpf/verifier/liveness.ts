/**
 * Which registers and stack bytes may still be read (live), and which may still decide something (precise): a branch, a pointer, a
 * length. States that differ elsewhere need not be told apart. A plain backward pass over the control flow; where it cannot tell, it errs toward live and precise.
 */
import { type ArgType, helpers } from "../helpers/table.ts";
import type { Insn, InsnIndex, Operand } from "../isa/insn.ts";
import type { MapSpec } from "../spec.ts";
import type { Cfg } from "./cfg.ts";
import { type CallbackReads, findCallbackReads } from "./callback-reads.ts";
import { type Known, findKnownValues, mayPointToFrame } from "./known-values.ts";

/** Registers as bit r; bytes of the function's own frame as bit 512 + off. `precise` is a subset of `live`. */
export interface Needs {
  readonly live: number;
  readonly precise: number;
  readonly liveBytes: bigint;
  readonly preciseBytes: bigint;
}

export interface Liveness {
  /** Before each insn. */
  readonly before: readonly Needs[];
}

const FRAME_BYTES = 512;
const ALL_BYTES = (1n << BigInt(FRAME_BYTES)) - 1n;
const NOTHING: Needs = { live: 0, precise: 0, liveBytes: 0n, preciseBytes: 0n };
const ARGS = 0b111110;
const CALLER_SAVED = 0b111111;

/** Masks that were asked for, by bounds: few different ones, again and again. */
const masks = new Map<number, bigint>();

/** Bytes off … off + count - 1 of a frame, clipped to it. */
export function byteMask(off: number, count: number): bigint {
  const from = Math.max(off + FRAME_BYTES, 0);
  const to = Math.min(off + FRAME_BYTES + count, FRAME_BYTES);
  if (to <= from) return 0n;
  const bounds = from * (FRAME_BYTES + 1) + to;
  let mask = masks.get(bounds);
  if (mask === undefined) masks.set(bounds, (mask = ((1n << BigInt(to - from)) - 1n) << BigInt(from)));
  return mask;
}

interface Context {
  readonly cfg: Cfg;
  readonly maps: readonly MapSpec[];
  readonly known: readonly (readonly Known[] | undefined)[];
  readonly callbackReads: CallbackReads;
  /** By function: bytes of its frame that may hold addresses of frames. */
  readonly pointerBytes: ReadonlyMap<InsnIndex, bigint>;
  /** What each function reads of r1 … r5 at its start; all of them while it is not known. */
  readonly entry: Map<InsnIndex, number>;
}

export function findLiveness(cfg: Cfg, maps: readonly MapSpec[]): Liveness {
  const values = findKnownValues(cfg);
  const context: Context = {
    cfg,
    maps,
    known: values.before,
    callbackReads: findCallbackReads(cfg, maps, values),
    pointerBytes: new Map(
      [...values.stored].map(([func, words]) => [func, [...words.keys()].reduce((sum, off) => sum | byteMask(off, 8), 0n)]),
    ),
    entry: new Map(),
  };
  const before = Array<Needs>(cfg.insns.length).fill(NOTHING);
  for (const func of calleesFirst(cfg)) {
    solve(context, func, before);
    context.entry.set(func, before[func]!.live & ARGS);
  }
  return { before };
}

/** Whether the number in a register may still decide something at this insn. */
export function isPrecise(liveness: Liveness, insn: number, reg: number): boolean {
  return (liveness.before[insn]!.precise & bit(reg)) !== 0;
}

function calleesFirst(cfg: Cfg): InsnIndex[] {
  const order: InsnIndex[] = [];
  const seen = new Set<InsnIndex>();
  const visit = (func: InsnIndex): void => {
    if (seen.has(func)) return;
    seen.add(func);
    for (let index: number = func; index < cfg.insns.length && cfg.funcOf[index] === func; index++) {
      const insn = cfg.insns[index]!;
      if (insn.kind === "call_local") visit(insn.target);
    }
    order.push(func);
  };
  cfg.funcs.forEach(visit);
  return order;
}

function solve(context: Context, func: InsnIndex, before: Needs[]): void {
  const { cfg } = context;
  let end: number = func;
  while (end < cfg.insns.length && cfg.funcOf[end] === func) end++;
  // Without a way back one pass, from the end, sees all that comes later.
  let goesBack = false;
  for (let index: number = func; index < end && !goesBack; index++) goesBack = cfg.successors[index]!.some((to) => to <= index);
  for (let changed = true; changed;) {
    changed = false;
    for (let index = end - 1; index >= func; index--) {
      let after = NOTHING;
      for (const to of cfg.successors[index]!) after = union(after, before[to]!);
      const needs = transfer(context, index, after);
      if (same(needs, before[index]!)) continue;
      before[index] = needs;
      changed = goesBack;
    }
  }
}

function union(a: Needs, b: Needs): Needs {
  if (a === NOTHING || a === b) return b;
  if (b === NOTHING) return a;
  return {
    live: a.live | b.live,
    precise: a.precise | b.precise,
    liveBytes: a.liveBytes | b.liveBytes,
    preciseBytes: a.preciseBytes | b.preciseBytes,
  };
}

function same(a: Needs, b: Needs): boolean {
  return a === b || (a.live === b.live && a.precise === b.precise && a.liveBytes === b.liveBytes && a.preciseBytes === b.preciseBytes);
}

const bit = (reg: number): number => 1 << reg;
const bitOf = (operand: Operand): number => ("reg" in operand ? bit(operand.reg) : 0);

function transfer(context: Context, index: number, after: Needs): Needs {
  const insn = context.cfg.insns[index]!;
  switch (insn.kind) {
    case "alu": {
      const reads = bitOf(insn.src) | (insn.op === "mov" ? 0 : bit(insn.dst));
      return assign(after, insn.dst, reads);
    }
    case "neg":
    case "end":
      return assign(after, insn.dst, bit(insn.dst));
    case "movsx":
      return assign(after, insn.dst, bit(insn.src));
    case "lddw":
      return assign(after, insn.dst, 0);
    case "load":
      return load(context, index, insn, after);
    case "store":
      return store(context, index, insn, after);
    case "atomic":
      return atomic(context, index, insn, after);
    case "branch":
      return use(after, bit(insn.dst) | bitOf(insn.src));
    case "jump":
      return after;
    case "call":
      return callHelper(context, index, insn.helper, after);
    case "call_local":
      return callLocal(context, index, insn.target, after);
    case "exit":
      // What a function returns may matter to its caller; a program's result does not.
      return { ...NOTHING, live: bit(0), precise: context.cfg.funcOf[index] === 0 ? 0 : bit(0) };
  }
}

/** dst is computed from the registers in `reads`. */
function assign(after: Needs, dst: number, reads: number): Needs {
  const wanted = (after.precise & bit(dst)) !== 0;
  return withRegs(after, (after.live & ~bit(dst)) | reads, (after.precise & ~bit(dst)) | (wanted ? reads : 0));
}

function withRegs(after: Needs, live: number, precise: number): Needs {
  if (live === after.live && precise === after.precise) return after;
  return { live, precise, liveBytes: after.liveBytes, preciseBytes: after.preciseBytes };
}

function withBytes(after: Needs, liveBytes: bigint, preciseBytes: bigint): Needs {
  if (liveBytes === after.liveBytes && preciseBytes === after.preciseBytes) return after;
  return { live: after.live, precise: after.precise, liveBytes, preciseBytes };
}

/** Registers whose values decide. */
function use(after: Needs, regs: number): Needs {
  return withRegs(after, after.live | regs, after.precise | regs);
}

/** Bytes of the own frame that an access may touch: surely (exact) or at most. */
function touched(
  context: Context,
  index: number,
  base: number,
  off: number,
  size: number,
): { readonly mask: bigint; readonly exact: boolean } {
  const known = context.known[index]?.[base] ?? { kind: "maybe" as const };
  if (known.kind === "fp") return { mask: byteMask(known.off + off, size), exact: known.sure };
  return { mask: known.kind === "maybe" ? ALL_BYTES : 0n, exact: false };
}

function load(context: Context, index: number, insn: Extract<Insn, { kind: "load" }>, after: Needs): Needs {
  const { mask } = touched(context, index, insn.base, insn.off, insn.size);
  const wanted = (after.precise & bit(insn.dst)) !== 0;
  const rest = assign(after, insn.dst, 0);
  const needs = mask === 0n ? rest : withBytes(rest, rest.liveBytes | mask, wanted ? rest.preciseBytes | mask : rest.preciseBytes);
  return use(needs, bit(insn.base));
}

function store(context: Context, index: number, insn: Extract<Insn, { kind: "store" }>, after: Needs): Needs {
  const { mask, exact } = touched(context, index, insn.base, insn.off, insn.size);
  // Outside of the main function an unknown base may be the stack of a caller, all of which counts as precise during the call.
  const elsewhere = mask === 0n && context.cfg.funcOf[index] !== 0;
  const wanted = elsewhere || (mask !== 0n && (after.preciseBytes & mask) !== 0n);
  const value = bitOf(insn.src);
  const regs = withRegs(after, after.live | value | bit(insn.base), after.precise | (wanted ? value : 0) | bit(insn.base));
  return exact && mask !== 0n ? withBytes(regs, after.liveBytes & ~mask, after.preciseBytes & ~mask) : regs;
}

/** Its results are unknown numbers whatever the operands are, so these need not be precise. */
function atomic(context: Context, index: number, insn: Extract<Insn, { kind: "atomic" }>, after: Needs): Needs {
  const { mask } = touched(context, index, insn.base, insn.off, insn.size);
  const rest = insn.fetch ? assign(after, insn.op === "cmpxchg" ? 0 : insn.src, 0) : after;
  const reads = bit(insn.src) | (insn.op === "cmpxchg" ? bit(0) : 0);
  return use({ ...rest, live: rest.live | reads, liveBytes: rest.liveBytes | mask }, bit(insn.base));
}

function callLocal(context: Context, index: number, target: InsnIndex, after: Needs): Needs {
  const args = context.entry.get(target) ?? ARGS;
  const rest = withRegs(after, after.live & ~CALLER_SAVED, after.precise & ~CALLER_SAVED);
  const passesFrame = [1, 2, 3, 4, 5].some((reg) => args & bit(reg) && mayPointToFrame(context.known[index]?.[reg] ?? { kind: "maybe" }));
  return use(passesFrame ? withBytes(rest, ALL_BYTES, ALL_BYTES) : rest, args);
}

function callHelper(context: Context, index: number, helper: number, after: Needs): Needs {
  const args = helpers[helper]?.args ?? [];
  const known = context.known[index] ?? [];
  let needs = withRegs(after, after.live & ~CALLER_SAVED, after.precise & ~CALLER_SAVED);
  // Writes first: what the call writes was not needed before it, unless the call itself reads it.
  args.forEach((type, arg) => {
    const where = known[arg + 1];
    const length = known[arg + 2];
    if (type !== "writable" || where?.kind !== "fp" || !where.sure || length?.kind !== "const") return;
    const mask = ~byteMask(where.off, length.value);
    needs = withBytes(needs, needs.liveBytes & mask, needs.preciseBytes & mask);
  });
  args.forEach((type, arg) => {
    needs = type === "stack_or_null" ? callbackContext(context, index, arg + 1, needs) : callArgument(context, known, type, arg + 1, needs);
  });
  return needs;
}

function callArgument(context: Context, known: readonly Known[], type: ArgType, reg: number, needs: Needs): Needs {
  const where = known[reg] ?? { kind: "maybe" };
  if (type === "anything") return withRegs(needs, needs.live | bit(reg), needs.precise);
  const reads = type === "readable" || type === "map_key" || type === "map_value";
  const mask = reads ? readMask(where, readLength(context, known, type, reg)) : 0n;
  return use(mask === 0n ? needs : withBytes(needs, needs.liveBytes | mask, needs.preciseBytes), bit(reg));
}

/** What the callback reads of the frame is needed whenever it runs, in every round. */
function callbackContext(context: Context, index: number, reg: number, needs: Needs): Needs {
  const where = context.known[index]?.[reg] ?? { kind: "maybe" };
  if (!mayPointToFrame(where)) return use(needs, bit(reg));
  const reads = where.kind === "fp" ? context.callbackReads(index) : null;
  if (where.kind !== "fp" || reads === null) return use(withBytes(needs, ALL_BYTES, ALL_BYTES), bit(reg));
  const mask = reads.reduce((sum, [off, size]) => sum | byteMask(where.off + off, size), 0n);
  // An address that the callback finds there may lead it anywhere in the frame.
  const addresses = context.pointerBytes.get(context.cfg.funcOf[index]!) ?? 0n;
  if ((mask & addresses) !== 0n) return use(withBytes(needs, ALL_BYTES, ALL_BYTES), bit(reg));
  return use(withBytes(needs, needs.liveBytes | mask, needs.preciseBytes | mask), bit(reg));
}

/** Bytes read, or null if that is not known here. */
function readLength(context: Context, known: readonly Known[], type: ArgType, reg: number): number | null {
  if (type === "readable") {
    const length = known[reg + 1];
    return length?.kind === "const" ? length.value : null;
  }
  const first = known[1];
  const map = first?.kind === "map" ? context.maps[first.map] : undefined;
  if (!map) return null;
  return type === "map_key" ? map.keySize : map.valueSize;
}

function readMask(where: Known, length: number | null): bigint {
  if (where.kind === "fp") return byteMask(where.off, length ?? FRAME_BYTES);
  return where.kind === "maybe" ? ALL_BYTES : 0n;
}
