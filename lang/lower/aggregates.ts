/** count(), sum() … hist(), lhist(): each CPU has its own cells, so an update never waits for another. */
import type { HirExpr, HirMap, HirMapId, HirStmt } from "../hir/hir.ts";
import type { Address, Cond, Operand } from "../ir/ir.ts";
import type { MapValueType } from "../types/type.ts";
import { bucketOf, type Histogram } from "./buckets.ts";
import { hirMap, zero, type Lowering } from "./lowering.ts";
import { cellBytes, isArray, isHistogram } from "./map-layout.ts";
import { bucketKey, keyOf } from "./keys.ts";
import { findElement, lookUp, whenFound, type Element } from "./lookups.ts";
import { onEachCpu, update } from "./maps.ts";
import { imm, reg, shift } from "./operand.ts";
import { addToSeries } from "./series.ts";
import { hasEffects } from "../hir/walk.ts";

type Wide = Extract<MapValueType, { kind: "sum" | "min" | "max" | "avg" | "stats" }>;
type AggregateRead = Extract<HirExpr, { kind: "aggregate_value" }>;
type Reg = Extract<Operand, { kind: "reg" }>;
type Aggregate = Extract<HirStmt, { kind: "aggregate" }>;

const one = imm(1);

/** The comparison by which a new value replaces the old one. */
function beyond({ kind, signed }: Wide): Cond {
  if (kind === "min") return signed ? "slt" : "ult";
  return signed ? "sgt" : "ugt";
}

/** min and max: replaces the cell's value if it is unset or the new one is beyond it. */
function takeExtreme(l: Lowering, cell: Address, arg: Operand, value: Wide): void {
  const { b } = l;
  const [compare, replace, done] = [b.block(), b.block(), b.block()];
  b.branch("ne", b.load(shift(cell, 8), 8, false), zero, compare, replace);
  b.enter(compare);
  b.branch(beyond(value), arg, b.load(cell, 8, false), replace, done);
  b.enter(replace);
  b.store(cell, 8, arg);
  b.store(shift(cell, 8), 8, one);
  b.jump(done);
  b.enter(done);
}

/** Adds one sample to an existing cell. */
function modify(l: Lowering, value: MapValueType, cell: Address, arg: Operand): void {
  const { b } = l;
  const add = (to: Address, src: Operand): void => b.emit({ op: "addTo", to, src });
  switch (value.kind) {
    case "plain":
    case "tseries":
      throw new Error(`${value.kind} map used as an aggregate`);
    case "count":
    case "hist":
    case "lhist":
      return add(cell, one);
    case "sum":
      add(cell, arg);
      return b.store(shift(cell, 8), 8, one);
    case "avg":
    case "stats":
      add(cell, arg);
      return add(shift(cell, 8), one);
    case "min":
    case "max":
      return takeExtreme(l, cell, arg, value);
  }
}

/** A cell with one sample: its value (or total) and, in the wide cells, 1 for "set" or the count. */
function firstCell(l: Lowering, value: MapValueType, arg: Operand): Address {
  const size = cellBytes(value);
  const cell = l.b.scratch("cell", size);
  l.b.store(cell, 8, size === 8 ? one : arg);
  if (size === 16) l.b.store(shift(cell, 8), 8, one);
  return cell;
}

export function addSample(l: Lowering, stmt: Aggregate): void {
  const map = hirMap(l, stmt.map);
  const { value } = map;
  if (value.kind === "tseries") return addToSeries(l, stmt, map, value);
  const { element, arg } = isHistogram(value) ? histogramSample(l, map, value, stmt) : plainSample(l, stmt);
  whenFound(
    l,
    element.pointer,
    (cell) => modify(l, value, cell, arg),
    () => {
      if (!isArray(map)) update(l, stmt.map, element.key(), firstCell(l, value, arg), stmt, stmt.span);
    },
  );
}

interface Sample {
  readonly element: Element;
  readonly arg: Operand;
}

const argOf = (l: Lowering, stmt: Aggregate): Operand => (stmt.arg === null ? zero : l.rules.value(l, stmt.arg));

function plainSample(l: Lowering, stmt: Aggregate): Sample {
  if (stmt.key !== null && hasEffects(stmt.key)) {
    const element = findElement(l, stmt.map, stmt.key);
    return { element, arg: argOf(l, stmt) };
  }
  const arg = argOf(l, stmt);
  return { element: findElement(l, stmt.map, stmt.key), arg };
}

