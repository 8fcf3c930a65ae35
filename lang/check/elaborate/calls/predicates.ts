/** Questions about types, answered when the script is compiled; what they ask about is never evaluated (rows 5.20, 5.57). */
import type { HirExpr } from "../../../hir/hir.ts";
import { bool, type Type } from "../../../types/type.ts";
import type { CallExpr, Context } from "../context.ts";
import { isLiteral } from "../convert.ts";
import { mapNamed } from "../maps.ts";
import { argument, valueArgument } from "./arguments.ts";

const TYPES: Readonly<Record<string, (type: Type) => boolean>> = {
  is_str: (type) => type.kind === "string",
  is_ptr: (type) => type.kind === "pointer",
  is_array: (type) => type.kind === "array",
  is_integer: (type) => type.kind === "int",
  is_unsigned_integer: (type) => type.kind === "int" && !type.signed,
};

const answer = (call: CallExpr, value: boolean): HirExpr => ({ kind: "int", span: call.span, value: value ? 1n : 0n, type: bool });

export function typePredicateCall(cx: Context, call: CallExpr): HirExpr | null {
  const value = valueArgument(cx, call, 0);
  return value === null ? null : answer(call, TYPES[call.name.text]!(value.type));
}

export function isLiteralCall(cx: Context, call: CallExpr): HirExpr | null {
  const value = valueArgument(cx, call, 0);
  return value === null ? null : answer(call, isLiteral(value));
}

/** Whether a map is used without keys. */
export function isScalarCall(cx: Context, call: CallExpr): HirExpr | null {
  const arg = argument(cx, call, 0);
  if (arg === null) return null;
  if (arg.kind !== "map") {
    cx.report.error("invalidArgument", arg.span, "is_scalar() expects a map argument");
    return null;
  }
  const { keyed } = mapNamed(cx.inference, arg.name, arg.span);
  return keyed === null ? null : answer(call, !keyed);
}
