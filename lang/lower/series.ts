/** tseries(): one cell for each of the last intervals, in a ring (row 6.08). */
import type { HirMap, HirStmt } from "../hir/hir.ts";
import type { Address, Operand } from "../ir/ir.ts";
import type { SeriesType } from "../types/type.ts";
import { divideBy, remainderBy } from "./buckets.ts";
import { bucketKey } from "./keys.ts";
import { lookUp, whenFound } from "./lookups.ts";
import { zero, type Lowering } from "./lowering.ts";
import { cellBytes } from "./map-layout.ts";
import { update } from "./maps.ts";
import { imm, shift } from "./operand.ts";

const VALUE = 8;
const COUNT = 16;

/** The interval's first value. */
function begin(l: Lowering, cell: Address, epoch: Operand, arg: Operand): void {
  l.b.store(cell, 8, epoch);
  l.b.store(shift(cell, VALUE), 8, arg);
  l.b.store(shift(cell, COUNT), 8, imm(1));
}

/** Another value of the same interval. */
function add(l: Lowering, type: SeriesType, cell: Address, arg: Operand): void {
  const { b } = l;
  const value = shift(cell, VALUE);
  switch (type.aggregate) {
    case "last":
      return b.store(value, 8, arg);
    case "avg":
      b.emit({ op: "addTo", to: value, src: arg });
      return b.emit({ op: "addTo", to: shift(cell, COUNT), src: imm(1) });
    case "sum":
      return b.emit({ op: "addTo", to: value, src: arg });
    case "min":
    case "max": {
      const [replace, done] = [b.block(), b.block()];
      const beyond = type.aggregate === "min" ? (type.signed ? "slt" : "ult") : type.signed ? "sgt" : "ugt";
      b.branch(beyond, arg, b.load(value, 8, false), replace, done);
      b.enter(replace);
      b.store(value, 8, arg);
      b.jump(done);
      b.enter(done);
    }
  }
}

/** A cell of an earlier round of the ring, or one that zero() has emptied, begins anew; a value from before it comes too late. */
function addToCell(l: Lowering, type: SeriesType, cell: Address, epoch: Operand, arg: Operand): void {
  const { b } = l;
  const [filled, same, other, fresh, done] = [b.block(), b.block(), b.block(), b.block(), b.block()];
  b.branch("ne", b.load(shift(cell, COUNT), 8, false), zero, filled, fresh);
  b.enter(filled);
  const stored = b.load(cell, 8, false);
  b.branch("eq", stored, epoch, same, other);
  b.enter(same);
  add(l, type, cell, arg);
  b.jump(done);
  b.enter(other);
  b.branch("ult", stored, epoch, fresh, done);
  b.enter(fresh);
  begin(l, cell, epoch, arg);
  b.jump(done);
  b.enter(done);
}

export function addToSeries(l: Lowering, stmt: Extract<HirStmt, { kind: "aggregate" }>, map: HirMap, type: SeriesType): void {
  const { b, rules } = l;
  if (stmt.arg === null || stmt.time === undefined) throw new Error("a time series without a value or a time");
  const { key, bucket, bucketBytes } = bucketKey(l, map, stmt.key);
  const arg = rules.value(l, stmt.arg);
  const epoch = divideBy(l, rules.value(l, stmt.time), type.intervalNs);
  b.store(bucket, bucketBytes, remainderBy(l, epoch, BigInt(type.count)));
  whenFound(
    l,
    lookUp(l, stmt.map, key),
    (cell) => addToCell(l, type, cell, epoch, arg),
    () => {
      const cell = b.scratch("cell", cellBytes(type));
      begin(l, cell, epoch, arg);
      update(l, stmt.map, key, cell, stmt, stmt.span);
    },
  );
}
