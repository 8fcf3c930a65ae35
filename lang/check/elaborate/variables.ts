/** Scratch variables: scopes, declarations, and widening of their types (rows 2.14, 2.15, 3.04–3.06). */
import type { Span } from "../../diagnostics/diagnostic.ts";
import { sourceName } from "../macros/names.ts";
import { suggestion } from "../suggestion.ts";
import type { HirExpr, LocalId } from "../../hir/hir.ts";
import { literalFits } from "../../types/literal.ts";
import { identical, promote } from "../../types/promote.ts";
import { typeName, type Type } from "../../types/type.ts";
import { coerce } from "./convert.ts";
import type { Context, ExprOf, Variable } from "./context.ts";

export function findVariable(cx: Context, name: string): Variable | null {
  for (const scope of cx.scopes) {
    const variable = scope.get(name);
    if (variable !== undefined) return variable;
  }
  return null;
}

export type Origin = "declaration" | "assignment" | "loop" | "parameter";

const ORIGIN_LABEL: Readonly<Record<Origin, string>> = {
  declaration: "This is the initial declaration.",
  assignment: "This is the initial assignment.",
  loop: "This is the loop variable.",
  parameter: "This is the function parameter.",
};

/** Adds the variable to the innermost scope. `node` is the declaring statement: the key to its type in the next round. */
export function declare(cx: Context, name: string, node: object, span: Span, origin: Origin): Variable {
  const { varTypes } = cx.inference;
  const types = varTypes.get(node) ?? { type: null, fixed: false, id: varTypes.size };
  varTypes.set(node, types);
  const id = cx.locals.length as LocalId;
  const shown = sourceName(name);
  cx.locals.push({ name: shown, types });
  const variable: Variable = { name: shown, id, types, origin: { span, label: ORIGIN_LABEL[origin] }, assigned: origin !== "declaration" };
  cx.scopes.at(-1)!.set(name, variable);
  return variable;
}

/** Takes `type` into account; false (and a diagnostic) if the variable cannot hold such values. */
export function widenVariable(cx: Context, variable: Variable, type: Type, span: Span): boolean {
  const { types } = variable;
  if (types.fixed) return true;
  const common = types.type === null ? type : promote(types.type, type);
  if (common === null) {
    mismatch(cx, variable, type, span);
    return false;
  }
  if (types.type === null || !identical(types.type, common)) {
    types.type = common;
    cx.inference.changed = true;
  }
  return true;
}

function mismatch(cx: Context, { name, types }: Variable, type: Type, span: Span): void {
  cx.report.error(
    "typeMismatch",
    span,
    `Type mismatch for ${name}: trying to assign value of type '${typeName(type)}' when variable already has a type '${typeName(types.type!)}'`,
  );
}

/** The value as the variable stores it, or null with a diagnostic. */
export function storable(cx: Context, variable: Variable, value: HirExpr, span: Span): HirExpr | null {
  const to = variable.types.type;
  if (to === null) return null;
  const common = promote(to, value.type);
  const tooLong = to.kind === "string" && value.type.kind === "string" && value.type.sizeBytes > to.sizeBytes;
  const outOfRange = value.kind === "int" && to.kind === "int" && variable.types.fixed && !literalFits(value.value, to);
  // Integers of any width meet in a declared variable; anything else must fit as it is.
  const widensBeyond = common !== null && to.kind !== "int" && to.kind !== "string" && !identicalShape(common, to);
  if (common === null || tooLong || outOfRange || widensBeyond) {
    mismatch(cx, variable, value.type, span);
    return null;
  }
  return coerce(cx, value, to);
}

const identicalShape = (a: Type, b: Type): boolean => typeName(a) === typeName(b);

export function readVariable(cx: Context, expr: ExprOf<"variable">): HirExpr | null {
  const variable = findVariable(cx, expr.name);
  if (variable === null) {
    const name = sourceName(expr.name);
    const names = cx.scopes.flatMap((scope) => [...scope.values()].map((one) => one.name));
    cx.report.error("undefinedVariable", expr.span, `Undefined or undeclared variable: ${name}`, {
      hint: cx.ended.has(name)
        ? `it is set in a block, and gone behind that: declare it before the block with let ${name};`
        : suggestion(name, names),
    });
    return null;
  }
  if (!variable.assigned) cx.report.warn("unassignedRead", expr.span, `Variable used before it was assigned: ${variable.name}`);
  const { type } = variable.types;
  return type === null ? null : { kind: "local", span: expr.span, local: variable.id, type };
}
