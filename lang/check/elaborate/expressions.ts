/** Every kind of expression and who elaborates it. */
import type { Expr } from "../../ast/ast.ts";
import { suggestion } from "../suggestion.ts";
import type { HirExpr } from "../../hir/hir.ts";
import { typeOfLiteral } from "../../types/literal.ts";
import { bool, string } from "../../types/type.ts";
import { bytesToText } from "../byte-text.ts";
import { elaborateIndex, elaborateMember, wholeArgs } from "./access.ts";
import { elaborateBinary } from "./binary.ts";
import { elaborateIfValue, elaborateTernary, elaborateValueBlock } from "./branches.ts";
import { builtinNames, elaborateBuiltin, isBuiltin } from "./builtins.ts";
import { elaborateCall, needsNoArgument } from "./calls/calls.ts";
import { elaborateCast } from "./cast.ts";
import { elaborateComptime, elaborateComptimeIf } from "./comptime.ts";
import { elaborateRecord, elaborateTuple } from "./composite.ts";
import type { Context, ExprOf } from "./context.ts";
import { intConstant } from "./convert.ts";
import { refusedInFunction } from "./in-function.ts";
import { readCell } from "./maps.ts";
import { elaborateOffsetof, elaborateSizeof, elaborateTypeinfo } from "./sizes.ts";
import { typesOf } from "./type-expr.ts";
import { elaborateIncrement, elaborateUnary } from "./unary.ts";
import { readVariable } from "./variables.ts";

function elaborateIdentifier(cx: Context, { name, span }: ExprOf<"ident">): HirExpr | null {
  if (refusedInFunction(cx, name, span)) return null;
  if (isBuiltin(name)) return elaborateBuiltin(cx, name, span);
  // Parentheses may be left out where nothing is in them (row 2.57).
  if (needsNoArgument(name)) return elaborateCall(cx, { kind: "call", span, name: { text: name, span }, args: [] });
  if (name === "args") return wholeArgs(cx, span);
  const constant = typesOf(cx).constant(name);
  if (constant !== null) return intConstant(span, constant.value, constant.type);
  cx.report.error("unknownIdentifier", span, `Unknown identifier: '${name}'`, { hint: suggestion(name, builtinNames) });
  return null;
}

function elaborateString(cx: Context, { bytes, span }: ExprOf<"string">): HirExpr | null {
  const { maxStrlen } = cx.inference.config;
  if (bytes.length <= maxStrlen - 1) return { kind: "str", span, bytes, type: string(bytes.length + 1) };
  cx.report.error("tooLong", span, `String is too long (over ${maxStrlen} bytes): ${bytesToText(bytes)}`);
  return null;
}

export function elaborateExpr(cx: Context, expr: Expr): HirExpr | null {
  const { span } = expr;
  switch (expr.kind) {
    case "int":
      return expr.value === null ? null : { kind: "int", span, value: expr.value, type: typeOfLiteral(expr.value) };
    case "bool":
      return { kind: "int", span, value: expr.value ? 1n : 0n, type: bool };
    case "string":
      return elaborateString(cx, expr);
    case "ident":
      return elaborateIdentifier(cx, expr);
    case "variable":
      return readVariable(cx, expr);
    case "map":
      return readCell(cx, expr);
    case "call":
      return elaborateCall(cx, expr);
    case "unary":
      return elaborateUnary(cx, expr);
    case "increment":
      return elaborateIncrement(cx, expr);
    case "binary":
      return elaborateBinary(cx, expr);
    case "ternary":
      return elaborateTernary(cx, expr);
    case "if":
      return expr.comptime ? elaborateComptimeIf(cx, expr) : elaborateIfValue(cx, expr);
    case "block":
      return elaborateValueBlock(cx, expr.body);
    case "member":
      return elaborateMember(cx, expr);
    case "index":
      return elaborateIndex(cx, expr);
    case "cast":
      return elaborateCast(cx, expr);
    case "comptime":
      return elaborateComptime(cx, expr);
    case "tuple":
      return elaborateTuple(cx, expr);
    case "record":
      return elaborateRecord(cx, expr);
    case "discard":
      cx.report.error("invalidOperand", span, "_ can only be assigned to");
      return null;
    case "sizeof":
      return elaborateSizeof(cx, expr);
    case "offsetof":
      return elaborateOffsetof(cx, expr);
    case "typeinfo":
      return elaborateTypeinfo(cx, expr);
    case "typeof":
      cx.report.error("invalidOperand", span, "typeof is a type, and can stand only where types can");
      return null;
    case "error":
      return null;
    case "param":
      throw new Error("positional parameters are folded before types are inferred");
  }
}
