/** Scalars of which only the stored bytes matter: a signed field then needs no sign extension. */
import type { HirExpr } from "../hir/hir.ts";
import type { Operand } from "../ir/ir.ts";
import type { Type } from "../types/type.ts";
import { fieldBits, isInlineField } from "./fields.ts";
import type { Lowering } from "./lowering.ts";
import { extend, isSigned, scalarSize } from "./scalars.ts";

const isInteger = (type: Type): boolean => type.kind === "int" || type.kind === "enum";

/** The low sizeOf(type) bytes are right, those above may be anything. */
export function bitsOf(l: Lowering, expr: HirExpr): Operand {
  if (isInlineField(expr) && isInteger(expr.type)) return fieldBits(l, expr.field);
  const isCut =
    expr.kind === "cast" && isInteger(expr.type) && isInteger(expr.operand.type) && scalarSize(expr.type) <= scalarSize(expr.operand.type);
  return isCut ? bitsOf(l, expr.operand) : l.rules.value(l, expr);
}

/** Zeroes above the low sizeOf(type) bytes, also of a signed type. */
export function zeroExtended(l: Lowering, expr: HirExpr): Operand {
  if (!isSigned(expr.type)) return l.rules.value(l, expr);
  const size = scalarSize(expr.type);
  // Inline fields of a size are loaded with zeroes above.
  return isInlineField(expr) && expr.field.sizeBytes === size ? fieldBits(l, expr.field) : extend(l, l.rules.value(l, expr), size, false);
}
