/** Casts that are written out (rows 2.52, 3.17, 3.26, 3.27). */
import { memorySpaceOf } from "../split-bodies.ts";
import type { HirExpr } from "../../hir/hir.ts";
import { sameType, typeName, uint64, type Type } from "../../types/type.ts";
import { convert, isScalar, toInteger } from "./convert.ts";
import type { Context, ExprOf } from "./context.ts";
import { resolveType } from "./type-expr.ts";

function isAllowed(from: Type, to: Type): boolean {
  if (to.kind === "bool") return isScalar(from) || from.kind === "string";
  if (to.kind === "int" || to.kind === "pointer") return isScalar(from);
  return to.kind === "string" && from.kind === "string" && from.sizeBytes <= to.sizeBytes;
}

export function elaborateCast(cx: Context, expr: ExprOf<"cast">): HirExpr | null {
  const { span } = expr;
  const operand = cx.expr(expr.operand);
  const written = resolveType(cx, expr.to, memorySpaceOf(cx.points[0]!));
  if (operand === null || written === null) return null;
  const to = written === "string" ? operand.type : written;
  if (written === "string" && operand.type.kind !== "string") {
    cx.report.error("invalidCast", span, `Cannot cast from "${typeName(operand.type)}" to "string"`);
    return null;
  }
  if (sameType(operand.type, to)) {
    // An open sign is settled by the cast, so the literal `(int8)1` is no longer flexible.
    if (!(operand.type.kind === "int" && operand.type.flexible))
      cx.report.warn("unnecessaryCast", span, `Unnecessary cast: expression is already of type ${typeName(to)}`);
    return { ...operand, type: to, span };
  }
  if (!isAllowed(operand.type, to)) {
    cx.report.error("invalidCast", span, `Cannot cast from "${typeName(operand.type)}" to "${typeName(to)}"`);
    return null;
  }
  // An integer becomes a pointer through the 64 bits of an address.
  const from = to.kind === "pointer" && operand.type.kind !== "pointer" ? convert(cx, toInteger(operand), uint64) : operand;
  return { ...convert(cx, from, to), span };
}