function histogramSample(l: Lowering, map: HirMap, value: Histogram, stmt: Aggregate): Sample {
  const { key, bucket, bucketBytes } = bucketKey(l, map, stmt.key);
  const arg = argOf(l, stmt);
  l.b.store(bucket, bucketBytes, bucketOf(l, arg, value));
  return { element: { pointer: lookUp(l, stmt.map, key), key: () => key }, arg };
}

const accumulator = (l: Lowering): Reg => {
  const dst = l.b.vreg();
  l.b.emit({ op: "mov", dst, src: zero });
  return { kind: "reg", reg: dst };
};

const accumulate = (l: Lowering, to: Reg, src: Operand): void => l.b.emit({ op: "bin", fn: "add", dst: to.reg, a: to, b: src });

/** Sum over CPUs of one or more words of the cell. */
function sumWords(l: Lowering, map: HirMapId, key: Address, offsets: readonly number[]): Operand[] {
  const totals = offsets.map(() => accumulator(l));
  onEachCpu(l, map, key, (cell) => {
    offsets.forEach((off, i) => accumulate(l, totals[i]!, l.b.load(shift(cell, off), 8, false)));
  });
  return totals;
}

/** Extreme over the CPUs that have one; zero if none has. */
function mergeExtreme(l: Lowering, map: HirMapId, key: Address, value: Wide): Operand {
  const { b } = l;
  const result = accumulator(l);
  const isSet = accumulator(l);
  onEachCpu(l, map, key, (cell) => {
    const [valid, compare, replace, skip] = [b.block(), b.block(), b.block(), b.block()];
    b.branch("ne", b.load(shift(cell, 8), 8, false), zero, valid, skip);
    b.enter(valid);
    const found = b.load(cell, 8, false);
    b.branch("ne", isSet, zero, compare, replace);
    b.enter(compare);
    b.branch(beyond(value), found, result, replace, skip);
    b.enter(replace);
    b.emit({ op: "mov", dst: result.reg, src: found });
    b.emit({ op: "mov", dst: isSet.reg, src: one });
    b.jump(skip);
    b.enter(skip);
  });
  return result;
}

/** total / count, truncated toward zero: the machine divides unsigned, so magnitudes are divided and the sign put back (row 3.46). */
function average(l: Lowering, total: Operand, count: Operand, signed: boolean): Operand {
  const { b } = l;
  // x / 0 is 0 on the machine, which is the average of nothing.
  if (!signed) return b.bin("udiv", total, count);
  const result = b.vreg();
  const [positive, negative, done] = [b.block(), b.block(), b.block()];
  b.branch("sge", total, zero, positive, negative);
  b.enter(positive);
  b.setTo(result, b.bin("udiv", total, count));
  b.jump(done);
  b.enter(negative);
  b.setTo(result, b.bin("sub", zero, b.bin("udiv", b.bin("sub", zero, total), count)));
  b.jump(done);
  b.enter(done);
  return reg(result);
}

/** The aggregate over all CPUs as a number, at `key`. */
export function mergedAt(l: Lowering, map: HirMapId, key: Address): Operand {
  const { value } = hirMap(l, map);
  switch (value.kind) {
    case "count":
    case "sum":
      return sumWords(l, map, key, [0])[0]!;
    case "min":
    case "max":
      return mergeExtreme(l, map, key, value);
    case "avg":
    case "stats": {
      const [total, count] = sumWords(l, map, key, [0, 8]) as [Operand, Operand];
      return average(l, total, count, value.signed);
    }
    case "plain":
    case "hist":
    case "lhist":
    case "tseries":
      throw new Error(`a ${value.kind} map has no merged number`);
  }
}

export const aggregateValue = (l: Lowering, expr: AggregateRead): Operand =>
  l.b.scratchScope(() => mergedAt(l, expr.map, keyOf(l, hirMap(l, expr.map), expr.key)));

/** stats: the record { count, average, total }. */
export function statsInto(l: Lowering, expr: AggregateRead, to: Address): void {
  const map = hirMap(l, expr.map);
  if (map.value.kind !== "stats") throw new Error(`${map.name} holds no stats`);
  const [total, count] = sumWords(l, expr.map, keyOf(l, map, expr.key), [0, 8]) as [Operand, Operand];
  l.b.store(to, 8, count);
  l.b.store(shift(to, 8), 8, average(l, total, count, map.value.signed));
  l.b.store(shift(to, 16), 8, total);
}
