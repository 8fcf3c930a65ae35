/** Says which top-level constructs are read but not compiled yet; what is inside probes is reported where types are inferred. */
import type { Definition, Item, Script } from "../ast/ast.ts";
import type { Report } from "./report.ts";

const DEFINITIONS: Readonly<Record<Definition["kind"], string | null>> = {
  include: "#include",
  define: "#define",
  conditional: "preprocessor lines",
  struct: "struct definitions",
  union: "union definitions",
  enum: "enum definitions",
  typedef: "typedefs",
  error: null,
};

const ITEMS: Readonly<Record<Item["kind"], string | null>> = {
  probe: null,
  macro: null,
  function: "functions",
  map_decl: "map declarations",
  error: null,
};

export function reportUnsupported(script: Script, report: Report): void {
  for (const definition of script.definitions) {
    const what = DEFINITIONS[definition.kind];
    if (what !== null) report.unsupported(definition.span, what);
  }
  for (const item of script.items) {
    const what = ITEMS[item.kind];
    if (what !== null) report.unsupported(item.span, what);
  }
}
