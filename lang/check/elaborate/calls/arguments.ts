/** Checks of call arguments that many functions share; messages as bpftrace words them. */
import type { Expr } from "../../../ast/ast.ts";
import type { HirExpr } from "../../../hir/hir.ts";
import { kindName } from "../../../types/names.ts";
import { string } from "../../../types/type.ts";
import type { CallExpr, Context } from "../context.ts";
import { withoutEnum } from "../convert.ts";

/** How many arguments a function takes. */
export interface Arity {
  readonly min: number;
  readonly max: number;
}

function arityMessage({ min, max }: Arity, found: number): string | null {
  const one = (count: number): string => (count === 1 ? "one argument" : `${count} arguments`);
  if (found >= min && found <= max) return null;
  if (max === 0) return "requires no arguments";
  if (min === max) return `requires ${one(min)}`;
  return found < min ? `requires at least ${one(min)}` : `takes up to ${one(max)}`;
}

export function checkArity(cx: Context, call: CallExpr, arity: Arity): boolean {
  const message = arityMessage(arity, call.args.length);
  if (message === null) return true;
  cx.report.error("argumentCount", call.span, `${call.name.text}() ${message} (${call.args.length} provided)`);
  return false;
}

/** The argument as an expression; null (with a diagnostic) if it is a type. Must exist by the function's arity. */
export function argument(cx: Context, call: CallExpr, index: number): Expr | null {
  const arg = call.args[index];
  if (arg !== undefined && arg.kind !== "type") return arg;
  cx.report.error("invalidArgument", (arg ?? call).span, `${call.name.text}() does not take a type as an argument`);
  return null;
}

/** The argument's value; null while its type is unknown or with a diagnostic. */
export function valueArgument(cx: Context, call: CallExpr, index: number): HirExpr | null {
  const arg = argument(cx, call, index);
  return arg === null ? null : cx.expr(arg);
}

function wrongKind(cx: Context, call: CallExpr, wanted: string, found: HirExpr): null {
  const message = `${call.name.text}() only supports ${wanted} arguments (${kindName(found.type)} provided)`;
  cx.report.error("invalidArgument", call.span, message);
  return null;
}

export function integerArgument(cx: Context, call: CallExpr, index: number): HirExpr | null {
  const value = valueArgument(cx, call, index);
  if (value === null) return null;
  const whole = withoutEnum(value);
  return whole.type.kind === "int" ? whole : wrongKind(cx, call, "integer", value);
}

export function stringArgument(cx: Context, call: CallExpr, index: number): HirExpr | null {
  const value = valueArgument(cx, call, index);
  if (value === null) return null;
  const { type, span } = value;
  if (type.kind === "string") return value;
  // A char pointer is read as str() reads it.
  if (type.kind === "pointer" && type.to.kind === "int" && type.to.sizeBytes === 1)
    return { kind: "str_of", span, pointer: value, length: null, type: string(cx.inference.config.maxStrlen) };
  return wrongKind(cx, call, "string", value);
}

function expectsLiteral(cx: Context, call: CallExpr, wanted: "integer" | "string", arg: Expr): null {
  const value = cx.expr(arg);
  if (value !== null) {
    const message = `${call.name.text}() expects a ${wanted} literal (${kindName(value.type)} provided)`;
    cx.report.error("invalidArgument", call.span, message);
  }
  return null;
}

/** Bytes of a string literal, null with a diagnostic. Format strings may be longer than max_strlen (row 3.22). */
export function stringLiteral(cx: Context, call: CallExpr, index: number): Uint8Array | null {
  const arg = argument(cx, call, index);
  if (arg === null) return null;
  return arg.kind === "string" ? arg.bytes : expectsLiteral(cx, call, "string", arg);
}

export function integerLiteral(cx: Context, call: CallExpr, index: number): bigint | null {
  const arg = argument(cx, call, index);
  if (arg === null) return null;
  return arg.kind === "int" ? arg.value : expectsLiteral(cx, call, "integer", arg);
}
