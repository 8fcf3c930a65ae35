/** A statement whose helper failed at run time (rows 10.15, 10.16). */
import type { Action } from "../../lang/ir/ir.ts";
import type { PrinterOptions } from "./printer.ts";

type HelperError = Extract<Action, { kind: "helper_error" }>;

export function helperErrorText(action: HelperError, result: bigint, options: PrinterOptions): string {
  const info = action.helper === "" ? "" : `Additional Info - helper: ${action.helper}, retcode: ${String(result)}`;
  return options.describeWarning(action.span, action.message, info);
}
