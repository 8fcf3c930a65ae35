/** Imports: the probes, macros, functions and definitions of other files become the script's (rows 1.17, 2.09). */
import type { Import, Script } from "../ast/ast.ts";
import type { Source } from "../diagnostics/diagnostic.ts";
import { appendFile } from "../diagnostics/source.ts";
import { parse } from "../parse/parse.ts";
import type { Report } from "./report.ts";

/** A script with the text that its spans are offsets into. */
export interface Unit {
  readonly script: Script;
  readonly source: Source;
}

export interface ImportedFile {
  /** Which file it is, whatever path named it: each is taken once. */
  readonly id: string;
  /** As locations print it; the importer of what it imports itself. */
  readonly name: string;
  readonly text: string;
}

/** `files` is one file, or those of a directory (not of the directories in it) that can be imported, by name. */
export type ImportResult =
  { readonly ok: true; readonly files: readonly ImportedFile[] } | { readonly ok: false; readonly message: string; readonly hint?: string };

/** Reads what an `import` names; `importer` is the name of the file with the import, which relative paths count from. */
export type ReadImport = (path: string, importer: string) => ImportResult;

type Kind = "script" | "header" | "program" | "unknown";

function kindOf(name: string): Kind {
  if (name.endsWith(".bt")) return "script";
  if (name.endsWith(".h")) return "header";
  return /\.bpf\.[co]$/.test(name) ? "program" : "unknown";
}

interface Linking {
  readonly read: ReadImport;
  readonly report: Report;
  readonly seen: Set<string>;
  source: Source;
}

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** What one file adds; null if it was taken before, or with a diagnostic. */
function importFile(linking: Linking, from: Import, file: ImportedFile): Script | null {
  const { report, seen } = linking;
  if (seen.has(file.id)) return null;
  seen.add(file.id);
  const kind = kindOf(file.name);
  if (kind === "program") {
    report.error(
      "invalidImport",
      from.span,
      `can not import ${file.name}: BPF programs written in C need a C compiler, and hindsight has none`,
      {
        hint: "write it as a function of the script: fn name($a: uint64): uint64 { … }",
      },
    );
    return null;
  }
  if (kind === "unknown") {
    report.error("invalidImport", from.span, `unknown import type: "${baseName(file.name)}"`, {
      hint: "known are .bt and .h files and directories",
    });
    return null;
  }
  const { source, start } = appendFile(linking.source, file.name, file.text);
  linking.source = source;
  const { script, diagnostics } = parse(source, start);
  for (const diagnostic of diagnostics) report.add(diagnostic);
  if (script.config !== null) report.error("invalidImport", script.config.span, "invalid `config` within import");
  const whole = link(linking, script, file.name);
  // Of a header only the definitions are wanted.
  return kind === "header" ? { ...whole, items: [] } : whole;
}

function importAll(linking: Linking, from: Import, importer: string): Script[] {
  const result = linking.read(from.path, importer);
  if (result.ok) return result.files.map((file) => importFile(linking, from, file)).filter((script) => script !== null);
  linking.report.error("invalidImport", from.span, result.message, { hint: result.hint ?? null });
  return [];
}

/** Imported items come first, so that begin and end probes run in the order of row 1.17. */
function link(linking: Linking, script: Script, name: string): Script {
  if (script.imports.length === 0) return script;
  const imported = script.imports.flatMap((from) => importAll(linking, from, name));
  return {
    ...script,
    definitions: [...imported.flatMap(({ definitions }) => definitions), ...script.definitions],
    items: [...imported.flatMap(({ items }) => items), ...script.items],
    imports: [],
  };
}

const cannotRead: ReadImport = (path) => ({ ok: false, message: `can not import "${path}": there are no files here` });

/** The script with everything that it imports, and everything that this imports. The configuration stays the script's own. */
export function linkImports(unit: Unit, read: ReadImport | undefined, report: Report): Unit {
  if (unit.script.imports.length === 0) return unit;
  const linking: Linking = { read: read ?? cannotRead, report, seen: new Set(), source: unit.source };
  const script = link(linking, unit.script, unit.source.name);
  return { script, source: linking.source };
}
