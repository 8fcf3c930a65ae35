/** Instruction selection: one IR function to machine IR. */
import type { CallArg, IrFunction, IrInsn, IrMap, Terminator } from "../../lang/ir/ir.ts";
import type { Span } from "../../lang/diagnostics/diagnostic.ts";
import { negated } from "./arithmetic.ts";
import type { Builder } from "./builder.ts";
import { asAddr, asArg, emit, emitConst, emitMove, knownValue, mreg, temp } from "./builder.ts";
import type { Facts } from "./facts.ts";
import { destinationOf } from "./ir-visit.ts";
import type { SlotHome } from "./frame.ts";
import type { MArg, MBlock, MEnd, MFunction, MReg } from "./mir.ts";
import { framePointer } from "./mir.ts";
import { compare, selectBin, selectExt, selectHide, selectSetcc, selectSwap } from "./select-arithmetic.ts";
import {
  selectAddTo,
  selectAddressOf,
  selectBytes,
  selectCopy,
  selectLoad,
  selectLoadCtx,
  selectMov,
  selectStore,
  selectZero,
} from "./select-memory.ts";

const MAP_LOOKUP_ELEM = 1;
const LOOP = 181;

/** Where one function's part of a scratch chunk is. */
export interface ScratchPlace {
  /** Index of the scratch map among the maps of the object. */
  readonly map: number;
  readonly off: number;
}

export interface Selection {
  readonly func: IrFunction;
  readonly facts: Facts;
  /** Reachable blocks, reverse postorder. */
  readonly order: readonly number[];
  readonly maps: readonly IrMap[];
  readonly homes: readonly (SlotHome | null)[];
  /** By chunk; null: the chunk is not used. */
  readonly scratch: readonly (ScratchPlace | null)[];
  /** Frame bytes where the prologue may put a map key. */
  readonly keyDepth: number;
  readonly pointers: ReadonlySet<number>;
}

export interface Selected {
  readonly mir: MFunction;
  /** Register with the address of each scratch chunk. */
  readonly scratchBases: readonly (MReg | null)[];
}

export function select(selection: Selection): Selected {
  const { func, facts, order } = selection;
  const entrySpan = func.blocks[0]!.insns[0]?.span ?? func.blocks[0]!.end.span;
  const b: Builder = {
    func,
    facts,
    maps: selection.maps,
    homes: selection.homes,
    scratchBases: [],
    ctx: null,
    span: entrySpan,
    insns: [],
    regCount: func.vregCount,
  };
  const scratchBases = selection.scratch.map((place) => (place === null ? null : temp(b)));
  const pointers = new Set(selection.pointers);
  for (const base of scratchBases) if (base !== null) pointers.add(base);
  const ctx = contextRegister(b);
  if (ctx !== null) pointers.add(ctx);
  const builder: Builder = { ...b, ctx, scratchBases: scratchBases as MReg[] };

  const prologue = selectPrologue(builder, selection, scratchBases, ctx);
  const blockIndex = new Map(order.map((id, position) => [id, position + prologue.length]));
  const target = (id: number): number => blockIndex.get(id)!;
  const body = order.map((id): MBlock => selectBlock(builder, id, target));
  const first = prologue.length;
  const failed = first + body.length;
  const blocks: MBlock[] = [...prologue, ...body];
  if (scratchBases.some((base) => base !== null))
    blocks.push({ insns: [], end: { op: "ret", value: { kind: "const", value: 0n }, span: entrySpan } });
  for (const block of prologue) block.end = retarget(block.end, first, failed);
  return { mir: { blocks, regCount: builder.regCount, pointers }, scratchBases };
}

/** The register of the first parameter, or another that keeps its first value where the function overwrites the parameter. */
function contextRegister(b: Builder): MReg | null {
  const param = b.func.params[0];
  if (param === undefined) return null;
  return b.facts.defCount[param] === 1 ? mreg(param) : temp(b);
}

const TO_BODY = -1;
const TO_FAILED = -2;

