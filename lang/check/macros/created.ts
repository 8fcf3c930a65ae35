/** Variables that the body of a macro creates: they get names of their own in each expansion (row 2.31). */
import type { Block, Stmt } from "../../ast/ast.ts";

function createdBy(stmt: Stmt): string | null {
  switch (stmt.kind) {
    case "let":
      return stmt.name.text;
    case "for_range":
    case "for_each":
      return stmt.variable.text;
    case "assign":
      return stmt.target.kind === "variable" ? stmt.target.name : null;
    default:
      return null;
  }
}

/** Names assigned, declared or counted with anywhere in the body, nested blocks included. */
export function createdVariables(body: Block): Set<string> {
  const names = new Set<string>();
  const visit = (node: object): void => {
    // No other node has the kind of one of these statements.
    const name = createdBy(node as Stmt);
    if (name !== null) names.add(name);
    for (const [key, child] of Object.entries(node) as [string, unknown][])
      if (typeof child === "object" && child !== null && key !== "span" && key !== "bytes") visit(child);
  };
  visit(body);
  return names;
}
