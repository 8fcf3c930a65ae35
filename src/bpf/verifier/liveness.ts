/**
 * Which registers and stack bytes may still be read (live), and which may still decide something (precise): a branch, a pointer, a
 * length. States that differ elsewhere need not be told apart. A plain backward pass over the control flow; where it cannot tell, it errs toward live and precise.
 */
import { type ArgType, helpers } from "../helpers/table.ts";
import type { Insn, InsnIndex, Operand } from "../isa/insn.ts";
import type { MapSpec } from "../spec.ts";
import type { Cfg } from "./cfg.ts";
import { type CallbackReads, findCallbackReads } from "./callback-reads.ts";
import { type Known, type KnownValues, findKnownValues, mayPointToFrame } from "./known-values.ts";
import { ALL_BYTES, FRAME_BYTES, type Needs, addBytes, assign, bit, byteMask, dropBytes, use } from "./needs.ts";
import { type StackNeeds, needsBySlot } from "./stack-needs.ts";

/** Before each insn. */
export interface Liveness {
  readonly live: Uint16Array;
  readonly precise: Uint16Array;
  readonly liveBytes: readonly bigint[];
  readonly preciseBytes: readonly bigint[];
  /** By insn, as far as it was asked for. */
  readonly stack: Map<number, StackNeeds>;
}

const ARGS = 0b111110;
const CALLER_SAVED = 0b111111;
const MAYBE: Known = { kind: "maybe" };

interface Context {
  readonly cfg: Cfg;
  readonly maps: readonly MapSpec[];
  readonly values: KnownValues;
  readonly callbackReads: CallbackReads;
  /** By function: bytes of its frame that may hold addresses of frames. */
  readonly pointerBytes: ReadonlyMap<InsnIndex, bigint>;
  /** What each function reads of r1 … r5 at its start; all of them while it is not known. */
  readonly entry: Map<InsnIndex, number>;
}

interface Found extends Liveness {
  readonly liveBytes: bigint[];
  readonly preciseBytes: bigint[];
}

export function findLiveness(cfg: Cfg, maps: readonly MapSpec[]): Liveness {
  const values = findKnownValues(cfg);
  const pointerBytes = [...values.stored].map(
    ([func, words]) => [func, [...words.keys()].reduce((sum, off) => sum | byteMask(off, 8), 0n)] as const,
  );
  const context: Context = {
    cfg,
    maps,
    values,
    callbackReads: findCallbackReads(cfg, maps, values),
    pointerBytes: new Map(pointerBytes),
    entry: new Map(),
  };
  const count = cfg.insns.length;
  const found: Found = {
    live: new Uint16Array(count),
    precise: new Uint16Array(count),
    liveBytes: Array<bigint>(count).fill(0n),
    preciseBytes: Array<bigint>(count).fill(0n),
    stack: new Map(),
  };
  for (const func of calleesFirst(cfg)) {
    solve(context, func, found);
    context.entry.set(func, found.live[func]! & ARGS);
  }
  return found;
}

/** Whether the number in a register may still decide something at this insn. */
export function isPrecise(liveness: Liveness, insn: number, reg: number): boolean {
  return (liveness.precise[insn]! & bit(reg)) !== 0;
}

