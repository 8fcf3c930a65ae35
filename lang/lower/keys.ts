/** Keys of script maps, in memory. */
import type { HirExpr, HirMap } from "../hir/hir.ts";
import type { Address } from "../ir/ir.ts";
import { sizeOf } from "../types/type.ts";
import { bitsOf, zeroExtended } from "./bits.ts";
import { zero, type Lowering } from "./lowering.ts";
import { bucketOffset, isArray, mapKeyBytes } from "./map-layout.ts";
import { shift } from "./operand.ts";
import { isScalar, scalarSize } from "./scalars.ts";

/** A value in memory, as the helpers want it. */
export function inMemory(l: Lowering, expr: HirExpr, name: string): Address {
  if (sizeOf(expr.type) === 0) {
    l.rules.effect(l, expr);
    const nothing = l.b.scratch(name, 8);
    l.b.store(nothing, 8, zero);
    return nothing;
  }
  if (!isScalar(expr.type)) return l.rules.place(l, expr);
  const bits = bitsOf(l, expr);
  const slot = l.b.scratch(name, 8);
  l.b.store(slot, scalarSize(expr.type), bits);
  return slot;
}

/** Key of a map that is no histogram; scalar maps have one fixed key. */
export function keyOf(l: Lowering, map: HirMap, key: HirExpr | null): Address {
  if (key !== null) return inMemory(l, key, "key");
  const slot = l.b.scratch("key", 8);
  l.b.store(slot, isArray(map) ? 4 : 8, zero);
  return slot;
}

export interface BucketKey {
  readonly key: Address;
  /** Where the bucket number goes. */
  readonly bucket: Address;
  readonly bucketBytes: 4 | 8;
}

/** Key of a histogram or time series, the number of the bucket or interval still to be written. */
export function bucketKey(l: Lowering, map: HirMap, key: HirExpr | null): BucketKey {
  const slot = l.b.scratch("key", mapKeyBytes(map));
  if (key === null) return { key: slot, bucket: slot, bucketBytes: isArray(map) ? 4 : 8 };
  const at = bucketOffset(map);
  const size = sizeOf(key.type);
  if (isScalar(key.type)) l.b.store(slot, 8, zeroExtended(l, key));
  else {
    if (size < at) l.b.store(shift(slot, at - 8), 8, zero);
    l.rules.into(l, key, slot);
  }
  return { key: slot, bucket: shift(slot, at), bucketBytes: 8 };
}
