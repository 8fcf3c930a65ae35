/** Explicit conversions: every place that joins two types goes through here. */
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { HirExpr, HirStmt } from "../../hir/hir.ts";
import { wrapTo } from "../../types/literal.ts";
import { fitsInto } from "../../types/promote.ts";
import { bool, int, sameType, typeName, uint64, type RecordField, type Type } from "../../types/type.ts";
import { newTemp, type Context } from "./context.ts";

export const intConstant = (span: Span, value: bigint, type: Type): HirExpr => ({ kind: "int", span, value, type });

export const isLiteral = (expr: HirExpr): boolean => expr.kind === "int" || expr.kind === "str";

/** Integer, bool, enum or pointer: what conditions and logical operators take (rows 3.16, 3.52). */
export const isScalar = (type: Type): boolean =>
  type.kind === "int" || type.kind === "bool" || type.kind === "enum" || type.kind === "pointer";

/** True for values that are not zero; for strings, that are not empty (row 3.17). */
export function toBool(expr: HirExpr): HirExpr {
  const { span, type } = expr;
  if (type.kind === "bool") return expr;
  if (expr.kind === "int") return { ...expr, type: bool, value: expr.value === 0n ? 0n : 1n };
  if (type.kind === "string") {
    const empty: HirExpr = { kind: "str", span, bytes: new Uint8Array(), type: { kind: "string", sizeBytes: 1 } };
    return { kind: "equal", span, type: bool, negated: true, left: expr, right: empty };
  }
  const left = type.kind === "enum" ? toInteger(expr) : expr;
  return { kind: "compare", span, type: bool, op: "!=", left, right: intConstant(span, 0n, left.type) };
}

/** A bool or enum as the integer that it is stored as; bool counts as uint8 (row 3.18). */
export function toInteger(expr: HirExpr): HirExpr {
  const { type } = expr;
  if (type.kind !== "bool" && type.kind !== "enum") return expr;
  const to = type.kind === "bool" ? int(1, false) : int(type.sizeBytes, false);
  return expr.kind === "int"
    ? { ...expr, type: to, value: wrapTo(expr.value, to) }
    : { kind: "cast", span: expr.span, type: to, operand: expr };
}

/** Where an integer is asked for an enum's constant is one (row 3.31). */
export const withoutEnum = (expr: HirExpr): HirExpr => (expr.type.kind === "enum" ? toInteger(expr) : expr);

const hasRecord = (type: Type): boolean =>
  type.kind === "record" || (type.kind === "tuple" && type.elems.some(hasRecord)) || (type.kind === "array" && hasRecord(type.elem));

/** Evaluates `expr` once and builds the result from its members. */
function viaTemp(cx: Context, expr: HirExpr, build: (member: (index: number, type: Type) => HirExpr) => HirExpr): HirExpr {
  const { span, type } = expr;
  const local = newTemp(cx, "whole", type);
  const save: HirStmt = { kind: "set_local", span, local, value: expr };
  const whole: HirExpr = { kind: "local", span, local, type };
  const value = build((index, memberType) => ({ kind: "member", span, operand: whole, index, type: memberType }));
  return { kind: "block", span, body: [save], value, type: value.type };
}

function convertTuple(cx: Context, expr: HirExpr, from: readonly Type[], to: Type & { kind: "tuple" }): HirExpr {
  const { span } = expr;
  if (expr.kind === "tuple") return { ...expr, type: to, elems: expr.elems.map((elem, i) => convert(cx, elem, to.elems[i]!)) };
  if (!hasRecord(to)) return { kind: "cast", span, type: to, operand: expr };
  return viaTemp(cx, expr, (member) => ({
    kind: "tuple",
    span,
    type: to,
    elems: to.elems.map((type, i) => convert(cx, member(i, from[i]!), type)),
  }));
}

/** Fields may come in another order; they are still evaluated as written (row 2.49). */
function convertRecord(cx: Context, expr: HirExpr, from: readonly RecordField[], to: Type & { kind: "record" }): HirExpr {
  const { span } = expr;
  const inOrder = to.fields.every((field, i) => field.name === from[i]?.name);
  if (expr.kind === "record" && inOrder)
    return {
      ...expr,
      type: to,
      fields: expr.fields.map(({ name, value }, i) => ({ name, value: convert(cx, value, to.fields[i]!.type) })),
    };
  return viaTemp(cx, expr, (member) => ({
    kind: "record",
    span,
    type: to,
    fields: to.fields.map(({ name, type }) => {
      const index = from.findIndex((field) => field.name === name);
      return { name, value: convert(cx, member(index, from[index]!.type), type) };
    }),
  }));
}

/** `expr` as a value of `to`; the caller knows that the types can meet (promote, or a cast that was allowed). */
export function convert(cx: Context, expr: HirExpr, to: Type): HirExpr {
  const { type, span } = expr;
  if (sameType(type, to)) return expr;
  if (to.kind === "bool") return toBool(expr);
  if (expr.kind === "int" && to.kind === "int") return { ...expr, type: to, value: wrapTo(expr.value, to) };
  if (expr.kind === "int" && to.kind === "pointer") return { ...expr, type: to, value: wrapTo(expr.value, uint64) };
  if (type.kind === "tuple" && to.kind === "tuple") return convertTuple(cx, expr, type.elems, to);
  if (type.kind === "record" && to.kind === "record") return convertRecord(cx, expr, type.fields, to);
  return { kind: "cast", span, type: to, operand: expr };
}

function warnOfLoss(cx: Context, expr: HirExpr, from: Type, to: Type): void {
  if (from.kind === "tuple" && to.kind === "tuple") {
    for (const [i, elem] of from.elems.entries()) {
      const part = expr.kind === "tuple" ? expr.elems[i]! : expr;
      warnOfLoss(cx, part, elem, to.elems[i]!);
    }
    return;
  }
  if (expr.kind === "int" || from.kind !== "int" || to.kind !== "int" || fitsInto(from, to)) return;
  cx.report.warn(
    "implicitCast",
    expr.span,
    `Expression of type: ${typeName(from)} being cast to type: ${typeName(to)}. This may cause unexpected results.`,
  );
}

/** convert() where nobody wrote a cast: an integer that may change its value is warned about (rows 3.05, 3.09). */
export function coerce(cx: Context, expr: HirExpr, to: Type): HirExpr {
  warnOfLoss(cx, expr, expr.type, to);
  return convert(cx, expr, to);
}

/** An integer as int64 or uint64, by its own sign. */
export function toWide(cx: Context, expr: HirExpr): HirExpr {
  const whole = toInteger(expr);
  return convert(cx, whole, int(8, whole.type.kind === "int" && whole.type.signed));
}
