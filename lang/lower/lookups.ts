/**
 * Lookups of map elements, made once while they hold: `/@start[tid]/ { … @start[tid] … }` searches the map once, and so does
 * `@x[k] += n`. An update or a deletion in the map, or a loop that may make one, ends what is known.
 */
import type { HirExpr, HirMapId, LocalId } from "../hir/hir.ts";
import type { Address, Operand } from "../ir/ir.ts";
import { typeName } from "../types/type.ts";
import { lookupPrefix, type Cache } from "./cache.ts";
import { keyOf } from "./keys.ts";
import { cached, hirMap, irMapId, zero, type Lowering } from "./lowering.ts";
import { addrArg, mapArg, pointee } from "./operand.ts";

/** Builtins that may give another value each time. */
const CHANGING: ReadonlySet<string> = new Set(["rand", "nsecs", "nsecs_monotonic", "nsecs_tai", "jiffies", "elapsed"]);

/** Text that is the same for keys that are the same as long as no local in them is set; null for what may differ each time. */
function describe(expr: HirExpr): string | null {
  const all = (parts: readonly HirExpr[], name: string): string | null => {
    const texts = parts.map(describe);
    return texts.includes(null) ? null : `${name}(${texts.join(" ")})`;
  };
  switch (expr.kind) {
    case "int":
      return String(expr.value);
    case "str":
      return `"${Array.from(expr.bytes).join(",")}"${expr.type.kind === "string" ? expr.type.sizeBytes : ""}`;
    case "local":
      return localText(expr.local);
    case "field":
      return `field ${expr.field.offset} ${expr.field.sizeBytes}`;
    case "builtin":
      return CHANGING.has(expr.name) ? null : expr.name;
    case "tuple":
      return all(expr.elems, "tuple");
    case "cast":
      return all([expr.operand], `cast ${typeName(expr.type)}`);
    case "member":
      return all([expr.operand], `member ${expr.index}`);
    default:
      return null;
  }
}

const localText = (local: LocalId): string => `local<${local}>`;

const prefix = (map: HirMapId): string => `${lookupPrefix}${map} `;

const keep = (cache: Cache, test: (key: string) => boolean): Cache => new Map([...cache].filter(([key]) => test(key)));

/** After the map has changed, other than by a store into a cell. */
export function forgetLookups(l: Lowering, map: HirMapId): void {
  l.cache = keep(l.cache, (key) => !key.startsWith(prefix(map)));
}

/** After a local was set. */
export function forgetLookupsBy(l: Lowering, local: LocalId): void {
  l.cache = keep(l.cache, (key) => !key.includes(localText(local)));
}

/** Where code is run again, or other code has run. */
export const withoutLookups = (cache: Cache): Cache => keep(cache, (key) => !key.startsWith(lookupPrefix));

export const lookUp = (l: Lowering, map: HirMapId, key: Address): Operand =>
  l.b.helper("map_lookup_elem", [mapArg(irMapId(map)), addrArg(key)]);

export interface Element {
  /** 0 if it does not exist. */
  readonly pointer: Operand;
  /** The key in memory, for an update; written now if it was not needed before. */
  readonly key: () => Address;
}

const cacheKey = (map: HirMapId, key: HirExpr | null): string | null => {
  const text = key === null ? "" : describe(key);
  return text === null ? null : prefix(map) + text;
};

/** The element of a map that is no histogram. */
export function findElement(l: Lowering, map: HirMapId, key: HirExpr | null): Element {
  const known = knownElement(l, map, key);
  if (known !== null) return known;
  const at = keyOf(l, hirMap(l, map), key);
  const name = cacheKey(map, key);
  const pointer = name === null ? lookUp(l, map, at) : cached(l, name, () => lookUp(l, map, at));
  return { pointer, key: () => at };
}

/** The element if it has been looked up. */
export function knownElement(l: Lowering, map: HirMapId, key: HirExpr | null): Element | null {
  const name = cacheKey(map, key);
  const pointer = name === null ? undefined : l.cache.get(name);
  if (pointer === undefined) return null;
  return {
    pointer,
    key() {
      // On one of two paths: what it computes is not known behind them.
      const { cache } = l;
      const at = keyOf(l, hirMap(l, map), key);
      l.cache = cache;
      return at;
    },
  };
}

/** Runs `found` with the pointer where the element exists, else `missing`. */
export function whenFound(l: Lowering, pointer: Operand, found: (cell: Address) => void, missing: () => void): void {
  const { b } = l;
  const [hit, miss, done] = [b.block(), b.block(), b.block()];
  b.branch("ne", pointer, zero, hit, miss);
  b.enter(hit);
  found(pointee(pointer));
  b.jump(done);
  b.enter(miss);
  missing();
  b.jump(done);
  b.enter(done);
}
