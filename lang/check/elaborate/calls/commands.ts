/** Functions that act on the machine the script runs on: cat, system; and debugf (rows 5.04, 5.24, 5.25). */
import type { HirStmt } from "../../../hir/hir.ts";
import type { CallExpr, Context } from "../context.ts";
import type { ActionFunctions } from "./call-table.ts";
import { conversionsOf } from "./format.ts";
import { printfCall } from "./print.ts";

function systemCall(cx: Context, call: CallExpr): HirStmt[] {
  if (cx.inference.env.unsafe) return printfCall(cx, call);
  cx.report.error("unsafe", call.span, "system() is an unsafe function being used in safe mode", {
    hint: "allow it with --unsafe: the command runs on this machine, not on the recorded one",
  });
  return [];
}

const TRACE_PIPE_CONVERSIONS = new Set(["d", "u", "x", "p", "s"]);
const TRACE_PIPE_ARGUMENTS = 3;

function debugfCall(cx: Context, call: CallExpr): HirStmt[] {
  cx.report.warn(
    "deprecated",
    call.span,
    "The debugf() builtin is not recommended for production use. There is no kernel trace pipe here: its text goes to the standard error.",
  );
  if (call.args.length - 1 > TRACE_PIPE_ARGUMENTS) {
    cx.report.error("argumentCount", call.span, `cannot use more than ${TRACE_PIPE_ARGUMENTS} conversion specifiers`);
    return [];
  }
  const built = printfCall(cx, call);
  const [stmt] = built;
  const refused =
    stmt?.kind === "debugf" ? conversionsOf(stmt.format).find((conversion) => !TRACE_PIPE_CONVERSIONS.has(conversion)) : undefined;
  if (refused === undefined) return built;
  cx.report.error("formatMismatch", call.span, `debugf() takes only %d, %u, %x, %p and %s, not %${refused}`);
  return [];
}

export const commandFunctions: ActionFunctions = {
  cat: { min: 1, max: 128, elaborate: printfCall },
  debugf: { min: 1, max: 128, elaborate: debugfCall },
  system: { min: 1, max: 128, elaborate: systemCall },
};
