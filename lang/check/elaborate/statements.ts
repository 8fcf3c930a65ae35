/** Statements, blocks and the whole body of a probe (rows 2.12, 2.17, 2.24, 2.25, 2.27). */
import type { Block, Expr, Stmt } from "../../ast/ast.ts";
import type { HirExpr, HirStmt } from "../../hir/hir.ts";
import { int64, typeName } from "../../types/type.ts";
import { allowUnstable } from "../unstable.ts";
import { elaborateAssign, elaborateLet } from "./assign.ts";
import { elaborateCondition, ifStatement } from "./branches.ts";
import { elaborateAction, isAction } from "./calls/calls.ts";
import { elaborateFunctionReturn } from "./calls/functions.ts";
import { chosenBranch } from "./comptime.ts";
import { constantOf } from "./constant.ts";
import type { Context, ExprOf } from "./context.ts";
import { convert, withoutEnum } from "./convert.ts";
import { elaborateForEach, elaborateForRange, elaborateUnroll, elaborateWhile } from "./loops.ts";

/** Whether control never comes to the statement after these. */
export function terminates(stmts: readonly HirStmt[]): boolean {
  const last = stmts.at(-1);
  switch (last?.kind) {
    case "return":
    case "break":
    case "continue":
    case "exit":
      return true;
    case "if":
      return terminates(last.then) && terminates(last.else);
    case "block":
    case "unroll":
      return terminates(last.body);
    default:
      return false;
  }
}

const hasNoValue = (cx: Context, block: Block): boolean => block.value === null || isActing(cx, block.value);

/** Whether the expression only acts: an action, a block without a value, or a choice of such. */
function isActing(cx: Context, expr: Expr): boolean {
  switch (expr.kind) {
    case "call":
      return isAction(expr.name.text) || cx.inference.functions.get(expr.name.text)?.returns?.kind === "void";
    case "ternary":
      return (expr.then !== null && isActing(cx, expr.then)) || isActing(cx, expr.else);
    case "block":
      return hasNoValue(cx, expr.body);
    case "if":
      return hasNoValue(cx, expr.then) || expr.else === null || hasNoValue(cx, expr.else);
    default:
      return false;
  }
}

function actingTernary(cx: Context, expr: ExprOf<"ternary">): HirStmt[] {
  const cond = elaborateCondition(cx, expr.cond);
  const then = expr.then ?? expr.cond;
  const value = isActing(cx, then) ? (isActing(cx, expr.else) ? null : expr.else) : then;
  if (value === null) return ifStatement(expr.span, cond, exprStatement(cx, then), exprStatement(cx, expr.else));
  const other = cx.expr(value);
  if (other !== null) {
    const [left, right] = value === then ? [typeName(other.type), "void"] : ["void", typeName(other.type)];
    const message = `Branches must return the same type or compatible types: have '${left}' and '${right}'`;
    cx.report.error("typeMismatch", expr.span, message);
  }
  return [];
}

/** Values that are dropped without a word: increments, and delete(), whose result is rarely wanted. */
const isQuiet = (expr: Expr): boolean => expr.kind === "increment" || (expr.kind === "call" && expr.name.text === "delete");

function exprStatement(cx: Context, expr: Expr): HirStmt[] {
  if (expr.kind === "call" && isAction(expr.name.text)) return elaborateAction(cx, expr);
  if (expr.kind === "ternary" && isActing(cx, expr)) return actingTernary(cx, expr);
  if (expr.kind === "block") return [{ kind: "block", span: expr.span, body: cx.block(expr.body) }];
  if (expr.kind === "if") return elaborateIf(cx, expr);
  const value = cx.expr(expr);
  if (value === null) return [];
  if (!isQuiet(expr) && value.type.kind !== "void") cx.report.warn("discarded", expr.span, "Return value discarded.");
  return [{ kind: "expr", span: expr.span, expr: value }];
}

function elaborateIf(cx: Context, stmt: Extract<Stmt, { kind: "if" }> | ExprOf<"if">): HirStmt[] {
  if (stmt.comptime) {
    const chosen = chosenBranch(cx, stmt);
    return chosen === null || chosen === "none" ? [] : [{ kind: "block", span: stmt.span, body: cx.block(chosen) }];
  }
  const cond = elaborateCondition(cx, stmt.cond);
  const known = cond === null ? null : constantOf(cond);
  const then = branch(cx, stmt.then, known === 0n);
  const other = stmt.else === null ? [] : branch(cx, stmt.else, known !== null && known !== 0n);
  return ifStatement(stmt.span, cond, then, other);
}

