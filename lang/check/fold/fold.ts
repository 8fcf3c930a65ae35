/** Replaces what is known at compile time by literals, before types are looked at (rows 2.60, 2.61). */
import type { Block, Expr, FunctionItem, TypeExpr } from "../../ast/ast.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import { textToBytes } from "../byte-text.ts";
import { parseInteger } from "../integer-text.ts";
import type { Report } from "../report.ts";
import { mapBlock, mapChildren, mapType } from "../rewrite.ts";
import type { ProbeBody } from "../split-bodies.ts";
import { foldBooleans } from "./booleans.ts";
import { foldIntegers } from "./integers.ts";
import { foldStrings } from "./strings.ts";

export interface FoldEnv {
  readonly params: readonly string[];
  readonly report: Report;
}

type Of<K extends Expr["kind"]> = Extract<Expr, { readonly kind: K }>;

const INT64_MIN = -(1n << 63n);
const FLOW = "unable to fold literals due to overflow or underflow";

const intLiteral = (span: Span, value: bigint): Expr => ({ kind: "int", span, text: String(value), value, suffix: "" });
const boolLiteral = (span: Span, value: boolean): Expr => ({ kind: "bool", span, value });
const stringLiteral = (span: Span, bytes: Uint8Array): Expr => ({ kind: "string", span, bytes });

function literalOf(span: Span, value: bigint | boolean | Uint8Array): Expr {
  if (typeof value === "bigint") return intLiteral(span, value);
  return typeof value === "boolean" ? boolLiteral(span, value) : stringLiteral(span, value);
}

/** Null: not a literal, or one that has no truth value at compile time. */
function truthOf(expr: Expr): boolean | null {
  if (expr.kind === "bool") return expr.value;
  if (expr.kind === "int" && expr.value !== null) return expr.value !== 0n;
  return expr.kind === "string" ? expr.bytes.length > 0 : null;
}

/** Values beyond the last one given are empty texts. A `$N` beyond 2^53 is beyond it too. */
const paramText = (env: FoldEnv, index: bigint): string => env.params[Number(index) - 1] ?? "";

function foldParam(env: FoldEnv, expr: Of<"param">): Expr {
  if (expr.index === "count") return intLiteral(expr.span, BigInt(env.params.length));
  const text = paramText(env, expr.index);
  if (text === "") {
    env.report.warn("missingParam", expr.span, `Positional parameter $${String(expr.index)} is empty or not provided.`);
    return intLiteral(expr.span, 0n);
  }
  const value = parseInteger(text);
  return value === null ? stringLiteral(expr.span, textToBytes(text)) : intLiteral(expr.span, value);
}

function foldUnary(env: FoldEnv, expr: Of<"unary">): Expr {
  const { op, operand, span } = expr;
  if (operand.kind === "bool" && op === "!") return boolLiteral(span, !operand.value);
  if (operand.kind !== "int" || operand.value === null) return expr;
  const { value } = operand;
  switch (op) {
    case "!":
      return boolLiteral(span, value === 0n);
    case "~":
      // The complement is read as uint64 (row 3.13).
      return intLiteral(span, BigInt.asUintN(64, ~value));
    case "-":
      if (-value < INT64_MIN) {
        env.report.error("fold", span, "negative value will underflow");
        return expr;
      }
      return intLiteral(span, -value);
    default:
      return expr;
  }
}

/** "abc" + 1 and 1 + "abc": the string from that character on. */
function dropBytes(env: FoldEnv, span: Span, bytes: Uint8Array, count: bigint): Expr {
  if (count < BigInt(bytes.length)) return stringLiteral(span, bytes.subarray(Number(count)));
  env.report.warn("emptyString", span, "literal string will always be empty");
  return stringLiteral(span, new Uint8Array());
}

function foldWithString(env: FoldEnv, expr: Of<"binary">, string: Of<"string">, other: Expr): Expr {
  const { op, left, right, span } = expr;
  if (left.kind === "string" && right.kind === "string") {
    const folded = foldStrings(op, left.bytes, right.bytes);
    if (folded !== null) return literalOf(span, folded);
    env.report.error("fold", span, "illegal literal operation with strings");
    return expr;
  }
  if (other.kind === "int" && other.value !== null) {
    if (op === "+" && other.value >= 0n) return dropBytes(env, span, string.bytes, other.value);
    if (other.value < 0n) env.report.error("fold", span, "illegal literal operation with strings");
  }
  if (other.kind === "bool" && op === "&&") return boolLiteral(span, string.bytes.length > 0 && other.value);
  if (other.kind === "bool" && op === "||") return boolLiteral(span, string.bytes.length > 0 || other.value);
  return expr;
}

