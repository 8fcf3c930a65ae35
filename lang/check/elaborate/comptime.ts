/** `comptime` and `if comptime` (row 2.59). */
import type { Block, Expr } from "../../ast/ast.ts";
import type { HirExpr } from "../../hir/hir.ts";
import { elaborateCondition, elaborateValueBlock } from "./branches.ts";
import { constantOf } from "./constant.ts";
import type { Context, ExprOf } from "./context.ts";

const NOT_KNOWN = "Unable to resolve comptime expression.";

export function elaborateComptime(cx: Context, expr: ExprOf<"comptime">): HirExpr | null {
  const operand = cx.expr(expr.operand);
  if (operand === null) return null;
  const value = constantOf(operand);
  const { span } = expr;
  const { type } = operand;
  if (typeof value === "bigint") return { kind: "int", span, type, value };
  if (value instanceof Uint8Array) return { kind: "str", span, bytes: value, type: { kind: "string", sizeBytes: value.length + 1 } };
  if (value !== null) return operand;
  cx.report.error("notComptime", span, NOT_KNOWN);
  return null;
}

/** The branch that is taken, "none" if there is none; null while the condition's types are not known, or with a diagnostic. */
export function chosenBranch(
  cx: Context,
  stmt: { readonly cond: Expr; readonly then: Block; readonly else: Block | null },
): Block | "none" | null {
  const cond = elaborateCondition(cx, stmt.cond);
  if (cond === null) return null;
  const value = constantOf(cond);
  if (typeof value === "bigint") return value !== 0n ? stmt.then : (stmt.else ?? "none");
  cx.report.error("notComptime", stmt.cond.span, NOT_KNOWN);
  return null;
}

/** The value of the branch that is taken; the other one is not looked at. */
export function elaborateComptimeIf(cx: Context, expr: ExprOf<"if">): HirExpr | null {
  const chosen = chosenBranch(cx, expr);
  if (chosen === null) return null;
  if (chosen !== "none") return elaborateValueBlock(cx, chosen);
  cx.report.error("typeMismatch", expr.span, "An if without else has no value");
  return null;
}
