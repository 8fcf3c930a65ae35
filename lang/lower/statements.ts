/** Statements and blocks. */
import type { HirBlock, HirExpr, HirStmt } from "../hir/hir.ts";
import { RECORD_HEADER_BYTES, type TextActionKind } from "../ir/ir.ts";
import { sizeOf } from "../types/type.ts";
import { addSample } from "./aggregates.ts";
import { callFunction } from "./functions.ts";
import { emitJoin } from "./join.ts";
import { hiddenValue } from "./hiding.ts";
import { forMap, forRange, leave, repeat, whileLoop } from "./loops.ts";
import { at, cacheHere, enter, irMapId, type Lowering } from "./lowering.ts";
import { forgetLookupsBy } from "./lookups.ts";
import { deleteElement, incrementElement, setElement } from "./maps.ts";
import { shift } from "./operand.ts";
import { fillArg } from "./fill-arg.ts";
import { emitRecord, emitYield, layOutArgs } from "./records.ts";
import { isScalar } from "./scalars.ts";
import { shownType } from "./shown-type.ts";
import { memoryHome, scalarHome } from "./storage.ts";
import { incrementLocal } from "./values.ts";
import { hasEffects, operandsOf, someExpr } from "../hir/walk.ts";

type Stmt<K extends HirStmt["kind"]> = Extract<HirStmt, { kind: K }>;

function setLocal(l: Lowering, stmt: Stmt<"set_local">): void {
  const { local, value } = stmt;
  const { type } = l.probe.localTypes[local]!;
  if (isScalar(type)) {
    const result = hiddenValue(l, l.rules.value(l, value), type);
    forgetLookupsBy(l, local);
    const home = scalarHome(l, local);
    if (home.kind === "reg") l.b.setTo(home.reg, result);
    else l.b.store(home.addr, 8, result);
    return;
  }
  forgetLookupsBy(l, local);
  if (sizeOf(type) === 0) return l.rules.effect(l, value);
  const readsItself = someExpr(value, (part) => part.kind === "local" && part.local === local);
  if (!readsItself) return l.rules.into(l, value, memoryHome(l, local));
  // Written member by member, the local would change under its own new value.
  const from = l.b.scratch("value", sizeOf(type));
  l.rules.into(l, value, from);
  l.b.emit({ op: "copy", to: memoryHome(l, local), from, sizeBytes: sizeOf(type) });
}

function ifStatement(l: Lowering, stmt: Stmt<"if">): void {
  const { b } = l;
  const [then, otherwise, done] = [b.block(), b.block(), b.block()];
  const branches = b.scratchScope(() => l.rules.branch(l, stmt.cond, then, otherwise));
  enter(l, then, branches.then);
  block(l, stmt.then);
  const afterThen = cacheHere(l);
  b.jump(done);
  enter(l, otherwise, branches.otherwise);
  block(l, stmt.else);
  const afterElse = cacheHere(l);
  b.jump(done);
  enter(l, done, afterThen, afterElse);
}

function print(l: Lowering, stmt: Stmt<TextActionKind>): void {
  const { args, sizeBytes } = layOutArgs(stmt.args.map((arg) => shownType(l.program.options, arg.type)));
  emitRecord(l, {
    node: stmt,
    span: stmt.span,
    action: { kind: stmt.kind, format: stmt.format, args, sizeBytes },
    fill: (record) => stmt.args.forEach((arg, i) => fillArg(l, arg, shift(record, args[i]!.offset))),
  });
}

function printValue(l: Lowering, stmt: Stmt<"print_value">): void {
  const { args, sizeBytes } = layOutArgs([shownType(l.program.options, stmt.value.type)]);
  const arg = args[0]!;
  emitRecord(l, {
    node: stmt,
    span: stmt.span,
    action: { kind: "print_value", arg, sizeBytes },
    fill: (record) => fillArg(l, stmt.value, shift(record, arg.offset)),
  });
}

