/** Binary operators (rows 3.07–3.16, 3.20, 3.33, 3.34). */
import type { BinaryOp } from "../../ast/ast.ts";
import type { RelatedSpan } from "../../diagnostics/diagnostic.ts";
import type { HirBinOp, HirCompareOp, HirExpr } from "../../hir/hir.ts";
import { promote } from "../../types/promote.ts";
import { bool, int64, isCompound, sameType, sizeOf, typeName, uint64, type IntType, type Type } from "../../types/type.ts";
import { coerce, convert, isScalar, toBool, toInteger } from "./convert.ts";
import type { Context, ExprOf } from "./context.ts";
import { movedPointer, noteSpaces } from "./pointers.ts";
import { completed } from "./struct-members.ts";

type BinaryExpr = ExprOf<"binary">;

const COMPARISONS = new Set<BinaryOp>(["==", "!=", "<", "<=", ">", ">="]);
const isComparison = (op: BinaryOp): op is HirCompareOp => COMPARISONS.has(op);

const isInteger = (type: Type): boolean => type.kind === "int" || type.kind === "bool" || type.kind === "enum";

function invalid(cx: Context, expr: BinaryExpr, left: HirExpr, right: HirExpr): null {
  cx.report.error(
    "invalidOperand",
    expr.span,
    `The ${expr.op} operator can not be used on expressions of types ${typeName(left.type)}, ${typeName(right.type)}`,
  );
  return null;
}

const sides = (left: HirExpr, right: HirExpr, nameOf: (type: Type) => string): RelatedSpan[] => [
  { span: left.span, label: `left (${nameOf(left.type)})` },
  { span: right.span, label: `right (${nameOf(right.type)})` },
];

/** The sign that each side counts with after a flexible literal has adopted the other's (row 3.03). */
function adopt(left: IntType, right: IntType): readonly [IntType, IntType] {
  if (left.flexible && !right.flexible) return [{ kind: "int", sizeBytes: left.sizeBytes, signed: right.signed }, right];
  if (right.flexible && !left.flexible) return [left, { kind: "int", sizeBytes: right.sizeBytes, signed: left.signed }];
  return [left, right];
}

function arithmetic(cx: Context, expr: BinaryExpr, op: HirBinOp, leftSide: HirExpr, rightSide: HirExpr): HirExpr {
  const { span } = expr;
  const bools = leftSide.type.kind === "bool" && rightSide.type.kind === "bool";
  const left = toInteger(leftSide);
  const right = toInteger(rightSide);
  const [a, b] = adopt(left.type as IntType, right.type as IntType);
  const differ = a.sizeBytes !== b.sizeBytes || a.signed !== b.signed;
  if ((op === "/" || op === "%") && differ && (a.signed || b.signed))
    cx.report.warn(
      "signedDivision",
      span,
      `signed operands for '${op}' can lead to undefined behavior (cast to unsigned to silence warning)`,
    );
  const type = !bools && (a.signed || b.signed || op === "-") ? int64 : uint64;
  const value: HirExpr = { kind: "binary", span, type, op, left: coerce(cx, left, type), right: coerce(cx, right, type) };
  return bools ? toBool(value) : value;
}

function compare(cx: Context, expr: BinaryExpr, op: HirCompareOp, leftSide: HirExpr, rightSide: HirExpr): HirExpr {
  const { span } = expr;
  const bools = leftSide.type.kind === "bool" && rightSide.type.kind === "bool";
  const left = bools ? leftSide : toInteger(leftSide);
  const right = bools ? rightSide : toInteger(rightSide);
  const type = bools ? bool : promote(left.type, right.type)!;
  return { kind: "compare", span, type: bool, op, left: coerce(cx, left, type), right: coerce(cx, right, type) };
}

