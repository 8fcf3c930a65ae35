/**
 * Loops. `while` and `unroll` are blocks of the function itself; `for` calls a kernel helper with the body as a callback, so that the
 * verifier sees it once. Callbacks answer 0 to go on and 1 to stop.
 */
import type { HirBlock, HirExpr, HirStmt, LocalId } from "../hir/hir.ts";
import type { Address, CallArg, FuncId, Operand } from "../ir/ir.ts";
import { sizeOf, type Type } from "../types/type.ts";
import { mergedAt } from "./aggregates.ts";
import { createFunction, type InsnBody } from "./builder.ts";
import { timeKeys } from "./builtins.ts";
import { emptyCache, without, type Cache } from "./cache.ts";
import { finishFunction } from "./finish.ts";
import { enter, frameField, hirMap, irMapId, reserveFunction, zero, type LoopTargets, type Lowering } from "./lowering.ts";
import { withoutLookups } from "./lookups.ts";
import { memberOffsets, memberTypes } from "./members.ts";
import { addrArg, imm, isImm, mapArg, pointee, reg, shift } from "./operand.ts";
import { isScalar, isSigned, scalarSize } from "./scalars.ts";
import { memoryHome, scalarHome } from "./storage.ts";
import { operands } from "./values.ts";
import { loadScalar } from "./maps.ts";

type Stmt<K extends HirStmt["kind"]> = Extract<HirStmt, { kind: K }>;

/** Linux BPF_MAX_LOOPS. */
const MAX_ITERATIONS = 1 << 23;

const STOP = imm(1);

/** What stays known when code runs again or in a callback: neither the time nor where map elements are. */
const acrossLoops = (l: Lowering): Cache => without(withoutLookups(l.cache), timeKeys);

function withTargets(l: Lowering, targets: LoopTargets, body: HirBlock): void {
  const outer = l.targets;
  l.targets = targets;
  l.rules.block(l, body);
  l.targets = outer;
}

export function whileLoop(l: Lowering, stmt: Stmt<"while">): void {
  const { b } = l;
  const [head, body, done] = [b.block(), b.block(), b.block()];
  b.jump(head);
  enter(l, head, acrossLoops(l));
  const { then, otherwise } = b.scratchScope(() => l.rules.branch(l, stmt.cond, body, done));
  enter(l, body, then);
  withTargets(l, { onBreak: done, onContinue: head }, stmt.body);
  b.jump(head);
  // A break arrives with what the body began with, or more.
  enter(l, done, then, otherwise);
}

/** The body `count` times (row 10.23). */
export function repeat(l: Lowering, stmt: Stmt<"unroll">): void {
  const { b } = l;
  const done = b.block();
  const before = acrossLoops(l);
  for (let i = 0; i < stmt.count; i++) {
    const next = b.block();
    withTargets(l, { onBreak: done, onContinue: next }, stmt.body);
    b.jump(next);
    // `continue` may come from anywhere in the body.
    enter(l, next, before);
  }
  b.jump(done);
  enter(l, done, before);
}

/** `break`, `continue`, or leaving the probe with a value (null: 0). */
export function leave(l: Lowering, how: "break" | "continue" | HirExpr | null): void {
  const { b } = l;
  if (how === "break" || how === "continue") {
    if (l.targets === null) throw new Error(`${how} outside of a loop`);
    const target = how === "break" ? l.targets.onBreak : l.targets.onContinue;
    if (target === "stop") b.ret(STOP);
    else if (target === "next") b.ret(zero);
    else b.jump(target);
    return;
  }
  const result = how === null ? zero : l.rules.value(l, how);
  if (l.path.length === 0) return b.ret(result);
  b.store(resultField(l), 8, result);
  b.store(returnedFlag(l), 8, imm(1));
  l.mayReturn = true;
  b.ret(STOP);
}

const zeroed = (at: Address): readonly InsnBody[] => [{ op: "store", to: at, size: 8, src: zero }];

/** Set when a loop body wants the whole probe to end; and what the probe returns then. */
const returnedFlag = (l: Lowering): Address => frameField(l, "returned", zeroed);
const resultField = (l: Lowering): Address => frameField(l, "result", zeroed);

interface Callback {
  readonly func: FuncId;
  /** It may end the probe. */
  readonly mayReturn: boolean;
}

/** The body as a function of its own. `params` and `frame`: how many parameters the callback has, and which one is the frame. */
function callback(
  l: Lowering,
  stmt: Stmt<"for_range" | "for_map">,
  shape: { readonly params: number; readonly frame: number },
  start: (inner: Lowering) => void,
): Callback {
  const id = reserveFunction(l.program);
  const b = createFunction(`${l.probe.main.name}_${id}`, shape.params, stmt.span);
  const inner: Lowering = {
    ...l,
    b,
    path: [...l.path, stmt],
    frameReg: b.params[shape.frame]!,
    outer: l,
    locals: new Map(),
    zeroed: new Set(),
    comm: null,
    mayReturn: false,
    cache: emptyCache,
    targets: { onBreak: "stop", onContinue: "next" },
  };
  start(inner);
  inner.rules.block(inner, stmt.body);
  b.ret(zero);
  l.program.functions[id] = finishFunction(b);
  return { func: id, mayReturn: inner.mayReturn };
}

