/** Members of unions in copies of a big-endian machine's memory: the copy keeps its bytes as they were, and they are turned when one is read. */
import type { HirExpr } from "../hir/hir.ts";
import type { Address, Operand } from "../ir/ir.ts";
import type { Type } from "../types/type.ts";
import { isRemote } from "./deref.ts";
import type { Lowering } from "./lowering.ts";
import { isOverlaid } from "../types/numbers-in.ts";
import { turnNumbers } from "./native-order.ts";
import { reg } from "./operand.ts";
import { extend, isSigned, scalarSize } from "./scalars.ts";

/** Whether the bytes of a copy's member or element are as they were recorded. */
export const keepsBytes = (l: Lowering, expr: HirExpr): boolean => l.program.options.byteOrder === "big" && isPartOfOverlaid(expr);

function isPartOfOverlaid(expr: HirExpr): boolean {
  // What lies behind a pointer is read alone, and turned there.
  if (isRemote(expr)) return false;
  if (expr.kind === "index") return !isRemote(expr.operand) && isPartOfOverlaid(expr.operand);
  if (expr.kind !== "member" || expr.operand.type.kind !== "struct") return false;
  return isOverlaid(expr.operand.type, expr.index) || isPartOfOverlaid(expr.operand);
}

/** `value`: the number that was loaded for `expr`, a member or element in memory of ours. */
export function turnedIfOverlaid(l: Lowering, expr: HirExpr, value: Operand): Operand {
  const { type }: { readonly type: Type } = expr;
  const sizeBytes = scalarSize(type);
  if (sizeBytes === 1 || !keepsBytes(l, expr)) return value;
  const turned = l.b.vreg();
  l.b.emit({ op: "bswap", dst: turned, src: value, bits: (8 * sizeBytes) as 16 | 32 | 64 });
  return extend(l, reg(turned), sizeBytes, isSigned(type));
}

/** `at`: a copy of `expr`, a struct or an array. */
export function turnIfOverlaid(l: Lowering, expr: HirExpr, at: Address): void {
  if (keepsBytes(l, expr)) turnNumbers(l, at, expr.type);
}
