import type { Block, Expr, Stmt } from "../ast/ast.ts";

/**
 * `if` and `{ }` are expressions (rows 2.18, 2.20), but where nothing takes their value they are statements, and the last
 * expression of their blocks is one more statement. These functions turn the one reading into the other.
 */
export function toStatement(expr: Expr): Stmt {
  if (expr.kind === "block") return { kind: "block", body: toStatementBlock(expr.body), span: expr.span };
  if (expr.kind !== "if") return { kind: "expr", expr, span: expr.span };
  const { comptime, cond, span } = expr;
  return {
    kind: "if",
    comptime,
    cond,
    then: toStatementBlock(expr.then),
    else: expr.else === null ? null : toStatementBlock(expr.else),
    span,
  };
}

export function toStatementBlock(block: Block): Block {
  if (block.value === null) return block;
  return { stmts: [...block.stmts, toStatement(block.value)], value: null, span: block.span };
}
