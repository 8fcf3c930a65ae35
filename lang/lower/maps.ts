/** Keys, lookups and updates of script maps. */
import type { Span } from "../diagnostics/diagnostic.ts";
import type { HirExpr, HirMap, HirMapId, HirStmt } from "../hir/hir.ts";
import { RECORD_HEADER_BYTES, type Address, type Operand } from "../ir/ir.ts";
import { sizeOf, type Type } from "../types/type.ts";
import { bitsOf } from "./bits.ts";
import { bucketCount } from "./buckets.ts";
import { hirMap, irMapId, zero, type Lowering } from "./lowering.ts";
import { cellBytes, isArray, isHistogram } from "./map-layout.ts";
import { addrArg, imm, mapArg, pointee, reg } from "./operand.ts";
import { emitYield, warn } from "./records.ts";
import { bucketKey, inMemory, keyOf, type BucketKey } from "./keys.ts";
import { findElement, forgetLookups, knownElement, lookUp, whenFound } from "./lookups.ts";
import { isScalar, isSigned, scalarSize } from "./scalars.ts";
import { hasEffects } from "../hir/walk.ts";

export const MAP_FULL =
  "Map full; can't update element. Try increasing max_map_keys config or manually setting the max entries in a map declaration e.g. `let @a = hash(5000)`";
const NOT_FOUND = "Can't lookup map element because it does not exist.";
const NO_SUCH_ELEMENT = "Can't delete map element because it does not exist.";

/** The one element that a map without keys has room for. */
const isSingle = ({ key, value }: HirMap): boolean => key === null && value.kind === "plain";

/** Stores an element; when the map is full, warns at `node` (row 10.15). */
export function update(l: Lowering, map: HirMapId, key: Address, value: Address, node: object, span: Span): void {
  const { b } = l;
  forgetLookups(l, map);
  const args = [mapArg(irMapId(map)), addrArg(key), addrArg(value), zero];
  if (isSingle(hirMap(l, map))) return b.helperVoid("map_update_elem", args);
  const result = b.helper("map_update_elem", args);
  const [failed, done] = [b.coldBlock(), b.block()];
  b.branch("eq", result, zero, done, failed);
  b.enter(failed);
  warn(l, node, span, { message: MAP_FULL, helper: "map_update_elem", result });
  b.jump(done);
  b.enter(done);
}

export const loadScalar = (l: Lowering, from: Address, type: Type): Operand => l.b.load(from, scalarSize(type), isSigned(type));

/** A lookup whose key is needed no longer. */
const findForReading = (l: Lowering, map: HirMapId, key: HirExpr | null): Operand =>
  l.b.scratchScope(() => findElement(l, map, key).pointer);

type MapRead = Extract<HirExpr, { kind: "map" }>;

/** Cell of a plain map as a scalar, zero if absent (row 3.48). */
export function readScalar(l: Lowering, expr: MapRead): Operand {
  const { map, key, type } = expr;
  const pointer = findForReading(l, map, key);
  const value = l.b.vreg();
  whenFound(
    l,
    pointer,
    (cell) => l.b.setTo(value, loadScalar(l, cell, type)),
    () => {
      noteMissing(l, expr);
      l.b.emit({ op: "mov", dst: value, src: zero });
    },
  );
  return reg(value);
}

/** Cell of a plain map into memory. */
export function readInto(l: Lowering, expr: MapRead, to: Address): void {
  const { map, key, type } = expr;
  const sizeBytes = sizeOf(type);
  const pointer = findForReading(l, map, key);
  whenFound(
    l,
    pointer,
    (cell) => l.b.emit({ op: "copy", to, from: cell, sizeBytes }),
    () => {
      noteMissing(l, expr);
      l.b.emit({ op: "zero", to, sizeBytes });
    },
  );
}

/** With -k a read that finds nothing is a warning (row 3.48). */
function noteMissing(l: Lowering, expr: MapRead): void {
  if (l.program.options.keepWarnings) warn(l, expr, expr.span, { message: NOT_FOUND, helper: "map_lookup_elem", result: zero });
}

