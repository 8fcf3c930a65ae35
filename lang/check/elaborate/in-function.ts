/** What functions cannot ask for: they are called from any probe and know nothing of it (row 2.28). */
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { Context } from "./context.ts";

const OF_THE_PROBE = /^(?:__builtin_)?(?:args|s?arg\d+|retval|func|ctx|probe|probetype|usermode|reg)$/;

/** True (with a diagnostic) if the body is a function's and the name stands for something of the probe. */
export function refusedInFunction(cx: Context, name: string, span: Span): boolean {
  if (cx.fn === null || !OF_THE_PROBE.test(name)) return false;
  cx.report.error("unavailableHere", span, `${name} is not available in a function`, { hint: "pass it to the function as an argument" });
  return true;
}
