/** Features that a script must ask for, or is warned about (rows 7.26 to 7.31). */
import type { Span } from "../diagnostics/diagnostic.ts";
import type { ScriptConfig } from "./config.ts";
import type { Report } from "./report.ts";

export type UnstableKey = "unstable_dw_ustack" | "unstable_import_statement" | "unstable_tseries" | "unstable_typeinfo";

/** Whether `feature` may be used; a warning is said once for a script and has no place. */
export function allowUnstable(config: ScriptConfig, report: Report, key: UnstableKey, feature: string, span: Span): boolean {
  const mode = config.settings.get(key);
  if (mode === "warn")
    report.warn(
      "unstable",
      null,
      `Script is using an unstable feature: ${feature}. To prevent this warning you must explicitly enable it in the config e.g. ${key}=enable`,
    );
  if (mode !== "error") return true;
  report.error(
    "unstable",
    span,
    `${feature} feature is not enabled by default. To enable this unstable feature, set the config flag to enable. ${key}=enable`,
  );
  return false;
}