/** `@m[k] = value`: the value is evaluated first. */
export function setElement(l: Lowering, stmt: Extract<HirStmt, { kind: "set_map" }>): void {
  const { map, value } = stmt;
  if (isScalar(value.type) && (stmt.key === null || !hasEffects(stmt.key))) return setScalar(l, stmt);
  const from = inMemory(l, value, "value");
  update(l, map, keyOf(l, hirMap(l, map), stmt.key), from, stmt, stmt.span);
}

/** The value may have been computed from the element, as in `@m[k] += 1`: then it is stored where it was found. */
function setScalar(l: Lowering, stmt: Extract<HirStmt, { kind: "set_map" }>): void {
  const { map } = stmt;
  const size = scalarSize(stmt.value.type);
  const value = bitsOf(l, stmt.value);
  const insert = (key: () => Address): void => {
    const slot = l.b.scratch("value", 8);
    l.b.store(slot, size, value);
    update(l, map, key(), slot, stmt, stmt.span);
  };
  const known = knownElement(l, map, stmt.key);
  if (known === null) return insert(() => keyOf(l, hirMap(l, map), stmt.key));
  whenFound(
    l,
    known.pointer,
    (cell) => l.b.store(cell, size, value),
    () => insert(known.key),
  );
}

/** `@m[k]++` and `--`; the value before, and after. Absent counts as zero (row 6.59). */
export function incrementElement(
  l: Lowering,
  expr: Extract<HirExpr, { kind: "increment_map" }>,
  wanted: "before" | "after" | "none",
): Operand {
  const { b } = l;
  const { map, delta } = expr;
  const type = elementType(hirMap(l, map));
  const size = scalarSize(type);
  const { pointer, key } = findElement(l, map, expr.key);
  const result = b.vreg();
  whenFound(
    l,
    pointer,
    (cell) => {
      if (wanted === "none" && size === 8) return b.emit({ op: "addTo", to: cell, src: imm(delta) });
      const before = loadScalar(l, cell, type);
      const after = b.bin("add", before, imm(delta));
      b.store(cell, size, after);
      if (wanted !== "none") b.emit({ op: "mov", dst: result, src: wanted === "before" ? before : after });
    },
    () => {
      const fresh = b.scratch("value", 8);
      b.store(fresh, 8, imm(delta));
      update(l, map, key(), fresh, expr, expr.span);
      if (wanted !== "none") b.emit({ op: "mov", dst: result, src: wanted === "before" ? zero : imm(delta) });
    },
  );
  return wanted === "none" ? zero : reg(result);
}

function elementType(map: HirMap): Type {
  if (map.value.kind !== "plain") throw new Error(`${map.name} is an aggregate, not a plain map`);
  return map.value.type;
}

/** Repeats `body` for every bucket of a keyed histogram, its number already in the key. */
function forEachBucket(l: Lowering, map: HirMap, at: BucketKey, body: () => void): void {
  if (!isHistogram(map.value)) throw new Error(`${map.name} has no buckets`);
  const { b } = l;
  const bucket = b.vreg();
  b.emit({ op: "mov", dst: bucket, src: zero });
  const [head, done] = [b.block(), b.block()];
  b.jump(head);
  b.enter(head);
  b.store(at.bucket, at.bucketBytes, reg(bucket));
  body();
  b.emit({ op: "bin", fn: "add", dst: bucket, a: reg(bucket), b: imm(1) });
  b.branch("ult", reg(bucket), imm(bucketCount(map.value)), head, done);
  b.enter(done);
}

/** 1 if `body` answered non-zero for some bucket. */
function anyBucket(l: Lowering, map: HirMap, key: HirExpr | null, body: (key: Address) => Operand): Operand {
  const { b } = l;
  const at = bucketKey(l, map, key);
  const any = b.vreg();
  b.emit({ op: "mov", dst: any, src: zero });
  forEachBucket(l, map, at, () => {
    const answer = body(at.key);
    b.emit({ op: "bin", fn: "or", dst: any, a: reg(any), b: answer });
  });
  return reg(any);
}

const setcc = (l: Lowering, cond: "eq" | "ne", a: Operand): Operand => {
  const dst = l.b.vreg();
  l.b.emit({ op: "setcc", dst, cond, a, b: zero });
  return reg(dst);
};

