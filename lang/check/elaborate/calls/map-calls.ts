/** Functions on maps that give a value: has_key, delete, len (rows 5.15, 5.16, 5.18). */
import type { Expr } from "../../../ast/ast.ts";
import type { HirExpr } from "../../../hir/hir.ts";
import { bool, int64 } from "../../../types/type.ts";
import type { CallExpr, Context, MapState } from "../context.ts";
import { cellOf, isCell, mapNamed, requireKeyed, useKey } from "../maps.ts";
import { argument, valueArgument } from "./arguments.ts";

function mapArgument(cx: Context, call: CallExpr, arg: Expr | null, expected: string): MapState | null {
  if (arg === null) return null;
  if (arg.kind === "map") return mapNamed(cx.inference, arg.name, arg.span);
  cx.report.error("invalidArgument", arg.span, `${call.name.text}() expects ${expected}`);
  return null;
}

export function hasKeyCall(cx: Context, call: CallExpr): HirExpr | null {
  const map = mapArgument(cx, call, argument(cx, call, 0), "a map argument");
  const plain = valueArgument(cx, call, 1);
  if (map === null || !requireKeyed(cx, map, "has_key", call.span)) return null;
  const key = useKey(cx, map, plain, "argument", call.span);
  return key === null ? null : { kind: "has_key", span: call.span, map: map.index, key, type: bool };
}

export function lenCall(cx: Context, call: CallExpr): HirExpr | null {
  const arg = argument(cx, call, 0);
  const map = mapArgument(cx, call, arg, "a map or stack to be provided");
  if (map === null || !requireKeyed(cx, map, "len", call.span)) return null;
  return { kind: "map_len", span: call.span, map: map.index, type: int64 };
}

/** delete(@m, key), delete(@scalar), and the old delete(@m[key]). */
export function deleteCall(cx: Context, call: CallExpr): HirExpr | null {
  const arg = argument(cx, call, 0);
  if (arg === null) return null;
  if (call.args.length === 1 && isCell(arg)) {
    const cell = cellOf(cx, arg);
    return cell === null ? null : { kind: "delete", span: call.span, map: cell.map.index, key: cell.key, type: bool };
  }
  const map = mapArgument(cx, call, arg, "a map argument");
  if (map === null || call.args.length === 1) return null;
  const plain = valueArgument(cx, call, 1);
  if (!requireKeyed(cx, map, "delete", call.span)) return null;
  const key = useKey(cx, map, plain, "argument", call.span);
  return key === null ? null : { kind: "delete", span: call.span, map: map.index, key, type: bool };
}
