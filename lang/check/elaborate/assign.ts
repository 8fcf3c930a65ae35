/** Assignments, `let` and `_ =` (rows 2.13, 2.14, 2.16, 3.04–3.06, 3.45). */
import type { BinaryOp, Expr, Stmt } from "../../ast/ast.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { HirExpr, HirStmt } from "../../hir/hir.ts";
import { mapValueName } from "../../types/names.ts";
import { identical } from "../../types/promote.ts";
import { typeName, type Type } from "../../types/type.ts";
import { aggregateStatement, isAggregate } from "./calls/aggregates.ts";
import type { CallExpr, Context, ExprOf, MapState, Variable } from "./context.ts";
import { coerce, convert, intConstant } from "./convert.ts";
import { cellOf, isCell, isReadable, mapOf, noteWrite, widenValue, type Cell } from "./maps.ts";
import { resolveType } from "./type-expr.ts";
import { declare, findVariable, storable, widenVariable } from "./variables.ts";
import { containsExpr } from "../rewrite.ts";
import { memorySpaceOf } from "../split-bodies.ts";

type AssignStmt = Extract<Stmt, { readonly kind: "assign" }>;
type LetStmt = Extract<Stmt, { readonly kind: "let" }>;

/** `a op= b` is `a = a op b` (row 2.13). */
function valueOf(stmt: AssignStmt): Expr {
  if (stmt.op === "=") return stmt.value;
  const op = stmt.op.slice(0, -1) as BinaryOp;
  return { kind: "binary", span: stmt.span, op, left: stmt.target, right: stmt.value, opSpan: stmt.span };
}

function setVariable(cx: Context, variable: Variable, value: HirExpr, span: Span): HirStmt[] {
  if (value.type.kind === "void" || value.type.kind === "none") {
    cx.report.error("typeMismatch", span, `Value '${typeName(value.type)}' cannot be assigned to a scratch variable.`);
    return [];
  }
  if (!widenVariable(cx, variable, value.type, span)) return [];
  const stored = storable(cx, variable, value, span);
  return stored === null ? [] : [{ kind: "set_local", span, local: variable.id, value: stored }];
}

function assignVariable(cx: Context, stmt: AssignStmt, target: ExprOf<"variable">): HirStmt[] {
  const value = cx.expr(valueOf(stmt));
  const variable = findVariable(cx, target.name) ?? declare(cx, target.name, stmt, stmt.span, "assignment");
  variable.assigned = true;
  return value === null ? [] : setVariable(cx, variable, value, stmt.span);
}

/** The aggregate call that a map gets: the right side itself, or the last expression of a block there (row 6.09). */
function aggregateCall(expr: Expr): { readonly call: CallExpr; readonly blocks: readonly ExprOf<"block">[] } | null {
  const blocks: ExprOf<"block">[] = [];
  let at: Expr | null = expr;
  while (at?.kind === "block") {
    blocks.push(at);
    at = at.body.value;
  }
  return at?.kind === "call" && isAggregate(at.name.text) ? { call: at, blocks } : null;
}

const HINTS: Readonly<Record<string, string>> = {
  count: "count()",
  sum: "sum(retval)",
  min: "min(retval)",
  max: "max(retval)",
  avg: "avg(retval)",
};

/** `@b = @a` where @a aggregates is for a @b that other assignments make hold integers (row 3.45). */
function takesAggregate(cx: Context, target: MapState, source: MapState, span: Span): boolean {
  if (target.value?.kind === "plain" && target.value.type.kind === "int") return true;
  // An error is on its way, so that the map is not called undefined on top of it.
  target.written = true;
  const { value } = source;
  const type = value === null ? "" : mapValueName(value);
  const example = `${target.name} = ${HINTS[value?.kind ?? ""] ?? ""};`;
  cx.report.error(
    "aggregateMisuse",
    span,
    `Map value '${type}' cannot be assigned from one map to another. The function that returns this type must be called directly e.g. \`${example}\`.`,
    { hint: `Add a cast to integer if you want the value of the aggregate, e.g. \`${target.name} = (int64)${source.name};\`.` },
  );
  return false;
}

function sourceAggregate(cx: Context, expr: Expr): MapState | null {
  if (!isCell(expr)) return null;
  const map = mapOf(cx, expr);
  return map?.value && isReadable(map.value) ? map : null;
}

