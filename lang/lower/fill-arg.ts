/** Arguments of output records, each written where the record's layout has it. */
import type { HirExpr } from "../hir/hir.ts";
import type { Address } from "../ir/ir.ts";
import { sizeOf } from "../types/type.ts";
import { bitsOf } from "./bits.ts";
import { storeRawField } from "./fields.ts";
import { zero, type Lowering } from "./lowering.ts";
import { shift } from "./operand.ts";
import { isScalar } from "./scalars.ts";
import { readString } from "./text.ts";

const padTo8 = (n: number): number => Math.ceil(n / 8) * 8;

/** Writes one argument; padding up to the next multiple of 8 is zero. */
export function fillArg(l: Lowering, expr: HirExpr, to: Address): void {
  if (isScalar(expr.type)) return l.b.store(to, 8, bitsOf(l, expr));
  const sizeBytes = sizeOf(expr.type);
  if (sizeBytes === 0) return l.rules.effect(l, expr);
  if (sizeBytes % 8 !== 0) l.b.store(shift(to, padTo8(sizeBytes) - 8), 8, zero);
  // Output stops at the NUL: what lies behind it needs no clearing.
  if (expr.kind === "field" && expr.type.kind === "string") return storeRawField(l, expr.field, to);
  if (expr.kind === "str_of" && expr.length === null && expr.pointer.type.kind !== "string") return readString(l, expr, to);
  l.rules.into(l, expr, to);
}
