/** tseries(n, interval, count[, agg]) (rows 6.08, 7.26, 7.36). */
import type { Span } from "../../../diagnostics/diagnostic.ts";
import type { HirExpr } from "../../../hir/hir.ts";
import { uint64, type MapValueType, type SeriesType } from "../../../types/type.ts";
import { bytesToText } from "../../byte-text.ts";
import { allowUnstable } from "../../unstable.ts";
import { convert } from "../convert.ts";
import type { CallExpr, Context } from "../context.ts";
import { mapNamed, readCell } from "../maps.ts";
import { argument, stringLiteral } from "./arguments.ts";

const MAX_INTERVALS = 1_000_000n;
const AGGREGATES = ["avg", "max", "min", "sum"] as const;

/** A positive literal; null with a diagnostic. */
function bound(cx: Context, call: CallExpr, index: number, name: string): bigint | null {
  const arg = argument(cx, call, index);
  if (arg === null) return null;
  const value = arg.kind === "int" ? arg.value : null;
  if (value !== null && value >= 1n) return value;
  const message =
    value === null
      ? `tseries: invalid ${name} value (must be non-negative literal)`
      : `tseries() ${name} must be >= 1 (${String(value)} provided)`;
  cx.report.error("invalidArgument", call.span, message);
  return null;
}

function aggregateName(cx: Context, call: CallExpr): SeriesType["aggregate"] | null {
  if (call.args.length < 4) return "last";
  const bytes = stringLiteral(cx, call, 3);
  if (bytes === null) return null;
  const name = bytesToText(bytes);
  const known = AGGREGATES.find((aggregate) => aggregate === name);
  if (known !== undefined) return known;
  const message = `tseries() expects one of the following aggregation functions: ${AGGREGATES.join(", ")} ("${name}" provided)`;
  cx.report.error("invalidArgument", call.span, message);
  return null;
}

export function seriesType(cx: Context, call: CallExpr): MapValueType | null {
  allowUnstable(cx.inference.config, cx.report, "unstable_tseries", "tseries", call.span);
  const intervalNs = bound(cx, call, 1, "interval_ns");
  const count = bound(cx, call, 2, "num_intervals");
  const aggregate = aggregateName(cx, call);
  if (intervalNs === null || count === null || aggregate === null) return null;
  if (count <= MAX_INTERVALS) return { kind: "tseries", signed: true, intervalNs, count: Number(count), aggregate };
  const message = `tseries() num_intervals must be < ${String(MAX_INTERVALS)} (${String(count)} provided)`;
  cx.report.error("invalidArgument", call.span, message);
  return null;
}

/** The clock of the intervals: TAI, or the map that BPFTRACE_DUMMY_TS_MAP names. */
export function seriesTime(cx: Context, span: Span): HirExpr {
  const { clockMap } = cx.inference.config;
  const clock: HirExpr = { kind: "builtin", span, name: "nsecs_tai", type: uint64 };
  if (clockMap === null) return clock;
  mapNamed(cx.inference, clockMap, span);
  const time = readCell(cx, { kind: "map", name: clockMap, span });
  return time?.type.kind === "int" ? convert(cx, time, uint64) : clock;
}
