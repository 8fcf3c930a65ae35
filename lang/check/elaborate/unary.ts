/** Unary operators, `++` and `--` (rows 2.54, 3.09, 3.13, 3.14, 3.16). */
import type { HirExpr } from "../../hir/hir.ts";
import { bool, int64, typeName, uint64, type Type } from "../../types/type.ts";
import { isArgs } from "../split-bodies.ts";
import { isScalar, toBool, toWide } from "./convert.ts";
import type { Context, ExprOf } from "./context.ts";
import { cellOf, isCell, noteWrite, widenValue } from "./maps.ts";
import { findVariable, readVariable, widenVariable } from "./variables.ts";

export function elaborateUnary(cx: Context, expr: ExprOf<"unary">): HirExpr | null {
  const { op, span } = expr;
  if (op === "&") {
    cx.report.unsupported(span, "the address-of operator &");
    return null;
  }
  if (op === "*" && isArgs(expr.operand)) return cx.expr(expr.operand);
  const operand = cx.expr(expr.operand);
  if (operand === null) return null;
  if (op === "*") {
    cx.report.unsupported(span, "reading memory through a pointer");
    return null;
  }
  if (op === "!" && isScalar(operand.type))
    return { kind: "unary", span, type: bool, op: "lognot", operand: operand.type.kind === "enum" ? toBool(operand) : operand };
  if (op === "!" || (operand.type.kind !== "int" && operand.type.kind !== "enum")) {
    cx.report.error("invalidOperand", span, `The ${op} operator can not be used on expressions of type '${typeName(operand.type)}'`);
    return null;
  }
  // Narrow operands are extended first (rows 3.13, 3.14).
  const wide = toWide(cx, operand);
  return { kind: "unary", span, type: wide.type, op: op === "~" ? "bitnot" : "neg", operand: wide };
}

/** Type of `++` and `--` on something of type `type`: decrementing makes it signed (row 3.09). */
const stepType = (type: Type & { kind: "int" }, delta: 1 | -1): Type => (type.signed || delta === -1 ? int64 : uint64);

function invalidStep(cx: Context, expr: ExprOf<"increment">, type: Type): null {
  if (type.kind === "pointer") cx.report.unsupported(expr.span, `${expr.op} of a pointer`);
  else cx.report.error("invalidOperand", expr.span, `The ${expr.op} operator can not be used on expressions of type '${typeName(type)}'`);
  return null;
}

export function elaborateIncrement(cx: Context, expr: ExprOf<"increment">): HirExpr | null {
  const { op, operand, prefix, span } = expr;
  const delta = op === "++" ? 1 : -1;
  if (operand.kind === "variable") {
    const variable = findVariable(cx, operand.name);
    const value = readVariable(cx, operand);
    if (variable === null) return null;
    variable.assigned = true;
    if (value === null) return null;
    if (value.type.kind !== "int") return invalidStep(cx, expr, value.type);
    if (!variable.types.fixed) widenVariable(cx, variable, stepType(value.type, delta), span);
    const type = variable.types.fixed ? (value.type.signed ? int64 : uint64) : stepType(value.type, delta);
    return { kind: "increment_local", span, type, local: variable.id, delta, prefix };
  }
  if (isCell(operand)) {
    const cell = cellOf(cx, operand);
    noteWrite(cx, operand);
    if (cell === null) return null;
    const { map, key } = cell;
    if (map.value === null) return null;
    if (map.value.kind !== "plain") {
      widenValue(cx, map, int64, span);
      return null;
    }
    if (map.value.type.kind !== "int") return invalidStep(cx, expr, map.value.type);
    const type = stepType(map.value.type, delta);
    widenValue(cx, map, type, span);
    return { kind: "increment_map", span, type, map: map.index, key, delta, prefix };
  }
  cx.expr(operand);
  cx.report.error("invalidOperand", span, `The ${op} operator must be applied to a map or variable`);
  return null;
}
