/**
 * Values that do not change during one event (fields, pid, comm, the context pointer) and have already been computed on every path to
 * here. The register that holds one is never assigned again, so all that matters is which paths have passed its computation.
 */
import type { Operand } from "../ir/ir.ts";

export type Cache = ReadonlyMap<string, Operand>;

export const emptyCache: Cache = new Map();

/** What both paths into a block have computed. Null: no path. */
export function meetCaches(a: Cache | null, b: Cache | null): Cache {
  if (a === null) return b ?? emptyCache;
  if (b === null) return a;
  return new Map([...a].filter(([key, value]) => b.get(key) === value));
}

export const without = (cache: Cache, keys: readonly string[]): Cache => new Map([...cache].filter(([key]) => !keys.includes(key)));
