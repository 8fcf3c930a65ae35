/** Parts of HIR nodes, for analyses that treat most kinds alike. */
import type { HirBlock, HirExpr, HirStmt } from "./hir.ts";

/** Operands in order of evaluation, without the statements of a block expression. */
export function operandsOf(expr: HirExpr): readonly HirExpr[] {
  switch (expr.kind) {
    case "int":
    case "str":
    case "local":
    case "field":
    case "builtin":
    case "context_word":
    case "stack":
    case "increment_local":
    case "address_of_local":
    case "address_of_map":
    case "map_len":
      return [];
    case "map":
    case "aggregate_value":
    case "increment_map":
      return expr.key === null ? [] : [expr.key];
    case "delete":
    case "has_key":
      return [expr.key, expr.bucket ?? null].filter((part) => part !== null);
    case "unary":
    case "cast":
    case "member":
    case "char_array":
    case "strlen":
    case "bswap":
      return [expr.operand];
    case "binary":
    case "compare":
    case "equal":
    case "logical":
    case "strncmp":
    case "concat":
      return [expr.left, expr.right];
    case "cond":
      return [expr.cond, expr.then, expr.else];
    case "call":
      return expr.args;
    case "tuple":
      return expr.elems;
    case "record":
      return expr.fields.map((field) => field.value);
    case "index":
      return [expr.operand, expr.index];
    case "block":
      return [expr.value];
    case "stack_len":
      return [expr.stack];
    case "deref":
      return [expr.pointer];
    case "buf_of":
      return expr.length === null ? [expr.data] : [expr.data, expr.length];
    case "str_of":
      return expr.length === null ? [expr.pointer] : [expr.pointer, expr.length];
    case "strftime":
      return [expr.ns];
    case "table_text":
      return [expr.index];
    case "macaddr":
      return [expr.source];
    case "task_parent":
    case "task_comm":
      return [expr.pid];
    case "ntop":
      return expr.family === null ? [expr.address] : [expr.family, expr.address];
    case "ksym":
    case "usym":
      return [expr.address];
  }
}

/** Expressions of a statement itself, in order of evaluation. */
export function expressionsOf(stmt: HirStmt): readonly HirExpr[] {
  switch (stmt.kind) {
    case "set_local":
    case "print_value":
      return [stmt.value];
    case "set_map":
      return stmt.key === null ? [stmt.value] : [stmt.key, stmt.value];
    case "aggregate":
      return [stmt.key, stmt.arg, stmt.time ?? null].filter((expr) => expr !== null);
    case "expr":
      return [stmt.expr];
    case "if":
    case "while":
      return [stmt.cond];
    case "for_range":
      return [stmt.from, stmt.to];
    case "return":
      return stmt.value === null ? [] : [stmt.value];
    case "printf":
    case "errorf":
    case "warnf":
    case "debugf":
    case "cat":
    case "system":
      return stmt.args;
    case "exit":
      return [stmt.code];
    case "join":
      return [stmt.pointer];
    case "for_map":
    case "unroll":
    case "block":
    case "break":
    case "continue":
    case "print_map":
    case "clear":
    case "zero":
    case "time":
      return [];
  }
}

export function blocksOf(stmt: HirStmt): readonly HirBlock[] {
  switch (stmt.kind) {
    case "if":
      return [stmt.then, stmt.else];
    case "while":
    case "for_range":
    case "for_map":
    case "unroll":
    case "block":
      return [stmt.body];
    default:
      return [];
  }
}

/** True when `test` holds for the expression or any part of it, statements of block expressions included. */
export function someExpr(expr: HirExpr, test: (expr: HirExpr) => boolean): boolean {
  if (test(expr)) return true;
  if (operandsOf(expr).some((operand) => someExpr(operand, test))) return true;
  return expr.kind === "block" && expr.body.some((stmt) => someExprOf(stmt, test));
}

export function someExprOf(stmt: HirStmt, test: (expr: HirExpr) => boolean): boolean {
  return (
    expressionsOf(stmt).some((expr) => someExpr(expr, test)) ||
    blocksOf(stmt).some((block) => block.some((inner) => someExprOf(inner, test)))
  );
}

const CHANGING: ReadonlySet<HirExpr["kind"]> = new Set(["increment_local", "increment_map", "block", "delete", "call"]);

/** Evaluating it may change something that another expression reads. */
export const hasEffects = (expr: HirExpr): boolean => someExpr(expr, ({ kind }) => CHANGING.has(kind));
