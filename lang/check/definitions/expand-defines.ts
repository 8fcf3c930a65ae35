/** Names of C macros in programs become what they stand for (row 2.04). */
import type { Expr, Item, Script } from "../../ast/ast.ts";
import { withSpan } from "../../ast/with-span.ts";
import { mapBlock, mapChildren } from "../rewrite.ts";
import type { Report } from "../report.ts";
import type { Define } from "./scope.ts";

// A macro of two others of two others doubles with every line.
const MAX_EXPANSIONS = 10_000;

interface Expanding {
  readonly defines: ReadonlyMap<string, Define>;
  readonly report: Report;
  /** Macros being expanded, outermost first. */
  readonly stack: string[];
  count: number;
}

function expandName(expanding: Expanding, expr: Expr & { kind: "ident" }): Expr {
  const { defines, report, stack } = expanding;
  const { name, span } = expr;
  const define = defines.get(name);
  if (define === undefined || define.body === "" || expanding.count > MAX_EXPANSIONS) return expr;
  const failed = (message: string): Expr => {
    report.error("invalidDefinition", span, message);
    return { kind: "error", span };
  };
  if (stack.includes(name)) return failed(`Macro recursion: ${[...stack, name].join(" > ")}`);
  // It may be a type, which whoever reads the type looks up.
  if (define.value === null)
    return /^[\w\s*]+$/.test(define.body) ? expr : failed(`unable to expand macro as an expression: ${define.body}`);
  if (++expanding.count > MAX_EXPANSIONS) return failed(`macros stand for more than ${MAX_EXPANSIONS} others`);
  stack.push(name);
  const value = expand(expanding, withSpan(define.value, span));
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

export function expandDefines(script: Script, defines: ReadonlyMap<string, Define>, report: Report): Script {
  if (defines.size === 0) return script;
  const expanding: Expanding = { defines, report, stack: [], count: 0 };
  return { ...script, items: script.items.map((item) => expandItem(expanding, item)) };
}
