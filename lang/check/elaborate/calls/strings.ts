/** Strings and values printed as text: str, strncmp, strlen, strftime, ntop (rows 5.23, 5.27, 5.29, 5.30, 5.37). */
import type { HirExpr } from "../../../hir/hir.ts";
import { kindName } from "../../../types/names.ts";
import { int, string, typeName, uint64, type Type } from "../../../types/type.ts";
import { bytesToText } from "../../byte-text.ts";
import { memorySpaceOf } from "../../split-bodies.ts";
import { convert, intConstant } from "../convert.ts";
import type { CallExpr, Context } from "../context.ts";
import { argument, integerArgument, stringArgument, stringLiteral, valueArgument } from "./arguments.ts";

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

export function strCall(cx: Context, call: CallExpr): HirExpr | null {
  const data = valueArgument(cx, call, 0);
  const size = strLength(cx, call);
  if (data === null || size === null) return null;
  const { kind } = data.type;
  if (kind !== "string" && kind !== "int" && kind !== "pointer") {
    const message = `str() expects a string, integer or a pointer type as first argument (${typeName(data.type)} provided)`;
    cx.report.error("invalidArgument", call.span, message);
    return null;
  }
  const chars: Type = { kind: "pointer", to: int(1, true), space: memorySpaceOf(cx.points[0]!) };
  const pointer = kind === "int" ? convert(cx, convert(cx, data, uint64), chars) : data;
  return { kind: "str_of", span: call.span, pointer, length: size.length, type: string(size.capacity) };
}

export function strncmpCall(cx: Context, call: CallExpr): HirExpr | null {
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

export function strlenCall(cx: Context, call: CallExpr): HirExpr | null {
  const operand = stringArgument(cx, call, 0);
  return operand === null ? null : { kind: "strlen", span: call.span, operand, type: uint64 };
}

export function strftimeCall(cx: Context, call: CallExpr): HirExpr | null {
  const format = stringLiteral(cx, call, 0);
  const ns = integerArgument(cx, call, 1);
  if (format === null || ns === null) return null;
  if (ns.kind === "int" && ns.value < 0n) {
    cx.report.error("invalidArgument", call.span, "strftime() does not accept negative timestamps");
    return null;
  }
  return { kind: "strftime", span: call.span, ns: convert(cx, ns, uint64), type: { kind: "timestamp", format: bytesToText(format) } };
}

/** Bytes of an address that is not an integer; 0 if it cannot be one. */
function addressBytes(type: Type): number {
  if (type.kind === "string") return type.sizeBytes;
  return type.kind === "array" && type.elem.kind === "int" && type.elem.sizeBytes === 1 ? type.length : 0;
}

export function ntopCall(cx: Context, call: CallExpr): HirExpr | null {
  const address = valueArgument(cx, call, call.args.length - 1);
  if (address === null) return null;
  const { type } = address;
  if (call.args.length > 1) {
    cx.report.unsupported(call.span, "ntop() with an address family");
    return null;
  }
  if (type.kind === "int") return { kind: "ntop", span: call.span, address: convert(cx, address, int(4, false)), type: { kind: "inet" } };
  if (type.kind !== "string" && type.kind !== "array") {
    cx.report.error("invalidArgument", call.span, `ntop() expects an integer or array argument, got ${kindName(type)}`);
    return null;
  }
  const bytes = addressBytes(type);
  if (bytes !== 4 && bytes !== 16) {
    cx.report.error("invalidArgument", call.span, "ntop() argument must be 4 or 16 bytes in size");
    return null;
  }
  return { kind: "ntop", span: call.span, address, type: { kind: "inet" } };
}
