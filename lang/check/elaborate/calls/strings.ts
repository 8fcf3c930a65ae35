/** Strings and values printed as text: str, str_concat, strncmp, strlen, strftime (rows 5.23, 5.27, 5.29, 5.30, 5.32). */
import type { HirExpr } from "../../../hir/hir.ts";
import { int, string, typeName, uint64, type Type } from "../../../types/type.ts";
import { bytesToText } from "../../byte-text.ts";
import { convert, intConstant } from "../convert.ts";
import type { CallExpr, Context } from "../context.ts";
import { memorySpaceFor } from "../pointers.ts";
import { argument, integerArgument, stringArgument, stringLiteral, valueArgument } from "./arguments.ts";
import type { ValueFunctions } from "./call-table.ts";

interface StrLength {
  readonly capacity: number;
  readonly length: HirExpr | null;
}

/** How much str() reads: up to max_strlen, or what the second argument says. */
function strLength(cx: Context, call: CallExpr): StrLength | null {
  const { maxStrlen } = cx.inference.config;
  if (call.args.length < 2) return { capacity: maxStrlen, length: null };
  const value = integerArgument(cx, call, 1);
  if (value === null) return null;
  if (value.kind !== "int") return { capacity: maxStrlen, length: convert(cx, value, uint64) };
  const length = value.value;
  if (length < 0n) {
    cx.report.error("invalidArgument", call.span, `str() cannot use negative length (${String(length)})`);
    return null;
  }
  if (length + 1n <= BigInt(maxStrlen)) return { capacity: Number(length) + 1, length: intConstant(value.span, length, uint64) };
  cx.report.warn(
    "shortened",
    call.span,
    `length param (${String(length)}) is too long and will be shortened to ${maxStrlen} bytes (see BPFTRACE_MAX_STRLEN)`,
  );
  return { capacity: maxStrlen, length: null };
}

function strCall(cx: Context, call: CallExpr): HirExpr | null {
  const data = valueArgument(cx, call, 0);
  const size = strLength(cx, call);
  if (data === null || size === null) return null;
  const { kind } = data.type;
  if (kind !== "string" && kind !== "int" && kind !== "pointer") {
    const message = `str() expects a string, integer or a pointer type as first argument (${typeName(data.type)} provided)`;
    cx.report.error("invalidArgument", call.span, message);
    return null;
  }
  const chars: Type = { kind: "pointer", to: int(1, true), space: memorySpaceFor(cx, data.type) };
  const pointer = kind === "int" ? convert(cx, convert(cx, data, uint64), chars) : data;
  return { kind: "str_of", span: call.span, pointer, length: size.length, type: string(size.capacity) };
}

function strncmpCall(cx: Context, call: CallExpr): HirExpr | null {
  const left = stringArgument(cx, call, 0);
  const right = stringArgument(cx, call, 1);
  const count = argument(cx, call, 2);
  if (count === null) return null;
  if (count.kind !== "int" || count.value === null || count.value < 0n) {
    cx.report.error("invalidArgument", call.span, "Builtin strncmp requires a non-negative literal");
    return null;
  }
  if (left?.type.kind !== "string" || right?.type.kind !== "string") return null;
  // Beyond the longer buffer there is nothing to compare.
  const longest = BigInt(Math.max(left.type.sizeBytes, right.type.sizeBytes));
  const n = Number(count.value < longest ? count.value : longest);
  return { kind: "strncmp", span: call.span, left, right, n, type: uint64 };
}

function strlenCall(cx: Context, call: CallExpr): HirExpr | null {
  const operand = stringArgument(cx, call, 0);
  return operand === null ? null : { kind: "strlen", span: call.span, operand, type: uint64 };
}

function strftimeCall(cx: Context, call: CallExpr): HirExpr | null {
  const format = stringLiteral(cx, call, 0);
  const ns = integerArgument(cx, call, 1);
  if (format === null || ns === null) return null;
  if (ns.kind === "int" && ns.value < 0n) {
    cx.report.error("invalidArgument", call.span, "strftime() does not accept negative timestamps");
    return null;
  }
  const clock = ns.type.kind === "int" ? ns.type.clock : undefined;
  if (clock === "monotonic") {
    cx.report.error("invalidArgument", call.span, "strftime() can not take a monotonic timestamp");
    return null;
  }
  const type: Type = { kind: "timestamp", format: bytesToText(format), ...(clock && { clock }) };
  return { kind: "strftime", span: call.span, ns: convert(cx, ns, uint64), type };
}

/** bpftrace's limit, whatever max_strlen is (row 5.32). */
const CONCAT_BYTES = 1024;

function strConcatCall(cx: Context, call: CallExpr): HirExpr | null {
  const left = stringArgument(cx, call, 0);
  const right = stringArgument(cx, call, 1);
  return left === null || right === null ? null : { kind: "concat", span: call.span, left, right, type: string(CONCAT_BYTES) };
}

export const stringFunctions: ValueFunctions = {
  str: { min: 1, max: 2, elaborate: strCall },
  str_concat: { min: 2, max: 2, elaborate: strConcatCall },
  strftime: { min: 2, max: 2, elaborate: strftimeCall },
  strlen: { min: 1, max: 1, elaborate: strlenCall },
  strncmp: { min: 3, max: 3, elaborate: strncmpCall },
};
