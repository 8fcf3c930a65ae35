/** Names of C macros in programs become what they stand for (row 2.04). */
import type { Expr, Item, Script } from "../../ast/ast.ts";
import { withSpan } from "../../ast/with-span.ts";
import { findTooDeep, maxDepth } from "../../parse/limit-depth.ts";
import { mapBlock, mapChildren } from "../rewrite.ts";
import type { Report } from "../report.ts";
import type { Define } from "./scope.ts";

// A macro of two others of two others doubles with every line.
const MAX_NODES = 200_000;

interface Size {
  readonly nodes: number;
  readonly depth: number;
}

interface Expanding {
  readonly defines: ReadonlyMap<string, Define>;
  readonly report: Report;
  /** Macros being expanded, outermost first. */
  readonly stack: string[];
  nodes: number;
  /** Levels of the macros being expanded. */
  depth: number;
  readonly sizes: Map<Define, Size>;
}

function sizeIn(expr: Expr): Size {
  let nodes = 1;
  let depth = 0;
  mapChildren(expr, (child) => {
    const size = sizeIn(child);
    nodes += size.nodes;
    depth = Math.max(depth, size.depth);
    return child;
  });
  return { nodes, depth: depth + 1 };
}

function sizeOf({ sizes }: Expanding, define: Define, value: Expr): Size {
  const size = sizes.get(define) ?? sizeIn(value);
  sizes.set(define, size);
  return size;
}

function expandName(expanding: Expanding, expr: Expr & { kind: "ident" }): Expr {
  const { defines, report, stack } = expanding;
  const { name, span } = expr;
  const define = defines.get(name);
  if (define === undefined || define.body === "" || expanding.nodes > MAX_NODES) return expr;
  const failed = (message: string): Expr => {
    report.error("invalidDefinition", span, message);
    return { kind: "error", span };
  };
  if (stack.includes(name)) return failed(`Macro recursion: ${[...stack, name].join(" > ")}`);
  // It may be a type, which whoever reads the type looks up.
  if (define.value === null)
    return /^[\w\s*]+$/.test(define.body) ? expr : failed(`unable to expand macro as an expression: ${define.body}`);
  const { nodes, depth } = sizeOf(expanding, define, define.value);
  expanding.nodes += nodes;
  if (expanding.nodes > MAX_NODES || expanding.depth + depth > maxDepth) return failed("macros expand to too much code");
  stack.push(name);
  expanding.depth += depth;
  const value = expand(expanding, withSpan(define.value, span));
  expanding.depth -= depth;
  stack.pop();
  return value;
}

const expand = (expanding: Expanding, expr: Expr): Expr =>
  expr.kind === "ident" ? expandName(expanding, expr) : mapChildren(expr, (child) => expand(expanding, child));

function expandItem(expanding: Expanding, item: Item): Item {
  const inExpr = (expr: Expr): Expr => expand(expanding, expr);
  switch (item.kind) {
    case "probe":
      return { ...item, predicate: item.predicate === null ? null : inExpr(item.predicate), body: mapBlock(item.body, inExpr) };
    case "macro":
    case "function":
      return { ...item, body: mapBlock(item.body, inExpr) };
    case "map_decl":
      return { ...item, size: item.size === null ? null : inExpr(item.size) };
    case "error":
      return item;
  }
}

/** Later passes recurse over the tree. */
function flatEnough({ nodes, report }: Expanding, item: Item): Item {
  const tooDeep = nodes === 0 ? null : findTooDeep(item, Infinity);
  if (tooDeep === null) return item;
  report.error("tooLong", tooDeep, "nested too deeply");
  return { kind: "error", span: item.span };
}

export function expandDefines(script: Script, defines: ReadonlyMap<string, Define>, report: Report): Script {
  if (defines.size === 0) return script;
  const expanding: Expanding = { defines, report, stack: [], nodes: 0, depth: 0, sizes: new Map() };
  return { ...script, items: script.items.map((item) => flatEnough(expanding, expandItem(expanding, item))) };
}
