/** Unary operators, `++` and `--` (rows 2.54, 3.09, 3.13, 3.14, 3.16). */
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { HirExpr } from "../../hir/hir.ts";
import { settle } from "../../types/promote.ts";
import { bool, depthOf, int64, MAX_TYPE_DEPTH, sizeOf, typeName, uint64, type PointerType, type Type } from "../../types/type.ts";
import { isArgs } from "../split-bodies.ts";
import { isScalar, toBool, toWide } from "./convert.ts";
import type { Context, ExprOf } from "./context.ts";
import { cellOf, isCell, mapNamed, noteWrite, widenValue } from "./maps.ts";
import { completed, dereference, dereferenceInteger } from "./struct-members.ts";
import { findVariable, readVariable, widenVariable } from "./variables.ts";

export function elaborateUnary(cx: Context, expr: ExprOf<"unary">): HirExpr | null {
  const { op, span } = expr;
  if (op === "&") return addressOf(cx, expr);
  if (op === "*" && isArgs(expr.operand)) return cx.expr(expr.operand);
  const operand = cx.expr(expr.operand);
  if (operand === null) return null;
  if (op === "*") return elaborateDereference(cx, operand, span);
  if (op === "!" && isScalar(operand.type))
    return { kind: "unary", span, type: bool, op: "lognot", operand: operand.type.kind === "enum" ? toBool(operand) : operand };
  if (op === "!" || (operand.type.kind !== "int" && operand.type.kind !== "enum")) {
    cx.report.error("invalidOperand", span, `The ${op} operator can not be used on expressions of type '${typeName(operand.type)}'`);
    return null;
  }
  // Narrow operands are extended first (rows 3.13, 3.14).
  const wide = toWide(cx, operand);
  return { kind: "unary", span, type: wide.type, op: op === "~" ? "bitnot" : "neg", operand: wide };
}

/** Type of `++` and `--` on something of type `type`: decrementing makes it signed (row 3.09). */
const stepType = (type: Type & { kind: "int" }, delta: 1 | -1): Type => (type.signed || delta === -1 ? int64 : uint64);

interface Step {
  readonly span: Span;
  readonly type: Type;
  readonly delta: number;
  readonly prefix: boolean;
}

/** A pointer moves by what it points to (row 3.33). */
function pointerStep(cx: Context, expr: ExprOf<"increment">, type: PointerType, build: (step: Step) => HirExpr): HirExpr | null {
  const { op, prefix, span } = expr;
  const to = completed(cx, type.to, span);
  if (to === null) return null;
  const bytes = Math.max(1, sizeOf(to));
  return build({ span, type, delta: op === "++" ? bytes : -bytes, prefix });
}

function elaborateDereference(cx: Context, operand: HirExpr, span: Span): HirExpr | null {
  const { type } = operand;
  if (type.kind === "pointer") return dereference(cx, operand, span);
  if (type.kind === "int") return dereferenceInteger(cx, operand, span);
  const message =
    type.kind === "struct"
      ? `Can not dereference struct/union of type '${typeName(type)}'. It is not a pointer.`
      : `Can not dereference type '${typeName(type)}'. It is not a pointer.`;
  cx.report.error("invalidOperand", span, message);
  return null;
}

/** Pointers to pointers to pointers: with a diagnostic. */
function isTooDeep(cx: Context, type: Type, span: Span): boolean {
  if (depthOf(type) < MAX_TYPE_DEPTH) return false;
  cx.report.error("tooLong", span, `type of more than ${MAX_TYPE_DEPTH} levels`);
  return true;
}

/** `&$x`: where the variable is. `&@m`: where the value of a scalar map is. */
function addressOf(cx: Context, expr: ExprOf<"unary">): HirExpr | null {
  const { operand, span } = expr;
  if (operand.kind === "variable") {
    const variable = findVariable(cx, operand.name);
    const value = readVariable(cx, operand);
    return variable === null || value === null || isTooDeep(cx, value.type, span)
      ? null
      : { kind: "address_of_local", span, local: variable.id, type: pointerTo(value.type, `variable ${variable.types.id ?? ""}`) };
  }
  if (operand.kind !== "map") return null; // The parser has said so.
  const map = mapNamed(cx.inference, operand.name, operand.span);
  if (map.value === null || map.keyed === null) return null;
  if (map.keyed || map.value.kind !== "plain") {
    cx.report.error("invalidOperand", span, `${map.name} has no single value whose address could be taken`, {
      hint: "addresses of whole maps are for functions written in C, which hindsight cannot run",
    });
    return null;
  }
  return { kind: "address_of_map", span, map: map.index, type: pointerTo(map.value.type, `map ${map.index}`) };
}

const pointerTo = (to: Type, origin: string): PointerType => ({ kind: "pointer", to: settle(to), space: "kernel", origin });

function invalidStep(cx: Context, expr: ExprOf<"increment">, type: Type): null {
  cx.report.error("invalidOperand", expr.span, `The ${expr.op} operator can not be used on expressions of type '${typeName(type)}'`);
  return null;
}

export function elaborateIncrement(cx: Context, expr: ExprOf<"increment">): HirExpr | null {
  const { op, operand, prefix, span } = expr;
  const delta = op === "++" ? 1 : -1;
  if (operand.kind === "variable") {
    const variable = findVariable(cx, operand.name);
    const value = readVariable(cx, operand);
    if (variable === null) return null;
    variable.assigned = true;
    if (value === null) return null;
    if (value.type.kind === "pointer")
      return pointerStep(cx, expr, value.type, (step) => ({ kind: "increment_local", local: variable.id, ...step }));
    if (value.type.kind !== "int") return invalidStep(cx, expr, value.type);
    if (!variable.types.fixed) widenVariable(cx, variable, stepType(value.type, delta), span);
    const type = variable.types.fixed ? (value.type.signed ? int64 : uint64) : stepType(value.type, delta);
    return { kind: "increment_local", span, type, local: variable.id, delta, prefix };
  }
  if (isCell(operand)) {
    const cell = cellOf(cx, operand);
    noteWrite(cx, operand);
    if (cell === null) return null;
    const { map, key } = cell;
    if (map.value === null) return null;
    if (map.value.kind !== "plain") {
      widenValue(cx, map, int64, span);
      return null;
    }
    if (map.value.type.kind === "pointer")
      return pointerStep(cx, expr, map.value.type, (step) => ({ kind: "increment_map", map: map.index, key, ...step }));
    if (map.value.type.kind !== "int") return invalidStep(cx, expr, map.value.type);
    const type = stepType(map.value.type, delta);
    widenValue(cx, map, type, span);
    return { kind: "increment_map", span, type, map: map.index, key, delta, prefix };
  }
  cx.expr(operand);
  cx.report.error("invalidOperand", span, `The ${op} operator must be applied to a map or variable`);
  return null;
}
