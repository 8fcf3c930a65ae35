/** Tuples and records written in a script (rows 2.48, 2.49). */
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { HirExpr } from "../../hir/hir.ts";
import { sizeOf, type Type } from "../../types/type.ts";
import type { Context, ExprOf } from "./context.ts";

// A pair of pairs of pairs doubles with every line of a script, so that both the bytes and the members need a bound.
const MAX_BYTES = 65_536;
const MAX_MEMBERS = 1024;

function memberCount(type: Type): number {
  const members = type.kind === "tuple" ? type.elems : type.kind === "record" ? type.fields.map((field) => field.type) : [];
  return members.reduce((sum, member) => sum + memberCount(member), 1);
}

function checkSize(cx: Context, type: Type, span: Span): boolean {
  if (memberCount(type) <= MAX_MEMBERS && sizeOf(type) <= MAX_BYTES) return true;
  cx.report.error("tooLong", span, `${type.kind} is too large (at most ${MAX_MEMBERS} members and ${MAX_BYTES} bytes)`);
  return false;
}

export function elaborateTuple(cx: Context, expr: ExprOf<"tuple">): HirExpr | null {
  const { span } = expr;
  const elems = expr.elems.map((elem) => cx.expr(elem)).filter((elem) => elem !== null);
  if (elems.length < expr.elems.length) return null;
  const type: Type = { kind: "tuple", elems: elems.map((elem) => elem.type) };
  return checkSize(cx, type, span) ? { kind: "tuple", span, elems, type } : null;
}

export function elaborateRecord(cx: Context, expr: ExprOf<"record">): HirExpr | null {
  const { span } = expr;
  const fields: { name: string; value: HirExpr }[] = [];
  for (const { name, value: written } of expr.fields) {
    const value = cx.expr(written);
    if (value !== null) fields.push({ name: name.text, value });
  }
  if (fields.length < expr.fields.length) return null;
  const type: Type = { kind: "record", fields: fields.map(({ name, value }) => ({ name, type: value.type })) };
  return checkSize(cx, type, span) ? { kind: "record", span, fields, type } : null;
}