function foldBinary(env: FoldEnv, expr: Of<"binary">): Expr {
  const { op, left, right, span } = expr;
  if (left.kind === "string") return foldWithString(env, expr, left, right);
  if (right.kind === "string") return foldWithString(env, expr, right, left);
  if (left.kind === "bool" && right.kind === "bool") {
    const folded = foldBooleans(op, left.value, right.value);
    if (folded !== null) return boolLiteral(span, folded);
    env.report.error("fold", span, FLOW);
    return expr;
  }
  if (op === "&&" || op === "||") {
    const a = truthOf(left);
    const b = truthOf(right);
    if (a !== null && b !== null) return boolLiteral(span, op === "&&" ? a && b : a || b);
  }
  if (left.kind !== "int" || right.kind !== "int" || left.value === null || right.value === null) return expr;
  const folded = foldIntegers(op, left.value, right.value);
  if (folded !== null) return literalOf(span, folded);
  env.report.error("fold", span, FLOW);
  return expr;
}

/** `str($1)` and `str($1 + n)` take the parameter's text even if it looks like a number. */
function protectParam(env: FoldEnv, expr: Expr): Expr {
  if (expr.kind === "param" && expr.index !== "count") return stringLiteral(expr.span, textToBytes(paramText(env, expr.index)));
  if (expr.kind === "binary" && expr.op === "+") return { ...expr, left: protectParam(env, expr.left) };
  return expr;
}

/** str() of a literal is a literal; with a length it keeps that many characters (row 5.27). */
function foldStr(env: FoldEnv, expr: Of<"call">): Expr {
  const [first, ...rest] = expr.args;
  if (first === undefined || first.kind === "type") return mapChildren(expr, (child) => foldExpr(env, child));
  const call = mapChildren({ ...expr, args: [protectParam(env, first), ...rest] }, (child) => foldExpr(env, child)) as Of<"call">;
  const [data, length] = call.args;
  const bytes = data?.kind === "string" ? data.bytes : data?.kind === "int" && data.value !== null ? textToBytes(String(data.value)) : null;
  if (bytes === null || call.args.length > 2) return call;
  if (length === undefined) return stringLiteral(expr.span, bytes);
  if (length.kind !== "int" || length.value === null || length.value < 0n) return call;
  return stringLiteral(expr.span, length.value < BigInt(bytes.length) ? bytes.subarray(0, Number(length.value)) : bytes);
}

export function foldExpr(env: FoldEnv, expr: Expr): Expr {
  if (expr.kind === "call" && expr.name.text === "str") return foldStr(env, expr);
  const folded = mapChildren(expr, (child) => foldExpr(env, child));
  switch (folded.kind) {
    case "param":
      return foldParam(env, folded);
    case "unary":
      return foldUnary(env, folded);
    case "binary":
      return foldBinary(env, folded);
    case "comptime":
      return truthOf(folded.operand) === null ? folded : folded.operand;
    case "ternary": {
      const truth = truthOf(folded.cond);
      if (truth === null) return folded;
      return truth ? (folded.then ?? folded.cond) : folded.else;
    }
    default:
      return folded;
  }
}

const foldBlock = (env: FoldEnv, block: Block): Block => mapBlock(block, (expr) => foldExpr(env, expr));

/** The types of its head too: they may ask about expressions. */
export function foldFunction(env: FoldEnv, item: FunctionItem): FunctionItem {
  const foldType = (type: TypeExpr): TypeExpr => mapType(type, (expr) => foldExpr(env, expr));
  return {
    ...item,
    params: item.params.map((param) => ({ ...param, type: foldType(param.type) })),
    returns: item.returns === null ? null : foldType(item.returns),
    body: foldBlock(env, item.body),
  };
}

/** Predicate and block of one body. */
export const foldBody = (env: FoldEnv, body: ProbeBody): ProbeBody => ({
  ...body,
  predicate: body.predicate === null ? null : foldExpr(env, body.predicate),
  block: foldBlock(env, body.block),
});
