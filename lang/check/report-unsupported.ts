/** Says which top-level constructs are read but not compiled yet; what is inside probes is reported where types are inferred. */
import type { Item, Script } from "../ast/ast.ts";
import type { Report } from "./report.ts";

const ITEMS: Readonly<Record<Item["kind"], string | null>> = {
  probe: null,
  macro: null,
  function: null,
  map_decl: null,
  error: null,
};

export function reportUnsupported(script: Script, report: Report): void {
  for (const item of script.items) {
    const what = ITEMS[item.kind];
    if (what !== null) report.unsupported(item.span, what);
  }
}