/** The frame's address for a callback; none if nothing is shared. */
function frameArg(l: Lowering): CallArg {
  if (!l.probe.frame.isUsed()) return zero;
  return l.frameReg === null ? addrArg(l.probe.frame.slot()) : reg(l.frameReg);
}

/** After the loop: goes on leaving if the body ended the probe. */
function passReturnOn(l: Lowering, body: Callback): void {
  if (!body.mayReturn) return;
  const { b } = l;
  const [returns, goesOn] = [b.coldBlock(), b.block()];
  b.branch("eq", b.load(returnedFlag(l), 8, false), zero, goesOn, returns);
  b.enter(returns);
  if (l.path.length > 0) l.mayReturn = true;
  b.ret(l.path.length === 0 ? b.load(resultField(l), 8, false) : STOP);
  b.enter(goesOn);
}

function setScalarLocal(l: Lowering, local: LocalId, value: Operand): void {
  const home = scalarHome(l, local);
  if (home.kind === "reg") l.b.setTo(home.reg, value);
  else l.b.store(home.addr, 8, value);
}

/** to - from, at most the kernel's limit. */
function iterations(l: Lowering, from: Operand, to: Operand): Operand {
  const { b } = l;
  const count = b.bin("sub", to, from);
  if (isImm(count)) return count.value > MAX_ITERATIONS ? imm(MAX_ITERATIONS) : count;
  const limited = b.copyOf(count);
  const [tooMany, done] = [b.coldBlock(), b.block()];
  b.branch("ule", reg(limited), imm(MAX_ITERATIONS), done, tooMany);
  b.enter(tooMany);
  b.emit({ op: "mov", dst: limited, src: imm(MAX_ITERATIONS) });
  b.jump(done);
  b.enter(done);
  return reg(limited);
}

export function forRange(l: Lowering, stmt: Stmt<"for_range">): void {
  const { b } = l;
  const [from, to] = operands(l, stmt.from, stmt.to);
  l.cache = acrossLoops(l);
  const signed = isSigned(stmt.from.type);
  const start = isImm(from) ? null : `start of ${l.program.functions.length}`;
  const body = callback(l, stmt, { params: 2, frame: 1 }, (inner) => {
    const first = start === null ? from : inner.b.load(frameField(inner, start), 8, false);
    setScalarLocal(inner, stmt.local, inner.b.bin("add", reg(inner.b.params[0]!), first));
  });
  const [run, done] = [b.block(), b.block()];
  b.branch(signed ? "slt" : "ult", from, to, run, done);
  b.enter(run);
  if (start !== null) b.store(frameField(l, start), 8, from);
  const count = iterations(l, from, to);
  b.helperVoid("loop", [count, { kind: "func", func: body.func }, frameArg(l), zero]);
  passReturnOn(l, body);
  b.jump(done);
  b.enter(done);
}

/** Key and value as the tuple that the loop's local is. Parameters of the callback: map, key, value, frame. */
function fillPair(l: Lowering, stmt: Stmt<"for_map">): void {
  const { b } = l;
  const { type } = l.probe.localTypes[stmt.local]!;
  const [keyType, valueType] = memberTypes(type) as [Type, Type];
  const [key, value] = [pointee(reg(b.params[1]!)), pointee(reg(b.params[2]!))];
  const pair = memoryHome(l, stmt.local);
  b.emit({ op: "zero", to: pair, sizeBytes: sizeOf(type) });
  const [keyOffset, valueOffset] = memberOffsets(type) as [number, number];
  copyValue(l, shift(pair, keyOffset), key, keyType);
  const to = shift(pair, valueOffset);
  if (hirMap(l, stmt.map).value.kind === "plain") copyValue(l, to, value, valueType);
  else b.store(to, scalarSize(valueType), mergedAt(l, stmt.map, key));
}

function copyValue(l: Lowering, to: Address, from: Address, type: Type): void {
  if (isScalar(type)) l.b.store(to, scalarSize(type), loadScalar(l, from, type));
  else l.b.emit({ op: "copy", to, from, sizeBytes: sizeOf(type) });
}

export function forMap(l: Lowering, stmt: Stmt<"for_map">): void {
  l.cache = acrossLoops(l);
  const body = callback(l, stmt, { params: 4, frame: 3 }, (inner) => fillPair(inner, stmt));
  l.b.helperVoid("for_each_map_elem", [mapArg(irMapId(stmt.map)), { kind: "func", func: body.func }, frameArg(l), zero]);
  passReturnOn(l, body);
}
