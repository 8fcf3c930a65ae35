/** Rebuilding of syntax trees: the same node with every directly contained expression replaced. */
import type { Block, Expr, Stmt, TypeExpr } from "../ast/ast.ts";

export type ExprMap = (expr: Expr) => Expr;

export const mapBlock = (block: Block, map: ExprMap): Block => ({
  ...block,
  stmts: block.stmts.map((stmt) => mapStmt(stmt, map)),
  value: block.value === null ? null : map(block.value),
});

function mapStmt(stmt: Stmt, map: ExprMap): Stmt {
  switch (stmt.kind) {
    case "expr":
      return { ...stmt, expr: map(stmt.expr) };
    case "assign":
      return { ...stmt, target: map(stmt.target), value: map(stmt.value) };
    case "let":
      return {
        ...stmt,
        type: stmt.type === null ? null : mapType(stmt.type, map),
        value: stmt.value === null ? null : map(stmt.value),
      };
    case "return":
      return { ...stmt, value: stmt.value === null ? null : map(stmt.value) };
    case "if":
      return { ...stmt, cond: map(stmt.cond), then: mapBlock(stmt.then, map), else: stmt.else === null ? null : mapBlock(stmt.else, map) };
    case "while":
      return { ...stmt, cond: map(stmt.cond), body: mapBlock(stmt.body, map) };
    case "for_range":
      return { ...stmt, from: map(stmt.from), to: map(stmt.to), body: mapBlock(stmt.body, map) };
    case "for_each":
      return { ...stmt, over: map(stmt.over), body: mapBlock(stmt.body, map) };
    case "unroll":
      return { ...stmt, count: map(stmt.count), body: mapBlock(stmt.body, map) };
    case "block":
      return { ...stmt, body: mapBlock(stmt.body, map) };
    case "break":
    case "continue":
    case "import":
    case "error":
      return stmt;
  }
}

/** Expressions inside a type: lengths of arrays, what typeof asks about. */
export function mapType(type: TypeExpr, map: ExprMap): TypeExpr {
  const { base } = type;
  return {
    ...type,
    base: base.kind === "typeof" ? { ...base, of: mapTypeOrExpr(base.of, map) } : base,
    suffixes: type.suffixes.map((suffix) => (suffix === "*" || suffix.length === null ? suffix : { length: map(suffix.length) })),
  };
}

const mapTypeOrExpr = (node: Expr | TypeExpr, map: ExprMap): Expr | TypeExpr => (node.kind === "type" ? mapType(node, map) : map(node));

export function mapChildren(expr: Expr, map: ExprMap): Expr {
  switch (expr.kind) {
    case "call":
      return { ...expr, args: expr.args.map((arg) => mapTypeOrExpr(arg, map)) };
    case "cast":
      return { ...expr, to: mapType(expr.to, map), operand: map(expr.operand) };
    case "sizeof":
    case "typeof":
    case "typeinfo":
    case "offsetof":
      return { ...expr, of: mapTypeOrExpr(expr.of, map) };
    case "unary":
    case "increment":
    case "comptime":
    case "member":
      return { ...expr, operand: map(expr.operand) };
    case "binary":
      return { ...expr, left: map(expr.left), right: map(expr.right) };
    case "ternary":
      return { ...expr, cond: map(expr.cond), then: expr.then === null ? null : map(expr.then), else: map(expr.else) };
    case "if":
      return { ...expr, cond: map(expr.cond), then: mapBlock(expr.then, map), else: expr.else === null ? null : mapBlock(expr.else, map) };
    case "block":
      return { ...expr, body: mapBlock(expr.body, map) };
    case "index":
      return { ...expr, operand: map(expr.operand), indices: expr.indices.map(map) };
    case "tuple":
      return { ...expr, elems: expr.elems.map(map) };
    case "record":
      return { ...expr, fields: expr.fields.map((field) => ({ ...field, value: map(field.value) })) };
    case "int":
    case "string":
    case "bool":
    case "param":
    case "ident":
    case "variable":
    case "map":
    case "discard":
    case "error":
      return expr;
  }
}

/** Whether any expression of the block satisfies `test`. */
export function someExpr(block: Block, test: (expr: Expr) => boolean): boolean {
  let found = false;
  const visit = (expr: Expr): Expr => {
    if (found || test(expr)) {
      found = true;
      return expr;
    }
    return mapChildren(expr, visit);
  };
  mapBlock(block, visit);
  return found;
}

/** The same for an expression, itself included. */
export function containsExpr(expr: Expr, test: (expr: Expr) => boolean): boolean {
  return someExpr({ span: expr.span, stmts: [], value: expr }, test);
}
