/** Maps: what each is keyed by and holds, and how an expression names a cell (rows 2.56, 3.43–3.49). */
import type { Expr } from "../../ast/ast.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { HirExpr, HirMapId } from "../../hir/hir.ts";
import { mapValueName } from "../../types/names.ts";
import { identical, promote, promoteIntegers } from "../../types/promote.ts";
import { int64, typeName, uint64, type IntType, type MapValueType, type Type } from "../../types/type.ts";
import { coerce } from "./convert.ts";
import type { Context, Inference, MapState } from "./context.ts";

export function mapNamed(inference: Inference, name: string, span: Span): MapState {
  const known = inference.maps.get(name);
  if (known !== undefined) return known;
  const map: MapState = {
    name,
    index: inference.maps.size as HirMapId,
    span,
    keyed: null,
    key: null,
    value: null,
    argument: null,
    written: false,
  };
  inference.maps.set(name, map);
  return map;
}

/** A cell of a map; `key` null for a scalar map. */
export interface Cell {
  readonly map: MapState;
  readonly key: HirExpr | null;
}

const SCALAR_USE = "used as a map without an explicit key (scalar map), previously used with an explicit key (non-scalar map)";
const KEYED_USE = "used as a map with an explicit key (non-scalar map), previously used without an explicit key (scalar map)";

/** Records that the map is used with or without a key; false (and a diagnostic) if it was used the other way before. */
export function useAs(cx: Context, map: MapState, keyed: boolean, span: Span): boolean {
  map.keyed ??= keyed;
  if (map.keyed === keyed) return true;
  cx.report.error("scalarMap", span, `${map.name} ${keyed ? KEYED_USE : SCALAR_USE}`);
  return false;
}

/** For functions on whole keyed maps: len, has_key, delete with a key. */
export function requireKeyed(cx: Context, map: MapState, func: string, span: Span): boolean {
  map.keyed ??= true;
  if (map.keyed) return true;
  cx.report.error("scalarMap", span, `call to ${func}() expects a map with explicit keys (non-scalar map)`);
  return false;
}

export type KeyUse = "access" | "argument";

/** The key as the map stores it; null if it is not known yet or does not fit. */
export function useKey(cx: Context, map: MapState, key: HirExpr | null, use: KeyUse, span: Span): HirExpr | null {
  if (key === null) return null;
  if (key.type.kind === "none" || key.type.kind === "void") {
    cx.report.error("invalidKey", key.span, `Invalid map key type: ${typeName(key.type)}`);
    return null;
  }
  const common = map.key === null ? key.type : promote(map.key, key.type);
  if (common === null) {
    const [found, expected] = [typeName(key.type), typeName(map.key!)];
    const message =
      use === "access"
        ? `Type mismatch for ${map.name}: trying to assign key of type '${found}' when map already has a key type '${expected}'`
        : `Argument mismatch for ${map.name}: trying to access with arguments: '${found}' when map expects arguments: '${expected}'`;
    cx.report.error("invalidKey", span, message);
    return null;
  }
  if (map.key === null || !identical(map.key, common)) {
    map.key = common;
    cx.inference.changed = true;
  }
  return coerce(cx, key, common);
}

/** `@m[a, b]` has the tuple (a, b) as its key. */
function keyOf(cx: Context, indices: readonly Expr[], span: Span): HirExpr | null {
  const keys = indices.map((index) => cx.expr(index));
  if (keys.length === 1) return keys[0]!;
  const elems = keys.filter((key) => key !== null);
  if (elems.length < keys.length) return null;
  return { kind: "tuple", span, elems, type: { kind: "tuple", elems: elems.map((elem) => elem.type) } };
}

export const isCell = (expr: Expr): boolean => expr.kind === "map" || (expr.kind === "index" && expr.operand.kind === "map");

/** The cell that `@m` or `@m[…]` names; null with a diagnostic, or while the key's type is unknown. Only for isCell(expr). */
export function cellOf(cx: Context, expr: Expr): Cell | null {
  if (expr.kind === "map") {
    const map = mapNamed(cx.inference, expr.name, expr.span);
    return useAs(cx, map, false, expr.span) ? { map, key: null } : null;
  }
  if (expr.kind !== "index" || expr.operand.kind !== "map") throw new Error(`not a map cell: ${expr.kind}`);
  const map = mapNamed(cx.inference, expr.operand.name, expr.operand.span);
  const plain = keyOf(cx, expr.indices, expr.span);
  if (!useAs(cx, map, true, expr.span)) return null;
  const key = useKey(cx, map, plain, "access", expr.span);
  return key === null ? null : { map, key };
}

