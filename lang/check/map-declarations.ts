/** `let @m = hash(N);`: the kind and size of a map (rows 2.11, 6.57). */
import type { Expr, Item, MapDeclItem } from "../ast/ast.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import type { HirMap } from "../hir/hir.ts";
import type { MapValueType } from "../types/type.ts";
import { MAX_MAP_KEYS } from "./config.ts";
import type { Report } from "./report.ts";

export interface MapDeclaration {
  readonly name: string;
  readonly kind: "hash" | "lruhash" | "percpuhash" | "percpulruhash";
  readonly maxEntries: number;
  readonly span: Span;
}

const KINDS: readonly MapDeclaration["kind"][] = ["hash", "lruhash", "percpuhash", "percpulruhash"];

function sizeOf(item: MapDeclItem, size: Expr | null, report: Report): number | null {
  const value = size?.kind === "int" ? size.value : null;
  const wrong = (message: string): null => {
    report.error("outOfRange", size?.span ?? item.span, message);
    return null;
  };
  if (value === null) return wrong("the size of a map must be an integer literal");
  if (value >= 1n && value <= BigInt(MAX_MAP_KEYS)) return Number(value);
  return wrong(`the size of a map must be between 1 and ${MAX_MAP_KEYS}, found ${String(value)}`);
}

/** By name; `fold` makes literals of sizes. */
export function declaredMaps(items: readonly Item[], fold: (expr: Expr) => Expr, report: Report): Map<string, MapDeclaration> {
  const declarations = new Map<string, MapDeclaration>();
  for (const item of items) {
    if (item.kind !== "map_decl") continue;
    const { map, type, span } = item;
    const before = declarations.get(map.text);
    const kind = KINDS.find((each) => each === type.text);
    const maxEntries = sizeOf(item, item.size === null ? null : fold(item.size), report);
    if (kind === undefined)
      report.error("invalidMapType", type.span, `Invalid bpf map type: ${type.text}`, { hint: `Valid map types: ${KINDS.join(", ")}` });
    if (before !== undefined)
      report.error("redeclared", span, `Map ${map.text} was already declared.`, {
        related: [{ span: before.span, label: "This is the initial declaration." }],
      });
    else if (kind !== undefined && maxEntries !== null) declarations.set(map.text, { name: map.text, kind, maxEntries, span });
  }
  return declarations;
}

/** Plain values have one cell, aggregates one for each CPU. */
const kindOf = (value: MapValueType): MapDeclaration["kind"] => (value.kind === "plain" ? "hash" : "percpuhash");

const LRU: Readonly<Record<string, MapDeclaration["kind"]>> = { hash: "lruhash", percpuhash: "percpulruhash" };

/** Says what does not go together with the uses of the maps, and which maps have none. */
export function checkDeclarations(declarations: Iterable<MapDeclaration>, maps: readonly HirMap[], report: Report): void {
  for (const { name, kind, span } of declarations) {
    const map = maps.find((each) => each.name === name);
    if (map === undefined) {
      report.warn("unusedMap", span, `Unused map: ${name}`);
      continue;
    }
    const wanted = kindOf(map.value);
    if (kind === wanted || kind === LRU[wanted]) continue;
    report.error("invalidMapType", span, `Incompatible map types. Type from declaration: ${kind}. Type from value/key type: ${wanted}`);
  }
}