function exit(l: Lowering, stmt: Stmt<"exit">): void {
  emitYield(l, {
    node: stmt,
    span: stmt.span,
    action: { kind: "exit", sizeBytes: 16 },
    fill: (record) => l.b.store(shift(record, 8), 8, l.rules.value(l, stmt.code)),
  });
  leave(l, null);
}

function time(l: Lowering, stmt: Stmt<"time">): void {
  emitYield(l, {
    node: stmt,
    span: stmt.span,
    action: { kind: "time", format: stmt.format, sizeBytes: 16 },
    fill: (record) => l.b.store(shift(record, 8), 8, l.b.helper("ktime_get_boot_ns", [])),
  });
}

function statement(l: Lowering, stmt: HirStmt): void {
  const { span } = stmt;
  const header = { node: stmt, span };
  switch (stmt.kind) {
    case "set_local":
      return setLocal(l, stmt);
    case "set_map":
      return setElement(l, stmt);
    case "aggregate":
      return addSample(l, stmt);
    case "expr":
      return effect(l, stmt.expr);
    case "if":
      return ifStatement(l, stmt);
    case "while":
      return whileLoop(l, stmt);
    case "for_range":
      return forRange(l, stmt);
    case "for_map":
      return forMap(l, stmt);
    case "unroll":
      return repeat(l, stmt);
    case "block":
      return block(l, stmt.body);
    case "break":
      return leave(l, "break");
    case "continue":
      return leave(l, "continue");
    case "return":
      return leave(l, stmt.value);
    case "printf":
    case "errorf":
    case "warnf":
    case "debugf":
    case "cat":
    case "system":
      return print(l, stmt);
    case "print_value":
      return printValue(l, stmt);
    case "print_map": {
      const { top, div } = stmt;
      return emitYield(l, { ...header, action: { kind: "print_map", map: irMapId(stmt.map), top, div, sizeBytes: RECORD_HEADER_BYTES } });
    }
    case "clear":
    case "zero":
      return emitYield(l, { ...header, action: { kind: stmt.kind, map: irMapId(stmt.map), sizeBytes: RECORD_HEADER_BYTES } });
    case "exit":
      return exit(l, stmt);
    case "time":
      return time(l, stmt);
    case "join":
      return emitJoin(l, stmt);
  }
}

export function block(l: Lowering, body: HirBlock): void {
  for (const stmt of body) at(l, stmt.span, () => l.b.scratchScope(() => statement(l, stmt)));
}

/** Evaluates what has effects and drops the rest. */
export function effect(l: Lowering, expr: HirExpr): void {
  at(l, expr.span, () => {
    switch (expr.kind) {
      case "increment_local":
        incrementLocal(l, expr, "none");
        return;
      case "increment_map":
        incrementElement(l, expr, "none");
        return;
      case "delete":
        deleteElement(l, expr, "discard");
        return;
      case "call":
        callFunction(l, expr);
        return;
      case "block":
        block(l, expr.body);
        return effect(l, expr.value);
      case "cond":
      case "logical":
        return effectOfBranches(l, expr);
      default:
        if (hasEffects(expr)) for (const operand of operandsOf(expr)) effect(l, operand);
    }
  });
}

function effectOfBranches(l: Lowering, expr: Extract<HirExpr, { kind: "cond" | "logical" }>): void {
  if (!hasEffects(expr)) return;
  const { b } = l;
  const [then, otherwise, done] = [b.block(), b.block(), b.block()];
  const branches = l.rules.branch(l, expr.kind === "cond" ? expr.cond : expr, then, otherwise);
  enter(l, then, branches.then);
  if (expr.kind === "cond") effect(l, expr.then);
  const afterThen = cacheHere(l);
  b.jump(done);
  enter(l, otherwise, branches.otherwise);
  if (expr.kind === "cond") effect(l, expr.else);
  const afterElse = cacheHere(l);
  b.jump(done);
  enter(l, done, afterThen, afterElse);
}