export function stackNeeds({ liveBytes, preciseBytes, stack }: Liveness, insn: number): StackNeeds {
  let found = stack.get(insn);
  if (found === undefined) stack.set(insn, (found = { live: needsBySlot(liveBytes[insn]!), precise: needsBySlot(preciseBytes[insn]!) }));
  return found;
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

function solve(context: Context, func: InsnIndex, found: Found): void {
  const { cfg } = context;
  let end: number = func;
  while (end < cfg.insns.length && cfg.funcOf[end] === func) end++;
  // Without a way back one pass, from the end, sees all that comes later.
  let goesBack = false;
  for (let index: number = func; index < end && !goesBack; index++) goesBack = cfg.successors[index]!.some((to) => to <= index);
  const needs: Needs = { live: 0, precise: 0, liveBytes: 0n, preciseBytes: 0n };
  for (let changed = true; changed;) {
    changed = false;
    for (let index = end - 1; index >= func; index--) {
      const [on, aside]: readonly number[] = cfg.successors[index]!;
      // What follows was looked at just now.
      if (on !== index + 1) load(needs, found, on);
      if (aside !== undefined) join(needs, found, aside);
      transfer(context, index, needs);
      if (keep(needs, found, index)) changed = goesBack;
    }
  }
}

function load(needs: Needs, { live, precise, liveBytes, preciseBytes }: Found, from: number | undefined): void {
  needs.live = from === undefined ? 0 : live[from]!;
  needs.precise = from === undefined ? 0 : precise[from]!;
  needs.liveBytes = from === undefined ? 0n : liveBytes[from]!;
  needs.preciseBytes = from === undefined ? 0n : preciseBytes[from]!;
}

function join(needs: Needs, { live, precise, liveBytes, preciseBytes }: Found, from: number): void {
  needs.live |= live[from]!;
  needs.precise |= precise[from]!;
  if (liveBytes[from] !== needs.liveBytes) needs.liveBytes |= liveBytes[from]!;
  if (preciseBytes[from] !== needs.preciseBytes) needs.preciseBytes |= preciseBytes[from]!;
}

/** Whether it is something new. */
function keep(needs: Needs, { live, precise, liveBytes, preciseBytes }: Found, at: number): boolean {
  const same =
    live[at] === needs.live &&
    precise[at] === needs.precise &&
    liveBytes[at] === needs.liveBytes &&
    preciseBytes[at] === needs.preciseBytes;
  live[at] = needs.live;
  precise[at] = needs.precise;
  liveBytes[at] = needs.liveBytes;
  preciseBytes[at] = needs.preciseBytes;
  return !same;
}

const bitOf = (operand: Operand): number => ("reg" in operand ? bit(operand.reg) : 0);

/** From what is needed behind the insn to what is needed before it. */
function transfer(context: Context, index: number, needs: Needs): void {
  const insn = context.cfg.insns[index]!;
  switch (insn.kind) {
    case "alu":
      return assign(needs, insn.dst, bitOf(insn.src) | (insn.op === "mov" ? 0 : bit(insn.dst)));
    case "neg":
    case "end":
      return assign(needs, insn.dst, bit(insn.dst));
    case "movsx":
      return assign(needs, insn.dst, bit(insn.src));
    case "lddw":
      return assign(needs, insn.dst, 0);
    case "load":
      return beforeLoad(context, index, insn, needs);
    case "store":
      return beforeStore(context, index, insn, needs);
    case "atomic":
      return beforeAtomic(context, index, insn, needs);
    case "branch":
      return use(needs, bit(insn.dst) | bitOf(insn.src));
    case "jump":
      return;
    case "call":
      return beforeHelper(context, index, insn.helper, needs);
    case "call_local":
      return beforeLocalCall(context, index, insn.target, needs);
    case "exit":
      // What a function returns may matter to its caller; a program's result does not.
      needs.live = bit(0);
      needs.precise = context.cfg.funcOf[index] === 0 ? 0 : bit(0);
      needs.liveBytes = 0n;
      needs.preciseBytes = 0n;
  }
}

/** Bytes of the own frame that an access may touch. */
function touched({ values }: Context, index: number, off: number, size: number): bigint {
  const base = values.base[index] ?? MAYBE;
  if (base.kind === "fp") return byteMask(base.off + off, size);
  return base.kind === "maybe" ? ALL_BYTES : 0n;
}

function isExact({ values }: Context, index: number): boolean {
  const base = values.base[index];
  return base?.kind === "fp" && base.sure;
}

function beforeLoad(context: Context, index: number, insn: Extract<Insn, { kind: "load" }>, needs: Needs): void {
  const wanted = (needs.precise & bit(insn.dst)) !== 0;
  assign(needs, insn.dst, 0);
  addBytes(needs, touched(context, index, insn.off, insn.size), wanted);
  use(needs, bit(insn.base));
}

function beforeStore(context: Context, index: number, insn: Extract<Insn, { kind: "store" }>, needs: Needs): void {
  const mask = touched(context, index, insn.off, insn.size);
  // Outside of the main function an unknown base may be the stack of a caller, all of which counts as precise during the call.
  const elsewhere = mask === 0n && context.cfg.funcOf[index] !== 0;
  const wanted = elsewhere || (mask !== 0n && (needs.preciseBytes & mask) !== 0n);
  const value = bitOf(insn.src);
  needs.live |= value;
  if (wanted) needs.precise |= value;
  use(needs, bit(insn.base));
  if (mask !== 0n && isExact(context, index)) dropBytes(needs, mask);
}

/** Its results are unknown numbers whatever the operands are, so these need not be precise. */
function beforeAtomic(context: Context, index: number, insn: Extract<Insn, { kind: "atomic" }>, needs: Needs): void {
  if (insn.fetch) assign(needs, insn.op === "cmpxchg" ? 0 : insn.src, 0);
  needs.live |= bit(insn.src) | (insn.op === "cmpxchg" ? bit(0) : 0);
  addBytes(needs, touched(context, index, insn.off, insn.size), false);
  use(needs, bit(insn.base));
}

function dropCallerSaved(needs: Needs): void {
  needs.live &= ~CALLER_SAVED;
  needs.precise &= ~CALLER_SAVED;
}

function beforeLocalCall({ values, entry }: Context, index: number, target: InsnIndex, needs: Needs): void {
  const args = entry.get(target) ?? ARGS;
  const known = values.args[index];
  dropCallerSaved(needs);
  if ([1, 2, 3, 4, 5].some((reg) => args & bit(reg) && mayPointToFrame(known?.[reg] ?? MAYBE))) addBytes(needs, ALL_BYTES, true);
  use(needs, args);
}

const NO_ARGS: readonly ArgType[] = [];
const UNREACHED: readonly Known[] = [];

function beforeHelper(context: Context, index: number, helper: number, needs: Needs): void {
  const args = helpers[helper]?.args ?? NO_ARGS;
  const known = context.values.args[index] ?? UNREACHED;
  dropCallerSaved(needs);
  // Writes first: what the call writes was not needed before it, unless the call itself reads it.
  args.forEach((type, arg) => {
    const where = known[arg + 1];
    const length = known[arg + 2];
    if (type === "writable" && where?.kind === "fp" && where.sure && length?.kind === "const")
      dropBytes(needs, byteMask(where.off, length.value));
  });
  args.forEach((type, arg) => {
    if (type === "stack_or_null") beforeCallback(context, index, arg + 1, needs);
    else beforeArgument(context, known, type, arg + 1, needs);
  });
}

function beforeArgument(context: Context, known: readonly Known[], type: ArgType, reg: number, needs: Needs): void {
  if (type === "anything") {
    needs.live |= bit(reg);
    return;
  }
  const reads = type === "readable" || type === "map_key" || type === "map_value";
  if (reads) addBytes(needs, readMask(known[reg] ?? MAYBE, readLength(context, known, type, reg)), false);
  use(needs, bit(reg));
}

/** What the callback reads of the frame is needed whenever it runs, in every round. */
function beforeCallback(context: Context, index: number, reg: number, needs: Needs): void {
  const where = context.values.args[index]?.[reg] ?? MAYBE;
  use(needs, bit(reg));
  if (mayPointToFrame(where)) addBytes(needs, callbackMask(context, index, where), true);
}

function callbackMask(context: Context, index: number, where: Known): bigint {
  const reads = where.kind === "fp" ? context.callbackReads(index) : null;
  if (where.kind !== "fp" || reads === null) return ALL_BYTES;
  const mask = reads.reduce((sum, [off, size]) => sum | byteMask(where.off + off, size), 0n);
  // An address that the callback finds there may lead it anywhere in the frame.
  const addresses = context.pointerBytes.get(context.cfg.funcOf[index]!) ?? 0n;
  return (mask & addresses) === 0n ? mask : ALL_BYTES;
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
