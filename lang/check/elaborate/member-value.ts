/** A member of a tuple or record; of one that is written out in literals, the literal (row 2.60). */
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { HirExpr } from "../../hir/hir.ts";
import type { Type } from "../../types/type.ts";
import { isLiteral } from "./convert.ts";

function membersOf(expr: HirExpr): readonly HirExpr[] {
  if (expr.kind === "tuple") return expr.elems;
  return expr.kind === "record" ? expr.fields.map(({ value }) => value) : [];
}

export function memberValue(operand: HirExpr, index: number, type: Type, span: Span): HirExpr {
  const members = membersOf(operand);
  const member = members.every(isLiteral) ? members[index] : undefined;
  return member === undefined ? { kind: "member", span, operand, index, type } : { ...member, span };
}