function branch(cx: Context, block: Block, never: boolean): HirStmt[] {
  const outer = cx.dead;
  cx.dead ||= never;
  const body = cx.block(block);
  cx.dead = outer;
  return body;
}

function elaborateReturn(cx: Context, stmt: Extract<Stmt, { kind: "return" }>): HirStmt[] {
  const { span } = stmt;
  if (cx.fn !== null) {
    const value = stmt.value === null ? null : cx.expr(stmt.value);
    return value === null && stmt.value !== null ? [] : elaborateFunctionReturn(cx, cx.fn, value, span);
  }
  if (stmt.value === null) return [{ kind: "return", span, value: null }];
  const written = cx.expr(stmt.value);
  if (written === null) return [];
  const value = withoutEnum(written);
  if (value.type.kind === "int") return [{ kind: "return", span, value: convert(cx, value, int64) }];
  cx.report.error("typeMismatch", span, `Probe return values can only be integers. Found ${typeName(value.type)}`);
  return [];
}

function elaborateStmt(cx: Context, stmt: Stmt): HirStmt[] {
  switch (stmt.kind) {
    case "expr":
      return exprStatement(cx, stmt.expr);
    case "assign":
      return elaborateAssign(cx, stmt);
    case "let":
      return elaborateLet(cx, stmt);
    case "if":
      return elaborateIf(cx, stmt);
    case "while":
      return elaborateWhile(cx, stmt);
    case "for_range":
      return elaborateForRange(cx, stmt);
    case "for_each":
      return elaborateForEach(cx, stmt);
    case "unroll":
      return elaborateUnroll(cx, stmt);
    case "block":
      return [{ kind: "block", span: stmt.span, body: cx.block(stmt.body) }];
    case "break":
    case "continue":
      if (cx.loops.length > 0) return [{ kind: stmt.kind, span: stmt.span }];
      cx.report.error("misplaced", stmt.span, `'${stmt.kind}' statement is not allowed in a ${cx.fn === null ? "probe" : "function"}`);
      return [];
    case "return":
      return elaborateReturn(cx, stmt);
    case "import":
      if (allowUnstable(cx.inference.config, cx.report, "unstable_import_statement", "import statement", stmt.span))
        cx.report.error(
          "invalidImport",
          stmt.span,
          `can not import "${stmt.path}" here: what a body imports are C programs, and hindsight compiles none`,
        );
      return [];
    case "error":
      return [];
  }
}

/** Code that cannot be reached is typed like any other, then left out. */
function elaborateStmts(cx: Context, stmts: readonly Stmt[]): HirStmt[] {
  const out: HirStmt[] = [];
  let dead = false;
  for (const [i, stmt] of stmts.entries()) {
    const built = elaborateStmt(cx, stmt);
    if (dead) continue;
    for (const part of built) out.push(part);
    dead = terminates(out);
    const next = stmts[i + 1];
    if (dead && next !== undefined) cx.report.warn("unreachable", next.span, "Unreachable statement.");
  }
  return out;
}

/** Leaves the innermost scope. */
function closeScope(cx: Context): void {
  for (const { name, assigned, origin } of cx.scopes.pop()?.values() ?? []) {
    cx.ended.add(name);
    if (!assigned) cx.report.warn("neverAssigned", origin.span, `Variable ${name} was never assigned to.`);
  }
}

/** A value at the end is an expression statement like the others. */
export function elaborateBlock(cx: Context, block: Block): HirStmt[] {
  const { value } = block;
  cx.scopes.push(new Map());
  const stmts: readonly Stmt[] = value === null ? block.stmts : [...block.stmts, { kind: "expr", span: value.span, expr: value }];
  const body = elaborateStmts(cx, stmts);
  closeScope(cx);
  return body;
}

export function elaborateBlockWithValue(cx: Context, block: Block): { body: HirStmt[]; value: HirExpr | null } {
  cx.scopes.push(new Map());
  const body = elaborateStmts(cx, block.stmts);
  const value = block.value === null ? null : cx.expr(block.value);
  closeScope(cx);
  return { body, value };
}