function setCell(cx: Context, cell: Cell, value: HirExpr, span: Span): HirStmt[] {
  const { map, key } = cell;
  if (value.type.kind === "void" || value.type.kind === "none") {
    cx.report.error("typeMismatch", span, `Value '${typeName(value.type)}' cannot be assigned to a map.`);
    return [];
  }
  if (!widenValue(cx, map, value.type, span) || map.value?.kind !== "plain") return [];
  return [{ kind: "set_map", span, map: map.index, key, value: coerce(cx, value, map.value.type) }];
}

/** The key of `@m[key] op= …` is evaluated twice, so statements in it would be too, and twice as often with each level. */
function hasBlockInKey(stmt: AssignStmt): boolean {
  return stmt.op !== "=" && containsExpr(stmt.target, (expr) => expr.kind === "block" || expr.kind === "if");
}

function assignMap(cx: Context, stmt: AssignStmt): HirStmt[] {
  const { target, span } = stmt;
  if (hasBlockInKey(stmt)) {
    cx.report.unsupported(target.span, `a block in the key of ${stmt.op}`);
    return [];
  }
  const aggregate = stmt.op === "=" ? aggregateCall(stmt.value) : null;
  if (aggregate !== null) {
    const [outer] = aggregate.blocks;
    if (outer === undefined) return aggregateStatement(cx, target, aggregate.call);
    // The block's statements run first, and the call sees its variables.
    const inner = { ...outer.body, value: null, stmts: [...outer.body.stmts, { ...stmt, value: outer.body.value! }] };
    return [{ kind: "block", span, body: cx.block(inner) }];
  }
  const cell = cellOf(cx, target);
  const value = cx.expr(valueOf(stmt));
  const source = stmt.op === "=" ? sourceAggregate(cx, stmt.value) : null;
  if (source === null) noteWrite(cx, target);
  if (cell === null || value === null) return [];
  if (source !== null && !takesAggregate(cx, cell.map, source, span)) return [];
  return setCell(cx, cell, value, span);
}

export function elaborateAssign(cx: Context, stmt: AssignStmt): HirStmt[] {
  const { target } = stmt;
  if (target.kind === "discard") {
    const value = cx.expr(valueOf(stmt));
    return value === null ? [] : [{ kind: "expr", span: stmt.span, expr: value }];
  }
  if (target.kind === "variable") return assignVariable(cx, stmt, target);
  if (isCell(target)) return assignMap(cx, stmt);
  cx.expr(stmt.value);
  cx.report.error("invalidOperand", target.span, "Only variables and maps can be assigned to");
  return [];
}

/** The value that a variable has before anything is assigned to it. */
function zeroOf(cx: Context, type: Type, span: Span): HirExpr | null {
  switch (type.kind) {
    case "int":
    case "bool":
    case "enum":
    case "pointer":
    case "timestamp":
      return intConstant(span, 0n, type);
    case "string":
      return convert(cx, { kind: "str", span, bytes: new Uint8Array(), type: { kind: "string", sizeBytes: 1 } }, type);
    case "tuple": {
      const elems = type.elems.map((elem) => zeroOf(cx, elem, span)).filter((elem) => elem !== null);
      return elems.length < type.elems.length ? null : { kind: "tuple", span, elems, type };
    }
    case "none":
    case "void":
      return null;
    default:
      // All bytes zero.
      return { kind: "str", span, bytes: new Uint8Array(), type };
  }
}

/** What typeof names may widen from round to round. */
function fixType(cx: Context, { types }: Variable, type: Type): void {
  types.fixed = true;
  if (types.type !== null && identical(types.type, type)) return;
  if (types.type !== null) cx.inference.changed = true;
  types.type = type;
}

export function elaborateLet(cx: Context, stmt: LetStmt): HirStmt[] {
  const { name, span } = stmt;
  const value = stmt.value === null ? null : cx.expr(stmt.value);
  const written = stmt.type === null ? null : resolveType(cx, stmt.type, memorySpaceOf(cx.points[0]!));
  const before = findVariable(cx, name.text);
  if (before !== null) {
    cx.report.error("redeclared", span, `Variable ${before.name} was already declared. Variable shadowing is not allowed.`, {
      related: [before.origin],
    });
    return [];
  }
  const variable = declare(cx, name.text, stmt, span, "declaration");
  if (written !== null && written !== "string") fixType(cx, variable, written);
  if (stmt.value !== null) {
    variable.assigned = true;
    return value === null ? [] : setVariable(cx, variable, value, span);
  }
  const zero = variable.types.type === null ? null : zeroOf(cx, variable.types.type, span);
  return zero === null ? [] : [{ kind: "set_local", span, local: variable.id, value: zero }];
}
