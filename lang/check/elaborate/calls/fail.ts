/** fail(): an error of the script's own making (row 5.05). */
import type { HirExpr, HirStmt } from "../../../hir/hir.ts";
import { bytesToText } from "../../byte-text.ts";
import { constantOf, type Constant } from "../constant.ts";
import type { CallExpr, Context } from "../context.ts";
import { stringLiteral, valueArgument } from "./arguments.ts";
import { conversionsOf, formatProblem } from "./format.ts";
import { formatConstants } from "./format-constants.ts";

/** Said where the call is still there when everything that comptime decides has been left out. */
export function failCall(cx: Context, call: CallExpr): HirStmt[] {
  const bytes = stringLiteral(cx, call, 0);
  const values = call.args.slice(1).map((_, i) => valueArgument(cx, call, i + 1));
  const args = values.filter((value): value is HirExpr => value !== null);
  if (bytes === null || args.length < values.length || cx.dead) return [];
  const format = bytesToText(bytes);
  const problem = formatProblem(
    conversionsOf(format),
    args.map((arg) => arg.type),
  );
  if (problem !== null) {
    cx.report.error("formatMismatch", call.span, problem);
    return [];
  }
  const constants: Constant[] = [];
  for (const arg of args) {
    const value = constantOf(arg);
    if (value === null) cx.report.error("invalidArgument", arg.span, "fail() takes only literal arguments");
    else constants.push(value);
  }
  if (constants.length === args.length)
    cx.report.error(
      "failed",
      call.span,
      formatConstants(
        format,
        constants,
        args.map((arg) => arg.type),
      ),
    );
  return [];
}
