/** while, for and unroll (rows 2.21–2.24, 2.26). */
import type { Stmt } from "../../ast/ast.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { HirExpr, HirStmt } from "../../hir/hir.ts";
import { mapValueName } from "../../types/names.ts";
import { promoteIntegers } from "../../types/promote.ts";
import type { IntType, Type } from "../../types/type.ts";
import { elaborateCondition } from "./branches.ts";
import { constantOf } from "./constant.ts";
import type { Context, Variable } from "./context.ts";
import { coerce, withoutEnum } from "./convert.ts";
import { mapNamed, readType } from "./maps.ts";
import { declare, findVariable, widenVariable } from "./variables.ts";

type StmtOf<K extends Stmt["kind"]> = Extract<Stmt, { readonly kind: K }>;

export function elaborateWhile(cx: Context, stmt: StmtOf<"while">): HirStmt[] {
  cx.report.warn("deprecated", { start: stmt.span.start, end: stmt.span.start + "while".length }, "While loops are deprecated.", {
    hint: "use a for loop over a range, e.g. for ($i : 0..10) { … }",
  });
  const cond = elaborateCondition(cx, stmt.cond);
  cx.loops.push("while");
  const body = cx.block(stmt.body);
  cx.loops.pop();
  return cond === null ? [] : [{ kind: "while", span: stmt.span, cond, body }];
}

/** The loop variable in a scope around the body; null with a diagnostic if the name is taken. */
function declareLoopVariable(cx: Context, stmt: StmtOf<"for_range"> | StmtOf<"for_each">): Variable | null {
  const { variable } = stmt;
  const before = findVariable(cx, variable.text);
  if (before !== null) {
    cx.report.error("redeclared", variable.span, `Loop declaration shadows existing variable: ${before.name}`, {
      related: [before.origin],
    });
    return null;
  }
  return declare(cx, variable.text, stmt, variable.span, "loop");
}

/** Runs `build` inside a for loop with its variable declared. */
function inForLoop(
  cx: Context,
  stmt: StmtOf<"for_range"> | StmtOf<"for_each">,
  type: Type | null,
  build: (variable: Variable, body: HirStmt[]) => HirStmt[],
): HirStmt[] {
  cx.scopes.push(new Map());
  const variable = declareLoopVariable(cx, stmt);
  if (variable !== null && type !== null) widenVariable(cx, variable, type, stmt.variable.span);
  cx.loops.push("for");
  const body = cx.block(stmt.body);
  cx.loops.pop();
  cx.scopes.pop();
  return variable === null || type === null ? [] : build(variable, body);
}

function rangeEnd(cx: Context, value: HirExpr | null, which: "start" | "end", span: Span): (HirExpr & { type: IntType }) | null {
  if (value === null) return null;
  const whole = withoutEnum(value);
  if (whole.type.kind === "int") return { ...whole, type: whole.type };
  cx.report.error("invalidOperand", span, `Loop range requires an integer for the ${which} value`);
  return null;
}

export function elaborateForRange(cx: Context, stmt: StmtOf<"for_range">): HirStmt[] {
  const from = rangeEnd(cx, cx.expr(stmt.from), "start", stmt.from.span);
  const to = rangeEnd(cx, cx.expr(stmt.to), "end", stmt.to.span);
  // The variable counts in 64 bits whatever the width of the ends.
  const type: IntType | null = from === null || to === null ? null : { ...promoteIntegers(from.type, to.type), sizeBytes: 8 };
  return inForLoop(cx, stmt, type, ({ id }, body) =>
    from === null || to === null || type === null
      ? []
      : [{ kind: "for_range", span: stmt.span, local: id, from: coerce(cx, from, type), to: coerce(cx, to, type), body }],
  );
}

export function elaborateForEach(cx: Context, stmt: StmtOf<"for_each">): HirStmt[] {
  const { over, span } = stmt;
  if (over.kind !== "map") {
    cx.expr(over);
    cx.report.error("invalidOperand", over.span, "Loop expression requires a map or a range");
    return inForLoop(cx, stmt, null, () => []);
  }
  const map = mapNamed(cx.inference, over.name, over.span);
  map.keyed ??= true;
  if (!map.keyed)
    cx.report.error("scalarMap", over.span, `${map.name} has no explicit keys (scalar map), and cannot be used for iteration`);
  const value = map.value === null ? null : readType(map.value);
  if (map.value !== null && value === null)
    cx.report.error("aggregateMisuse", over.span, `Loop expression does not support type: ${mapValueName(map.value)}`);
  const type: Type | null = map.key === null || value === null ? null : { kind: "tuple", elems: [map.key, value] };
  return inForLoop(cx, stmt, type, ({ id }, body) => [{ kind: "for_map", span, local: id, map: map.index, body }]);
}

const MAX_UNROLL = 100n;

// Ours: nested loops multiply, and a kernel takes a million instructions at most.
const MAX_COPIES = 10_000;

function unrollTimes(cx: Context, { count }: StmtOf<"unroll">): number | null {
  const value = cx.expr(count);
  if (value === null) return null;
  const times = value.type.kind === "int" ? constantOf(value) : null;
  if (typeof times !== "bigint") cx.report.error("outOfRange", count.span, "invalid unroll value");
  else if (times > MAX_UNROLL) cx.report.error("outOfRange", count.span, "unroll maximum value is 100");
  else if (times < 1n) cx.report.error("outOfRange", count.span, "unroll minimum value is 1");
  else return Number(times);
  return null;
}

export function elaborateUnroll(cx: Context, stmt: StmtOf<"unroll">): HirStmt[] {
  const times = unrollTimes(cx, stmt);
  const outer = cx.copies;
  cx.copies *= times ?? 1;
  if (cx.copies > MAX_COPIES)
    cx.report.error("tooLong", stmt.count.span, `nested unroll repeats its body ${cx.copies} times (at most ${MAX_COPIES})`);
  const body = cx.block(stmt.body);
  cx.copies = outer;
  return times === null ? [] : [{ kind: "unroll", span: stmt.span, count: times, body }];
}
