/** Small pieces of typed program, for functions that the language itself writes in terms of others. */
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { HirExpr, HirStmt, LocalId } from "../../hir/hir.ts";
import { settle } from "../../types/promote.ts";
import { int64, typeName, type Type } from "../../types/type.ts";
import { newTemp, type Context } from "./context.ts";
import { intConstant } from "./convert.ts";

/** A variable that no script can name. */
export interface Temporary {
  readonly local: LocalId;
  /** Its value. */
  readonly read: HirExpr;
  readonly set: (value: HirExpr) => HirStmt;
}

/**
 * A variable of the body's own for this name and type: for functions whose loops share their variables with the code around them, which
 * take room on the stack. Nothing may be kept in it while another expression of the script is evaluated.
 */
export function reusedTemporary(cx: Context, name: string, type: Type, span: Span): Temporary {
  const settled = settle(type);
  const id = `${name} ${typeName(settled)}`;
  const local = cx.reused.get(id) ?? newTemp(cx, name, settled);
  cx.reused.set(id, local);
  return temporaryOf(local, settled, span);
}

export function temporary(cx: Context, name: string, type: Type, span: Span): Temporary {
  const settled = settle(type);
  return temporaryOf(newTemp(cx, name, settled), settled, span);
}

function temporaryOf(local: LocalId, settled: Type, span: Span): Temporary {
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
export function countTo(
  cx: Context,
  span: Span,
  count: number,
  body: (index: HirExpr) => HirStmt[],
  index: Temporary = temporary(cx, "i", int64, span),
): HirStmt {
  return {
    kind: "for_range",
    span,
    local: index.local,
    from: intConstant(span, 0n, int64),
    to: intConstant(span, BigInt(count), int64),
    body: body(index.read),
  };
}
