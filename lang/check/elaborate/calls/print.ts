/** Output: printf, errorf, warnf, print, clear, zero, time, join, exit (rows 5.01–5.03, 5.08–5.14, 5.21, 5.22, 5.26). */
import type { HirStmt } from "../../../hir/hir.ts";
import { kindName, mapValueName } from "../../../types/names.ts";
import { int64, int, typeName, uint64, type Type } from "../../../types/type.ts";
import { bytesToText } from "../../byte-text.ts";
import { memorySpaceOf } from "../../split-bodies.ts";
import { convert, intConstant } from "../convert.ts";
import type { CallExpr, Context, MapState } from "../context.ts";
import { cellOf, isCell, mapNamed, readType } from "../maps.ts";
import { argument, integerArgument, integerLiteral, stringLiteral, valueArgument } from "./arguments.ts";
import { conversionsOf, formatProblem } from "./format.ts";

type TextKind = Extract<HirStmt, { readonly format: string; readonly args: readonly unknown[] }>["kind"];

/** printf and every other function that formats a text. */
export function printfCall(cx: Context, call: CallExpr): HirStmt[] {
  const bytes = stringLiteral(cx, call, 0);
  const values = call.args.slice(1).map((_, i) => valueArgument(cx, call, i + 1));
  const args = values.filter((value) => value !== null);
  if (bytes === null || args.length < values.length) return [];
  const format = bytesToText(bytes);
  const problem = formatProblem(
    conversionsOf(format),
    args.map((arg) => arg.type),
  );
  if (problem !== null) {
    cx.report.error("formatMismatch", call.span, problem);
    return [];
  }
  return [{ kind: call.name.text as TextKind, span: call.span, format, args }];
}

const LOOP_WARNING =
  "Due to it's asynchronous nature using 'print()' in a loop can lead to unexpected behavior. " +
  "The map will likely be updated before the runtime can 'print' it.";

const MAX_UINT32 = (1n << 32n) - 1n;

/** top and div, 0 when left out; null with a diagnostic. */
function printLimit(cx: Context, call: CallExpr, index: number): number | null {
  if (call.args.length <= index) return 0;
  const value = integerLiteral(cx, call, index);
  if (value === null) return null;
  if (value >= 0n && value <= MAX_UINT32) return Number(value);
  cx.report.error("outOfRange", call.span, `print() expects a number from 0 to ${String(MAX_UINT32)}, found ${String(value)}`);
  return null;
}

function printMap(cx: Context, call: CallExpr, map: MapState): HirStmt[] {
  if (cx.loops.length > 0) cx.report.warn("printInLoop", call.span, LOOP_WARNING);
  const top = printLimit(cx, call, 1);
  const div = printLimit(cx, call, 2);
  if (top === null || div === null) return [];
  return [{ kind: "print_map", span: call.span, map: map.index, top, div }];
}

export function printCall(cx: Context, call: CallExpr): HirStmt[] {
  const arg = argument(cx, call, 0);
  if (arg === null) return [];
  if (arg.kind === "map") return printMap(cx, call, mapNamed(cx.inference, arg.name, arg.span));
  if (isCell(arg)) {
    const value = cellOf(cx, arg)?.map.value;
    if (value && readType(value) === null) {
      const message = `Map type ${mapValueName(value)} cannot print the value of individual keys. You must print the whole map.`;
      cx.report.error("aggregateMisuse", call.span, message);
      return [];
    }
  }
  const value = cx.expr(arg);
  if (value === null) return [];
  if (call.args.length > 1) {
    cx.report.error("argumentCount", call.span, `Non-map print() only takes 1 argument, ${call.args.length} found`);
    return [];
  }
  if (value.type.kind === "none" || value.type.kind === "void") {
    cx.report.error("invalidArgument", call.span, `${typeName(value.type)} type passed to print() is not printable`);
    return [];
  }
  return [{ kind: "print_value", span: call.span, value }];
}

/** clear() and zero(). */
export function wholeMapCall(cx: Context, call: CallExpr): HirStmt[] {
  const arg = argument(cx, call, 0);
  if (arg === null) return [];
  if (arg.kind !== "map") {
    cx.report.error("invalidArgument", arg.span, `${call.name.text}() expects a map argument`);
    return [];
  }
  const map = mapNamed(cx.inference, arg.name, arg.span);
  return [{ kind: call.name.text as "clear" | "zero", span: call.span, map: map.index }];
}

export function exitCall(cx: Context, call: CallExpr): HirStmt[] {
  if (cx.loops.includes("for")) {
    cx.report.error("misplaced", call.span, "exit() is not allowed inside a for loop");
    return [];
  }
  const code = call.args.length === 0 ? intConstant(call.span, 0n, int64) : integerArgument(cx, call, 0);
  return code === null ? [] : [{ kind: "exit", span: call.span, code: convert(cx, code, int64) }];
}

export function timeCall(cx: Context, call: CallExpr): HirStmt[] {
  if (call.args.length === 0) return [{ kind: "time", span: call.span, format: "%H:%M:%S\n" }];
  const bytes = stringLiteral(cx, call, 0);
  return bytes === null ? [] : [{ kind: "time", span: call.span, format: bytesToText(bytes) }];
}

export function joinCall(cx: Context, call: CallExpr): HirStmt[] {
  const pointer = valueArgument(cx, call, 0);
  const separator = call.args.length > 1 ? stringLiteral(cx, call, 1) : new Uint8Array([0x20]);
  if (pointer === null || separator === null) return [];
  if (pointer.type.kind !== "int" && pointer.type.kind !== "pointer") {
    const message = `join() only supports int or pointer arguments (${kindName(pointer.type)} provided)`;
    cx.report.error("invalidArgument", call.span, message);
    return [];
  }
  const space = memorySpaceOf(cx.points[0]!);
  const strings: Type = { kind: "pointer", space, to: { kind: "pointer", space, to: int(1, true) } };
  const argv = pointer.type.kind === "pointer" ? pointer : convert(cx, convert(cx, pointer, uint64), strings);
  return [{ kind: "join", span: call.span, pointer: argv, separator: bytesToText(separator) }];
}
