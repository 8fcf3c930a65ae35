/** Refuses trees that the recursive passes could not walk: parsers build long operator chains in a loop, so nothing else bounds them. */
import type { Expr, Script } from "../ast/ast.ts";
import type { Report } from "./report.ts";
import { mapBlock, mapChildren } from "./rewrite.ts";

const MAX_DEPTH = 400;

/** True if the script may go on. */
export function reportDeepNesting(script: Script, report: Report): boolean {
  let ok = true;
  const walk = (expr: Expr, depth: number): Expr => {
    if (!ok) return expr;
    if (depth > MAX_DEPTH) {
      ok = false;
      report.error("tooLong", expr.span, `expression is nested too deeply (over ${MAX_DEPTH} levels)`);
      return expr;
    }
    mapChildren(expr, (child) => walk(child, depth + 1));
    return expr;
  };
  for (const item of script.items) {
    if (item.kind !== "probe") continue;
    if (item.predicate !== null) walk(item.predicate, 0);
    mapBlock(item.body, (expr) => walk(expr, 0));
  }
  return ok;
}
