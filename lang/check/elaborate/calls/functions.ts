/** Calls of the script's functions, and what they return (row 2.28). */
import type { Span } from "../../../diagnostics/diagnostic.ts";
import type { HirExpr, HirStmt } from "../../../hir/hir.ts";
import { literalFits } from "../../../types/literal.ts";
import { promote } from "../../../types/promote.ts";
import { typeName, voidType, type Type } from "../../../types/type.ts";
import type { CallExpr, Context, FunctionState } from "../context.ts";
import { coerce } from "../convert.ts";

/** Integers of any width meet, as in a declared variable (row 3.06); anything else must be of the type, or a shorter string. */
function canHold(to: Type, value: HirExpr): boolean {
  if (to.kind === "int" && value.type.kind === "int") return value.kind !== "int" || literalFits(value.value, to);
  const common = promote(to, value.type);
  return common !== null && typeName(common) === typeName(to);
}

/** `return` in a function. */
export function elaborateFunctionReturn(cx: Context, fn: FunctionState, value: HirExpr | null, span: Span): HirStmt[] {
  const { returns } = fn;
  const found = value?.type ?? voidType;
  if (returns === null) return [];
  if (value === null && returns.kind === "void") return [{ kind: "return", span, value: null }];
  if (value !== null && canHold(returns, value)) return [{ kind: "return", span, value: coerce(cx, value, returns) }];
  cx.report.error("typeMismatch", span, `Function ${fn.item.name.text} is of type ${typeName(returns)}, cannot return ${typeName(found)}`);
  return [];
}

export function functionCall(cx: Context, call: CallExpr, fn: FunctionState): HirExpr | null {
  const { item, params, returns, index } = fn;
  const name = item.name.text;
  if (cx.fn !== null) cx.fn.calls.push({ callee: fn, span: call.span });
  if (call.args.length !== params.length) {
    cx.report.error("argumentCount", call.span, `${name}() takes ${params.length} arguments, ${call.args.length} given`);
    return null;
  }
  const args: HirExpr[] = [];
  for (const [i, arg] of call.args.entries()) {
    const type = params[i];
    if (arg.kind === "type") {
      cx.report.error("invalidArgument", arg.span, "Type args are not supported for function calls only macros");
      continue;
    }
    const value = cx.expr(arg);
    if (value === null || type === null || type === undefined) continue;
    if (canHold(type, value)) args.push(coerce(cx, value, type));
    else {
      const param = item.params[i]!;
      const message = `${name}() expects ${typeName(type)} for argument ${param.name}, found ${typeName(value.type)}`;
      cx.report.error("invalidArgument", arg.span, message, { related: [{ span: param.span, label: "This is the function parameter." }] });
    }
  }
  if (args.length < params.length || returns === null) return null;
  return { kind: "call", span: call.span, func: index, args, type: returns };
}
