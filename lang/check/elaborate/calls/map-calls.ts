/** Functions on maps that give a value: has_key, delete, len (rows 5.15, 5.16, 5.18). */
import type { Expr } from "../../../ast/ast.ts";
import type { HirExpr, HirStmt } from "../../../hir/hir.ts";
import { bool, int64, uint64 } from "../../../types/type.ts";
import { convert, intConstant } from "../convert.ts";
import type { CallExpr, Context, MapState } from "../context.ts";
import { cellOf, isCell, mapNamed, requireKeyed, useKey } from "../maps.ts";
import { countTo, temporary } from "../temporaries.ts";
import { argument, valueArgument } from "./arguments.ts";

function mapArgument(cx: Context, call: CallExpr, arg: Expr | null, expected: string): MapState | null {
  if (arg === null) return null;
  if (arg.kind === "map") return mapNamed(cx.inference, arg.name, arg.span);
  cx.report.error("invalidArgument", arg.span, `${call.name.text}() expects ${expected}`);
  return null;
}

type Bucket = { readonly bucket?: HirExpr };

/** A key of a time series has an element for each interval, so whatever is asked of it is asked of all; true if one answers so. */
function inBuckets(cx: Context, map: MapState, key: HirExpr | null, build: (key: HirExpr | null, bucket: Bucket) => HirExpr): HirExpr {
  const whole = build(key, {});
  if (map.value?.kind !== "tseries") return whole;
  const { span } = whole;
  const kept = key === null ? null : temporary(cx, "key", key.type, span);
  const any = temporary(cx, "any", bool, span);
  const set = (value: 0n | 1n): HirStmt => any.set(intConstant(span, value, bool));
  const body: HirStmt[] = [
    ...(kept === null || key === null ? [] : [kept.set(key)]),
    set(0n),
    countTo(cx, span, map.value.count, (index) => [
      { kind: "if", span, cond: build(kept?.read ?? null, { bucket: convert(cx, index, uint64) }), then: [set(1n)], else: [] },
    ]),
  ];
  return { kind: "block", span, body, value: any.read, type: bool };
}

export function hasKeyCall(cx: Context, call: CallExpr): HirExpr | null {
  const map = mapArgument(cx, call, argument(cx, call, 0), "a map argument");
  const plain = valueArgument(cx, call, 1);
  if (map === null || !requireKeyed(cx, map, "has_key", call.span)) return null;
  const key = useKey(cx, map, plain, "argument", call.span);
  if (key === null) return null;
  return inBuckets(cx, map, key, (part, bucket) => ({
    kind: "has_key",
    span: call.span,
    map: map.index,
    key: part!,
    type: bool,
    ...bucket,
  }));
}

export function lenCall(cx: Context, call: CallExpr): HirExpr | null {
  const arg = argument(cx, call, 0);
  if (arg !== null && arg.kind !== "map") {
    const stack = cx.expr(arg);
    if (stack === null) return null;
    if (stack.type.kind === "stack") return { kind: "stack_len", span: call.span, stack, type: int64 };
  }
  const map = mapArgument(cx, call, arg, "a map or stack to be provided");
  if (map === null || !requireKeyed(cx, map, "len", call.span)) return null;
  return { kind: "map_len", span: call.span, map: map.index, type: int64 };
}

const deleteCell = (cx: Context, call: CallExpr, map: MapState, key: HirExpr | null): HirExpr =>
  inBuckets(cx, map, key, (part, bucket) => ({ kind: "delete", span: call.span, map: map.index, key: part, type: bool, ...bucket }));

/** delete(@m, key), delete(@scalar), and the old delete(@m[key]). */
export function deleteCall(cx: Context, call: CallExpr): HirExpr | null {
  const arg = argument(cx, call, 0);
  if (arg === null) return null;
  if (call.args.length === 1 && isCell(arg)) {
    const cell = cellOf(cx, arg);
    return cell === null ? null : deleteCell(cx, call, cell.map, cell.key);
  }
  const map = mapArgument(cx, call, arg, "a map argument");
  if (map === null || call.args.length === 1) return null;
  const plain = valueArgument(cx, call, 1);
  if (!requireKeyed(cx, map, "delete", call.span)) return null;
  const key = useKey(cx, map, plain, "argument", call.span);
  return key === null ? null : deleteCell(cx, call, map, key);
}
