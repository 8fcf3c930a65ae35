/** Casts that are written out (rows 2.52, 3.17, 3.26–3.30). */
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { HirExpr } from "../../hir/hir.ts";
import { sameType, sizeOf, typeName, uint64, type Type } from "../../types/type.ts";
import { convert, isScalar, toInteger } from "./convert.ts";
import type { Context, ExprOf } from "./context.ts";
import { memorySpaceFor } from "./pointers.ts";
import { resolveCastType, type Unsized, type WrittenType } from "./type-expr.ts";

const isNumber = (type: Type): boolean => type.kind === "int" || type.kind === "bool" || type.kind === "enum";

/** An array and a number take the same bytes; a narrower integer is widened to at most 8. A string or bool: the same bytes. */
function isArrayCast(from: Type, to: Type & { kind: "array" }): boolean {
  if (to.elem.kind !== "int" && to.elem.kind !== "bool") return false;
  const [bytes, fromBytes] = [sizeOf(to), sizeOf(from)];
  if (from.kind === "int") return bytes === fromBytes || (bytes > fromBytes && bytes <= 8);
  return (from.kind === "bool" || from.kind === "string") && bytes === fromBytes;
}

function isAllowed(from: Type, to: Type): boolean {
  switch (to.kind) {
    case "bool":
      return isScalar(from) || from.kind === "string";
    case "int":
      return isScalar(from) || (from.kind === "array" && sizeOf(from) === to.sizeBytes);
    case "enum":
      return isNumber(from);
    case "pointer":
      return isScalar(from);
    case "array":
      return isArrayCast(from, to);
    case "string":
      return from.kind === "string" && from.sizeBytes <= to.sizeBytes;
    default:
      return false;
  }
}

function refuse(cx: Context, span: Span, from: Type, to: string): null {
  cx.report.error("invalidCast", span, `Cannot cast from "${typeName(from)}" to "${to}"`);
  return null;
}

/** `T[]` as long as the value has bytes for. */
function sized(cx: Context, span: Span, { elem }: Unsized, from: Type): Type | null {
  const length = sizeOf(from) / Math.max(1, sizeOf(elem));
  if (Number.isInteger(length)) return { kind: "array", elem, length };
  cx.report.error("invalidCast", span, "Cannot determine array size: the element size is incompatible with the cast integer size");
  return null;
}

/** What is cast to; null with a diagnostic. */
function target(cx: Context, span: Span, written: Exclude<WrittenType, null> | Unsized, from: Type): Type | null {
  if (written === "string") return from.kind === "string" ? from : refuse(cx, span, from, "string");
  return written.kind === "unsized" ? sized(cx, span, written, from) : written;
}

/** Row 3.30: a literal must be one of the enum's values. */
function isMissing(cx: Context, operand: HirExpr, to: Type, span: Span): boolean {
  if (to.kind !== "enum" || operand.kind !== "int") return false;
  if (to.values.some(([, value]) => BigInt.asIntN(64, value) === BigInt.asIntN(64, operand.value))) return false;
  cx.report.error("invalidCast", span, `Enum: ${to.name} doesn't contain a variant value of ${String(operand.value)}`);
  return true;
}

export function elaborateCast(cx: Context, expr: ExprOf<"cast">): HirExpr | null {
  const { span } = expr;
  const operand = cx.expr(expr.operand);
  const written = resolveCastType(cx, expr.to, operand === null ? "none" : memorySpaceFor(cx, operand.type));
  if (operand === null || written === null) return null;
  const to = target(cx, span, written, operand.type);
  if (to === null || isMissing(cx, operand, to, span)) return null;
  if (sameType(operand.type, to)) {
    // An open sign is settled by the cast, so the literal `(int8)1` is no longer flexible.
    if (!(operand.type.kind === "int" && operand.type.flexible))
      cx.report.warn("unnecessaryCast", span, `Unnecessary cast: expression is already of type ${typeName(to)}`);
    return { ...operand, type: to, span };
  }
  if (!isAllowed(operand.type, to)) return refuse(cx, span, operand.type, typeName(to));
  // An integer becomes a pointer through the 64 bits of an address.
  const from = to.kind === "pointer" && operand.type.kind !== "pointer" ? convert(cx, toInteger(operand), uint64) : operand;
  return { ...convert(cx, from, to), span };
}