/** The map of a cell expression, if it has been met. */
export function mapOf(cx: Context, cell: Expr): MapState | null {
  const map = cell.kind === "index" ? cell.operand : cell;
  return map.kind === "map" ? (cx.inference.maps.get(map.name) ?? null) : null;
}

/** Marks the cell's map as written, even while the key's type is unknown. */
export function noteWrite(cx: Context, cell: Expr): void {
  const map = mapOf(cx, cell);
  if (map !== null) map.written = true;
}

/** Aggregates that an expression may read as a number (rows 3.45, 3.46). */
export const isReadable = (value: MapValueType): boolean =>
  value.kind === "count" || value.kind === "sum" || value.kind === "min" || value.kind === "max" || value.kind === "avg";

/** Type of reading a cell; null for hist, lhist, stats and tseries. */
export function readType(value: MapValueType): Type | null {
  if (value.kind === "plain") return value.type;
  if (value.kind === "count") return uint64;
  if (!isReadable(value)) return null;
  return "signed" in value && value.signed ? int64 : uint64;
}

export function readCell(cx: Context, expr: Expr): HirExpr | null {
  const cell = cellOf(cx, expr);
  if (cell === null || cell.map.value === null) return null;
  const { value, index: map, name } = cell.map;
  const type = readType(value);
  const { span } = expr;
  if (type === null) {
    cx.report.error("aggregateMisuse", span, `Value of ${name} (${mapValueName(value)}) can not be read; only printed as a whole`);
    return null;
  }
  return { kind: value.kind === "plain" ? "map" : "aggregate_value", span, map, key: cell.key, type };
}

function mismatch(cx: Context, map: MapState, found: string, span: Span): void {
  cx.report.error(
    "typeMismatch",
    span,
    `Type mismatch for ${map.name}: trying to assign value of type '${found}' when map already has a type '${mapValueName(map.value!)}'`,
  );
}

/** Takes a plain value's type into account; false (and a diagnostic) if the map holds something else. */
export function widenValue(cx: Context, map: MapState, type: Type, span: Span): boolean {
  map.written = true;
  const before = map.value;
  const common = before === null ? type : before.kind === "plain" ? promote(before.type, type) : null;
  if (common === null) {
    mismatch(cx, map, typeName(type), span);
    return false;
  }
  if (before?.kind !== "plain" || !identical(before.type, common)) {
    map.value = { kind: "plain", type: common };
    cx.inference.changed = true;
  }
  return true;
}

const sameShape = (a: MapValueType, b: MapValueType): boolean => {
  if (a.kind === "hist" && b.kind === "hist") return a.bits === b.bits;
  if (a.kind === "tseries" && b.kind === "tseries")
    return a.intervalNs === b.intervalNs && a.count === b.count && a.aggregate === b.aggregate;
  if (a.kind === "lhist" && b.kind === "lhist") return a.min === b.min && a.max === b.max && a.step === b.step;
  return true;
};

const SHAPE_MESSAGE: Readonly<Record<string, string>> = {
  hist: "Different bits in a single hist unsupported",
  lhist: "Different lhist bounds in a single map unsupported",
  tseries: "Different tseries bounds in a single map unsupported",
};

/** Makes the map hold the aggregate; false (and a diagnostic) if it holds something else. `argument` null for count. */
export function aggregateInto(cx: Context, map: MapState, value: MapValueType, argument: IntType | null, span: Span): boolean {
  map.written = true;
  if (map.value !== null && map.value.kind !== value.kind) {
    mismatch(cx, map, mapValueName(value), span);
    return false;
  }
  if (map.value !== null && !sameShape(map.value, value)) {
    cx.report.error("aggregateMisuse", span, SHAPE_MESSAGE[value.kind]!);
    return false;
  }
  const common = argument === null ? null : map.argument === null ? argument : promoteIntegers(map.argument, argument);
  const signed = common?.signed ?? false;
  const settled: MapValueType = "signed" in value ? { ...value, signed } : value;
  const changed = map.value === null || (common !== null && (map.argument === null || !identical(map.argument, common)));
  map.value = settled;
  map.argument = common;
  if (changed) cx.inference.changed = true;
  return true;
}
