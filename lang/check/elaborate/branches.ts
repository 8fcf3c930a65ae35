/** Ternary and if as expressions, blocks with a value (rows 2.18–2.20, 3.52, 3.53). */
import type { Block, Expr } from "../../ast/ast.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { HirExpr, HirStmt } from "../../hir/hir.ts";
import { kindName } from "../../types/names.ts";
import { promote } from "../../types/promote.ts";
import { typeName } from "../../types/type.ts";
import { coerce, isScalar, toBool } from "./convert.ts";
import { newTemp, type Context, type ExprOf } from "./context.ts";
import { containsExpr } from "../rewrite.ts";

/** The condition as a bool; null with a diagnostic. */
export function elaborateCondition(cx: Context, expr: Expr): HirExpr | null {
  const cond = cx.expr(expr);
  if (cond === null) return null;
  return isScalar(cond.type) ? toBool(cond) : invalidCondition(cx, cond, expr.span);
}

function invalidCondition(cx: Context, cond: HirExpr, span: Span): null {
  cx.report.error("invalidCondition", span, `Invalid condition: ${kindName(cond.type)}`);
  return null;
}

function choose(cx: Context, span: Span, cond: HirExpr | null, then: HirExpr | null, other: HirExpr | null): HirExpr | null {
  if (cond === null || then === null || other === null) return null;
  const type = promote(then.type, other.type);
  if (type === null) {
    const message = `Branches must return the same type or compatible types: have '${typeName(then.type)}' and '${typeName(other.type)}'`;
    cx.report.error("typeMismatch", span, message);
    return null;
  }
  return { kind: "cond", span, type, cond, then: coerce(cx, then, type), else: coerce(cx, other, type) };
}

const isElvis = (expr: Expr): boolean => expr.kind === "ternary" && expr.then === null;

/** `c ?: b` with another one in c: c is kept in a variable, since a copy for every level would double the code with each. */
function nestedElvis(cx: Context, expr: ExprOf<"ternary">): HirExpr | null {
  const { span } = expr;
  const value = cx.expr(expr.cond);
  const other = cx.expr(expr.else);
  if (value === null) return null;
  if (!isScalar(value.type)) return invalidCondition(cx, value, expr.cond.span);
  const local = newTemp(cx, "first", value.type);
  const kept: HirExpr = { kind: "local", span: expr.cond.span, local, type: value.type };
  const chosen = choose(cx, span, toBool(kept), kept, other);
  if (chosen === null) return null;
  const body: HirStmt[] = [{ kind: "set_local", span: expr.cond.span, local, value }];
  return { kind: "block", span, body, value: chosen, type: chosen.type };
}

/** `c ?: b` evaluates c twice, as written (row 2.19). */
export function elaborateTernary(cx: Context, expr: ExprOf<"ternary">): HirExpr | null {
  if (isElvis(expr) && containsExpr(expr.cond, isElvis)) return nestedElvis(cx, expr);
  const cond = elaborateCondition(cx, expr.cond);
  const then = cx.expr(expr.then ?? expr.cond);
  return choose(cx, expr.span, cond, then, cx.expr(expr.else));
}

export function elaborateValueBlock(cx: Context, block: Block): HirExpr | null {
  const { body, value } = cx.valueBlock(block);
  if (block.value === null) {
    cx.report.error("typeMismatch", block.span, "This block has no value: its last expression must not end in ;");
    return null;
  }
  if (value === null) return null;
  return body.length === 0 ? value : { kind: "block", span: block.span, body, value, type: value.type };
}

export function elaborateIfValue(cx: Context, expr: ExprOf<"if">): HirExpr | null {
  const cond = elaborateCondition(cx, expr.cond);
  const then = elaborateValueBlock(cx, expr.then);
  if (expr.else === null) {
    cx.report.error("typeMismatch", expr.span, "An if without else has no value");
    return null;
  }
  return choose(cx, expr.span, cond, then, elaborateValueBlock(cx, expr.else));
}

/** Statements of an `if`; none while the condition is unknown. */
export function ifStatement(span: Span, cond: HirExpr | null, then: readonly HirStmt[], other: readonly HirStmt[]): HirStmt[] {
  return cond === null ? [] : [{ kind: "if", span, cond, then, else: other }];
}
