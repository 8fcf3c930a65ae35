/** count, sum, min, max, avg, stats, hist, lhist, tseries: the right side of an assignment to a map (rows 6.01–6.09). */
import type { Expr } from "../../../ast/ast.ts";
import type { HirExpr, HirStmt } from "../../../hir/hir.ts";
import { int64, typeName, uint64, type IntType, type MapValueType } from "../../../types/type.ts";
import { coerce, convert, withoutEnum } from "../convert.ts";
import type { CallExpr, Context } from "../context.ts";
import { aggregateInto, cellOf, noteWrite } from "../maps.ts";
import { seriesTime, seriesType } from "./series.ts";
import { argument, checkArity, integerLiteral, valueArgument, type Arity } from "./arguments.ts";

const ARITY: Readonly<Record<string, Arity>> = {
  count: { min: 0, max: 0 },
  sum: { min: 1, max: 1 },
  min: { min: 1, max: 1 },
  max: { min: 1, max: 1 },
  avg: { min: 1, max: 1 },
  stats: { min: 1, max: 1 },
  hist: { min: 1, max: 2 },
  lhist: { min: 4, max: 4 },
  tseries: { min: 3, max: 4 },
};

const MAX_BITS = 5n;
const MAX_LHIST_BUCKETS = 1000n;

export const aggregateNames = (): string[] => Object.keys(ARITY);

export const isAggregate = (name: string): boolean => Object.hasOwn(ARITY, name);

function histType(cx: Context, call: CallExpr): MapValueType | null {
  const bits = call.args.length === 1 ? 0n : integerLiteral(cx, call, 1);
  if (bits === null) return null;
  if (bits >= 0n && bits <= MAX_BITS) return { kind: "hist", bits: Number(bits) };
  cx.report.error("invalidArgument", call.span, `hist: bits ${String(bits)} must be 0..5`);
  return null;
}

function lhistBound(cx: Context, call: CallExpr, index: number, name: string): bigint | null {
  const arg = argument(cx, call, index);
  if (arg?.kind === "int" && arg.value !== null && arg.value >= 0n) return arg.value;
  const wanted = name === "step" ? "" : " (must be non-negative literal)";
  cx.report.error("invalidArgument", call.span, `lhist: invalid ${name} value${wanted}`);
  return null;
}

function lhistProblem(min: bigint, max: bigint, step: bigint): string | null {
  if (step < 1n) return `lhist() step must be >= 1 (${String(step)} provided)`;
  if (min > max) return `lhist() min must be less than max (provided min ${String(min)} and max ${String(max)})`;
  if (max - min < step)
    return `lhist() step is too large for the given range (provided step ${String(step)} for range ${String(max - min)})`;
  const buckets = (max - min) / step;
  return buckets > MAX_LHIST_BUCKETS ? `lhist() too many buckets, must be <= 1000 (would need ${String(buckets)})` : null;
}

function lhistType(cx: Context, call: CallExpr): MapValueType | null {
  const min = lhistBound(cx, call, 1, "min");
  const max = lhistBound(cx, call, 2, "max");
  const step = lhistBound(cx, call, 3, "step");
  if (min === null || max === null || step === null) return null;
  const problem = lhistProblem(min, max, step);
  if (problem === null) return { kind: "lhist", min, max, step };
  cx.report.error("invalidArgument", call.span, problem);
  return null;
}

function valueType(cx: Context, call: CallExpr): MapValueType | null {
  switch (call.name.text) {
    case "count":
      return { kind: "count" };
    case "hist":
      return histType(cx, call);
    case "lhist":
      return lhistType(cx, call);
    case "tseries":
      return seriesType(cx, call);
    default:
      return { kind: call.name.text as "sum", signed: true };
  }
}

function integerOf(cx: Context, call: CallExpr): (HirExpr & { readonly type: IntType }) | null {
  const value = valueArgument(cx, call, 0);
  if (value === null) return null;
  const whole = withoutEnum(value);
  if (whole.type.kind === "int") return { ...whole, type: whole.type };
  const message = `${call.name.text}() only supports integer arguments (${typeName(value.type)} provided)`;
  cx.report.error("invalidArgument", call.span, message);
  return null;
}

/** `target = call`. Bucket numbers are computed from signed values, so hist and lhist take int64; the others the map's sign. */
export function aggregateStatement(cx: Context, target: Expr, call: CallExpr): HirStmt[] {
  const value = checkArity(cx, call, ARITY[call.name.text]!) ? valueType(cx, call) : null;
  const arg = value === null || value.kind === "count" ? null : integerOf(cx, call);
  const cell = cellOf(cx, target);
  noteWrite(cx, target);
  if (cell === null) return [];
  if (value === null || (value.kind !== "count" && arg === null)) return [];
  if (!aggregateInto(cx, cell.map, value, arg?.type ?? null, call.span)) return [];
  const type = value.kind === "hist" || value.kind === "lhist" || cell.map.argument?.signed ? int64 : uint64;
  return [
    {
      kind: "aggregate",
      span: call.span,
      map: cell.map.index,
      key: cell.key,
      arg: arg === null ? null : coerceArgument(cx, arg, type, value),
      ...(value.kind === "tseries" ? { time: seriesTime(cx, call.span) } : {}),
    },
  ];
}

/** A uint64 counts as signed in a histogram by rule, so nothing is said about it. */
const coerceArgument = (cx: Context, arg: HirExpr, type: IntType, value: MapValueType): HirExpr =>
  value.kind === "hist" || value.kind === "lhist" ? convert(cx, arg, type) : coerce(cx, arg, type);
