/** Numbers that an expression is made of alone: places of members and elements are worked out of them. */
import type { HirExpr } from "../../lang/hir/hir.ts";

/** Null: it is not known before the script runs. */
export function constantOf(expr: HirExpr): bigint | null {
  switch (expr.kind) {
    case "int":
      return expr.value;
    case "cast":
      return constantOf(expr.operand);
    case "binary": {
      const [left, right] = [constantOf(expr.left), constantOf(expr.right)];
      if (left === null || right === null) return null;
      return expr.op === "*" ? left * right : expr.op === "+" ? left + right : expr.op === "-" ? left - right : null;
    }
    default:
      return null;
  }
}