function pointerCompare(cx: Context, expr: BinaryExpr, op: HirCompareOp, left: HirExpr, right: HirExpr): HirExpr {
  const { span } = expr;
  noteSpaces(cx, left.type, right.type, span);
  if (left.type.kind === "pointer" && right.type.kind === "pointer" && typeName(left.type) !== typeName(right.type)) {
    const pointee = (type: Type): string => (type.kind === "pointer" ? typeName(type.to) : typeName(type));
    cx.report.warn("pointerComparison", span, `comparison of distinct pointer types: ${pointee(left.type)}, ${pointee(right.type)}`, {
      related: sides(left, right, pointee),
    });
  }
  return { kind: "compare", span, type: bool, op, left: convert(cx, left, uint64), right: convert(cx, right, uint64) };
}

/** `p + n`, `n + p`, `p - n`: n counts elements of what p points to. */
function pointerArithmetic(cx: Context, expr: BinaryExpr, left: HirExpr, right: HirExpr): HirExpr | null {
  const { op, span } = expr;
  const pointerLeft = left.type.kind === "pointer";
  const [pointer, count] = pointerLeft ? [left, right] : [right, left];
  if (pointer.type.kind !== "pointer" || !isInteger(count.type)) return invalid(cx, expr, left, right);
  if (op !== "+" && !(op === "-" && pointerLeft)) return invalid(cx, expr, left, right);
  const to = completed(cx, pointer.type.to, span);
  return to === null ? null : movedPointer(cx, pointer, op, count, Math.max(1, sizeOf(to)), span);
}

/** Arrays of integers, of one length and type (row 3.37). */
function arrayEquality(cx: Context, expr: BinaryExpr, left: HirExpr, right: HirExpr): HirExpr | null {
  const { op, span } = expr;
  const say = (message: string): null => {
    cx.report.error("invalidOperand", span, message);
    return null;
  };
  if (op !== "==" && op !== "!=") return say(`The ${op} operator cannot be used on arrays.`);
  if (left.type.kind !== "array" || right.type.kind !== "array") return null;
  if (left.type.length !== right.type.length) return say("Only arrays of same size support comparison operators.");
  if (left.type.elem.kind !== "int" || !sameType(left.type, right.type))
    return say("Only arrays of same sized integer support comparison operators.");
  return { kind: "equal", span, type: bool, negated: op === "!=", left, right };
}

/** == and != of values that are more than a number. */
function equality(cx: Context, expr: BinaryExpr, left: HirExpr, right: HirExpr): HirExpr | null {
  const { op, span } = expr;
  const strings = left.type.kind === "string" && right.type.kind === "string";
  if (left.type.kind === "array" && right.type.kind === "array") return arrayEquality(cx, expr, left, right);
  const common = strings ? left.type : promote(left.type, right.type);
  if (common === null) {
    const message = `Type mismatch for '${op}': comparing ${typeName(left.type)} with ${typeName(right.type)}`;
    cx.report.error("typeMismatch", span, message, { related: sides(left, right, typeName) });
    return null;
  }
  if ((op !== "==" && op !== "!=") || isCompound(common)) return invalid(cx, expr, left, right);
  const negated = op === "!=";
  if (strings) return { kind: "equal", span, type: bool, negated, left, right };
  return { kind: "equal", span, type: bool, negated, left: coerce(cx, left, common), right: coerce(cx, right, common) };
}

export function elaborateBinary(cx: Context, expr: BinaryExpr): HirExpr | null {
  const { op } = expr;
  const left = cx.expr(expr.left);
  const right = cx.expr(expr.right);
  if (left === null || right === null) return null;
  if (op === "&&" || op === "||") {
    if (!isScalar(left.type) || !isScalar(right.type)) return invalid(cx, expr, left, right);
    return { kind: "logical", span: expr.span, type: bool, op, left, right };
  }
  if (left.type.kind === "pointer" || right.type.kind === "pointer") {
    if (!isComparison(op)) return pointerArithmetic(cx, expr, left, right);
    return isScalar(left.type) && isScalar(right.type) ? pointerCompare(cx, expr, op, left, right) : invalid(cx, expr, left, right);
  }
  if (isInteger(left.type) && isInteger(right.type))
    return isComparison(op) ? compare(cx, expr, op, left, right) : arithmetic(cx, expr, op, left, right);
  return equality(cx, expr, left, right);
}
