/** Small pieces of typed program, for functions that the language itself writes in terms of others. */
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { HirExpr, HirStmt, LocalId } from "../../hir/hir.ts";
import { settle } from "../../types/promote.ts";
import { int64, type Type } from "../../types/type.ts";
import { newTemp, type Context } from "./context.ts";
import { intConstant } from "./convert.ts";

/** A variable that no script can name. */
export interface Temporary {
  readonly local: LocalId;
  /** Its value. */
  readonly read: HirExpr;
  readonly set: (value: HirExpr) => HirStmt;
}

export function temporary(cx: Context, name: string, type: Type, span: Span): Temporary {
  const settled = settle(type);
  const local = newTemp(cx, name, settled);
  return {
    local,
    read: { kind: "local", span, local, type: settled },
    set: (value) => ({ kind: "set_local", span, local, value }),
  };
}

/** Evaluated once, read as often as `build` wants. */
export function evaluateOnce(cx: Context, value: HirExpr, name: string, build: (read: HirExpr) => HirExpr): HirExpr {
  const { span } = value;
  const kept = temporary(cx, name, value.type, span);
  const result = build(kept.read);
  return { kind: "block", span, body: [kept.set(value)], value: result, type: result.type };
}

/** Runs `body` for a number from 0 to below `count`. */
export function countTo(cx: Context, span: Span, count: number, body: (index: HirExpr) => HirStmt[]): HirStmt {
  const index = temporary(cx, "i", int64, span);
  return {
    kind: "for_range",
    span,
    local: index.local,
    from: intConstant(span, 0n, int64),
    to: intConstant(span, BigInt(count), int64),
    body: body(index.read),
  };
}