function retarget(end: MEnd, body: number, failed: number): MEnd {
  const place = (to: number): number => (to === TO_BODY ? body : to === TO_FAILED ? failed : to);
  if (end.op === "jump") return { ...end, to: place(end.to) };
  return end.op === "branch" ? { ...end, then: place(end.then), else: place(end.else) } : end;
}

/** Parameters out of r1…r5, then one lookup per scratch chunk. A percpu_array lookup of key 0 can't fail, but the verifier wants the test. */
function selectPrologue(b: Builder, selection: Selection, bases: readonly (MReg | null)[], ctx: MReg | null): MBlock[] {
  const blocks: MBlock[] = [];
  const { span } = b;
  const finish = (end: MEnd): void => {
    blocks.push({ insns: b.insns, end });
    b.insns = [];
  };
  const params = b.func.params.map(mreg);
  emit(b, { op: "entry", params });
  if (ctx !== null) emitMove(b, ctx, params[0]!);
  const key = { base: framePointer, off: -selection.keyDepth };
  bases.forEach((base, chunk) => {
    if (base === null) return;
    const place = selection.scratch[chunk]!;
    if (blocks.length === 0) emit(b, { op: "store", size: 4, to: key, src: { imm: 0 } });
    const args: MArg[] = [
      { kind: "map", map: place.map },
      { kind: "addr", addr: key },
    ];
    emit(b, { op: "call", target: { kind: "helper", helper: MAP_LOOKUP_ELEM }, args, dst: base });
    const next = blocks.length + 1;
    finish({ op: "branch", cond: "eq", a: base, b: { imm: 0 }, then: TO_FAILED, else: next, span });
    if (place.off > 0) emit(b, { op: "alu", fn: "add", wide: true, dst: base, src: { imm: place.off } });
  });
  finish({ op: "jump", to: TO_BODY, span });
  return blocks;
}

function selectBlock(b: Builder, id: number, target: (id: number) => number): MBlock {
  const { insns, end } = b.func.blocks[id]!;
  b.insns = [];
  const fused = fuseComparison(b, insns, end);
  for (const insn of insns) {
    if (b.facts.dead.has(insn) || fused.skip.has(insn) || isKnown(b, insn)) continue;
    b.span = insn.span;
    selectInsn(b, insn);
  }
  b.span = end.span;
  const selectedEnd = selectEnd(b, fused.end, target);
  return { insns: b.insns, end: selectedEnd };
}

/** Its value is put in wherever it is read. */
function isKnown(b: Builder, insn: IrInsn): boolean {
  const dst = destinationOf(insn);
  return dst !== null && (b.facts.constants.has(dst) || b.facts.slotAddresses.has(dst));
}

function selectInsn(b: Builder, insn: IrInsn): void {
  switch (insn.op) {
    case "mov":
      return selectMov(b, mreg(insn.dst), insn.src);
    case "bin":
      return selectBin(b, insn);
    case "ext":
      return selectExt(b, insn);
    case "bswap":
      return selectSwap(b, insn);
    case "setcc":
      return selectSetcc(b, insn);
    case "load":
      return selectLoad(b, insn);
    case "store":
      return selectStore(b, insn);
    case "addTo":
      return selectAddTo(b, insn);
    case "addressOf":
      return selectAddressOf(b, insn);
    case "zero":
      return selectZero(b, insn);
    case "copy":
      return selectCopy(b, insn);
    case "bytes":
      return selectBytes(b, insn);
    case "ctx":
      return emitMove(b, mreg(insn.dst), contextOf(b));
    case "loadCtx":
      return selectLoadCtx(b, insn);
    case "helper":
      return selectHelper(b, insn);
    case "call":
      return emit(b, {
        op: "call",
        target: { kind: "func", func: insn.func },
        args: insn.args.map((arg) => selectArg(b, arg)),
        dst: result(b, insn),
      });
    case "log2":
      return selectLog2(b, insn);
    case "hide":
      return selectHide(b, insn);
  }
}

function selectHelper(b: Builder, insn: IrInsn & { op: "helper" }): void {
  const dst = result(b, insn);
  if (insn.helper === LOOP && isNever(b, insn.args)) {
    if (dst !== null) emitConst(b, dst, 0n);
    return;
  }
  emit(b, { op: "call", target: { kind: "helper", helper: insn.helper }, args: insn.args.map((arg) => selectArg(b, arg)), dst });
}