type HasKey = Extract<HirExpr, { kind: "has_key" }>;

/** What a key leads to, 0 if nothing; null for a histogram, whose keys lead to many elements. */
export function pointerOf(l: Lowering, expr: HasKey): Operand | null {
  const map = hirMap(l, expr.map);
  if (expr.bucket !== undefined) {
    const { bucket } = expr;
    return l.b.scratchScope(() => lookUp(l, expr.map, bucketAt(l, map, expr.key, bucket)));
  }
  return isHistogram(map.value) ? null : findForReading(l, expr.map, expr.key);
}

/** Key of one bucket. */
function bucketAt(l: Lowering, map: HirMap, key: HirExpr | null, number: HirExpr): Address {
  const at = bucketKey(l, map, key);
  l.b.store(at.bucket, at.bucketBytes, l.rules.value(l, number));
  return at.key;
}

export function hasKey(l: Lowering, expr: HasKey): Operand {
  const map = hirMap(l, expr.map);
  const pointer = pointerOf(l, expr);
  if (pointer !== null) return setcc(l, "ne", pointer);
  return anyBucket(l, map, expr.key, (key) => setcc(l, "ne", lookUp(l, expr.map, key)));
}

/** delete(): 1 if the key was there. A discarded failure warns (row 5.15). */
export function deleteElement(l: Lowering, expr: Extract<HirExpr, { kind: "delete" }>, use: "value" | "discard"): Operand {
  const { b } = l;
  const map = hirMap(l, expr.map);
  forgetLookups(l, expr.map);
  const remove = (key: Address): Operand => b.helper("map_delete_elem", [mapArg(irMapId(expr.map)), addrArg(key)]);
  if (expr.bucket !== undefined) return setcc(l, "eq", remove(bucketAt(l, map, expr.key, expr.bucket)));
  if (isHistogram(map.value) && map.key !== null) return anyBucket(l, map, expr.key, (key) => setcc(l, "eq", remove(key)));
  if (isArray(map)) return clearCells(l, expr);
  const result = remove(keyOf(l, map, expr.key));
  if (use === "value") return setcc(l, "eq", result);
  const [failed, done] = [b.coldBlock(), b.block()];
  b.branch("eq", result, zero, done, failed);
  b.enter(failed);
  warn(l, expr, expr.span, { message: NO_SUCH_ELEMENT, helper: "map_delete_elem", result });
  b.jump(done);
  b.enter(done);
  return zero;
}

/**
 * A scalar aggregate is an array, from which nothing can be deleted: its cell becomes zero on all CPUs. The thousands of cells of a
 * histogram are left to user space, which clears them before the next event.
 */
function clearCells(l: Lowering, expr: Extract<HirExpr, { kind: "delete" }>): Operand {
  const map = hirMap(l, expr.map);
  if (isHistogram(map.value))
    emitYield(l, { node: expr, span: expr.span, action: { kind: "clear", map: irMapId(expr.map), sizeBytes: RECORD_HEADER_BYTES } });
  else onEachCpu(l, expr.map, keyOf(l, map, null), (cell) => l.b.emit({ op: "zero", to: cell, sizeBytes: cellBytes(map.value) }));
  return imm(1);
}

/** Runs `body` on the cell of every CPU that has one. */
export function onEachCpu(l: Lowering, map: HirMapId, key: Address, body: (cell: Address) => void): void {
  const { b } = l;
  const cpu = b.vreg();
  b.emit({ op: "mov", dst: cpu, src: zero });
  const [head, found, next, done] = [b.block(), b.block(), b.block(), b.block()];
  b.jump(head);
  b.enter(head);
  const pointer = b.helper("map_lookup_percpu_elem", [mapArg(irMapId(map)), addrArg(key), reg(cpu)]);
  b.branch("ne", pointer, zero, found, next);
  b.enter(found);
  body(pointee(pointer));
  b.jump(next);
  b.enter(next);
  b.emit({ op: "bin", fn: "add", dst: cpu, a: reg(cpu), b: imm(1) });
  b.branch("ult", reg(cpu), imm(l.program.options.ncpus), head, done);
  b.enter(done);
}
