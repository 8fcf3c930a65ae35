/**
 * Values that do not change during one event (fields, pid, comm, the context pointer) and have already been computed on every path to
 * here. The register that holds one is never assigned again, so all that matters is which paths have passed its computation, and
 * whether it pays: a register that a condition has compared tells the verifier which way was taken. Carried on behind the point where
 * the ways meet, it would make each of them be walked to the program's end, twice as many with every condition.
 */
import type { Operand, VReg } from "../ir/ir.ts";

export type Cache = ReadonlyMap<string, Operand>;

export const emptyCache: Cache = new Map();

/** Elements that were tested for existence and are kept all the same: to look one up again is a search. */
const TESTED_ELEMENTS = 2;

/** What both paths into a block have computed, and is worth keeping. Null: no path. */
export function meetCaches(a: Cache | null, b: Cache | null, wasCompared: (reg: VReg) => boolean): Cache {
  if (a === null) return b ?? emptyCache;
  if (b === null) return a;
  const met = new Map<string, Operand>();
  const elements: string[] = [];
  for (const [key, value] of a) {
    if (b.get(key) !== value) continue;
    if (value.kind === "reg" && wasCompared(value.reg)) {
      if (!isLookup(key)) continue;
      elements.push(key);
    }
    met.set(key, value);
  }
  for (const key of elements.slice(0, -TESTED_ELEMENTS)) met.delete(key);
  return met;
}

/** Keys of elements' addresses begin so. */
export const lookupPrefix = "lookup ";
const isLookup = (key: string): boolean => key.startsWith(lookupPrefix);

export const without = (cache: Cache, keys: readonly string[]): Cache => new Map([...cache].filter(([key]) => !keys.includes(key)));