/**
 * bpf_loop of no rounds. The kernel (6.18) takes the callback for dead code, removes it and then stumbles over its address:
 * "verifier bug: No program to jit".
 */
function isNever(b: Builder, [count]: readonly CallArg[]): boolean {
  return (count?.kind === "reg" || count?.kind === "imm") && knownValue(b, count) === 0n;
}

const result = (b: Builder, insn: IrInsn & { op: "helper" | "call" }): MReg | null =>
  insn.dst === null || b.facts.useCount[insn.dst] === 0 ? null : mreg(insn.dst);

function selectLog2(b: Builder, insn: IrInsn & { op: "log2" }): void {
  const value = knownValue(b, insn.src);
  if (value === null) return emit(b, { op: "call", target: { kind: "log2" }, args: [asArg(b, insn.src)], dst: mreg(insn.dst) });
  const unsigned = BigInt.asUintN(64, value);
  emitConst(b, mreg(insn.dst), unsigned === 0n ? 0n : BigInt(unsigned.toString(2).length - 1));
}

function selectArg(b: Builder, arg: CallArg): MArg {
  switch (arg.kind) {
    case "reg":
    case "imm":
      return asArg(b, arg);
    case "addr":
      return { kind: "addr", addr: asAddr(b, arg.addr) };
    case "map":
      return { kind: "map", map: arg.map };
    case "func":
      return { kind: "func", func: arg.func };
    case "ctx":
      return { kind: "reg", reg: contextOf(b) };
  }
}

function contextOf(b: Builder): MReg {
  if (b.ctx === null) throw new Error(`function ${b.func.name} has no context`);
  return b.ctx;
}

const nothing: ReadonlySet<IrInsn> = new Set();

/**
 * A branch on the result of a comparison becomes a branch on the comparison itself, where nothing else reads the result
 * and the operands still have the values that were compared.
 */
function fuseComparison(
  b: Builder,
  insns: readonly IrInsn[],
  end: Terminator,
): { readonly end: Terminator; readonly skip: ReadonlySet<IrInsn> } {
  if (end.op !== "branch") return { end, skip: nothing };
  const skip = new Set<IrInsn>();
  let fusedEnd = end;
  let limit = insns.length;
  while (fusedEnd.cond === "eq" || fusedEnd.cond === "ne") {
    const { a, b: right } = fusedEnd;
    if (a.kind !== "reg" || knownValue(b, right) !== 0n || b.facts.useCount[a.reg] !== 1) break;
    const definition = b.facts.definition[a.reg];
    if (definition?.op !== "setcc") break;
    const at = insns.lastIndexOf(definition, limit - 1);
    if (at < 0 || isOverwritten(insns, at + 1, definition)) break;
    skip.add(definition);
    limit = at;
    const cond = fusedEnd.cond === "ne" ? definition.cond : negated[definition.cond];
    fusedEnd = { ...fusedEnd, cond, a: definition.a, b: definition.b };
  }
  return { end: fusedEnd, skip };
}

function isOverwritten(insns: readonly IrInsn[], from: number, compared: IrInsn & { op: "setcc" }): boolean {
  const regs = [compared.a, compared.b].flatMap((operand) => (operand.kind === "reg" ? [operand.reg] : []));
  for (let at = from; at < insns.length; at++) {
    const dst = destinationOf(insns[at]!);
    if (dst !== null && regs.includes(dst)) return true;
  }
  return false;
}

function selectEnd(b: Builder, end: Terminator, target: (id: number) => number): MEnd {
  const span: Span = end.span;
  switch (end.op) {
    case "jump":
      return { op: "jump", to: target(end.to), span };
    case "return":
      return { op: "ret", value: asArg(b, end.value), span };
    case "branch": {
      const comparison = compare(b, end.cond, end.a, end.b);
      if (comparison.known !== null) return { op: "jump", to: target(comparison.known ? end.then : end.else), span };
      const { cond, a, b: right } = comparison;
      return { op: "branch", cond, a, b: right, then: target(end.then), else: target(end.else), span };
    }
  }
}
