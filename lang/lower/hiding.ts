/**
 * Bodies with many conditions. The verifier walks a path for every combination of what conditions have told it about variables: 16
 * flags that are set and asked for are 65,536 paths. In such bodies variables are hidden from it (IR `hide`): what is set counts as an
 * unknown number, and a condition compares a copy. Nothing of the kind in bodies with `while`: there it must see the loop end.
 */
import type { HirBlock, HirExpr, HirStmt } from "../hir/hir.ts";
import type { Operand } from "../ir/ir.ts";
import type { Type } from "../types/type.ts";
import { isImm, reg } from "./operand.ts";
import type { Lowering } from "./lowering.ts";
import { blocksOf, expressionsOf, operandsOf } from "../hir/walk.ts";

/** So many conditions on as many variables are walked in every combination without being noticed. */
const FEW_CONDITIONS = 12;

export function hidesVariables(body: HirBlock): boolean {
  let conditions = 0;
  let loops = false;
  const visitExpr = (expr: HirExpr): void => {
    if (expr.kind === "cond" || expr.kind === "logical") conditions++;
    if (expr.kind === "block") expr.body.forEach(visitStmt);
    operandsOf(expr).forEach(visitExpr);
  };
  const visitStmt = (stmt: HirStmt): void => {
    if (stmt.kind === "if") conditions++;
    if (stmt.kind === "while") loops = true;
    if (stmt.kind === "unroll") conditions += FEW_CONDITIONS;
    expressionsOf(stmt).forEach(visitExpr);
    for (const block of blocksOf(stmt)) block.forEach(visitStmt);
  };
  body.forEach(visitStmt);
  return conditions > FEW_CONDITIONS && !loops;
}

/** Pointers must keep what is known about them. */
const isNumber = (type: Type): boolean => type.kind === "int" || type.kind === "bool";

/** What a variable of this type is set to. */
export function hiddenValue(l: Lowering, value: Operand, type: Type): Operand {
  if (!l.probe.hidesVariables || !isNumber(type)) return value;
  const dst = l.b.vreg();
  l.b.emit({ op: "hide", dst, src: value });
  return reg(dst);
}

const isVariable = (expr: HirExpr): boolean =>
  isNumber(expr.type) && (expr.kind === "local" || (expr.kind === "cast" && isVariable(expr.operand)));

/** What a condition compares instead of `value`, which is that of `expr`. */
export const comparedValue = (l: Lowering, expr: HirExpr, value: Operand): Operand =>
  isImm(value) || !isVariable(expr) ? value : hiddenValue(l, value, expr.type);
