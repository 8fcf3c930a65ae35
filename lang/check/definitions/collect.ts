/** C preprocessor lines and definitions, in order, as types, constants and macros (rows 2.03 to 2.07). */
import type { Definition } from "../../ast/ast.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import { appendFile } from "../../diagnostics/source.ts";
import { parse } from "../../parse/parse.ts";
import { noTypes, type TypeSource } from "../../types/type-source.ts";
import type { Unit } from "../imports.ts";
import type { Report } from "../report.ts";
import { isKnownHeader } from "./c-names.ts";
import { headerConstants } from "./header-constants.ts";
import { typeNamed } from "./c-types.ts";
import { conditionHolds } from "./constants.ts";
import { declare } from "./declare.ts";
import { newScope, type Define, type Scope } from "./scope.ts";

/** The text of a header, null if there is none of that name. `system`: written in <>. */
export type ReadHeader = (path: string, system: boolean) => string | null;

export interface Definitions {
  readonly types: TypeSource;
  readonly defines: ReadonlyMap<string, Define>;
}

/** One #if: `taken` once a branch of it was, `active` while definitions count. */
interface Branch {
  taken: boolean;
  active: boolean;
}

interface Collecting {
  readonly scope: Scope;
  readonly readHeader: ReadHeader | null;
  readonly branches: Branch[];
  /** Headers that were read: each counts once. */
  readonly headers: Set<string>;
  source: Unit["source"];
}

const isActive = ({ branches }: Collecting): boolean => branches.every((branch) => branch.active);

/** What an #if, #ifdef, #ifndef or #elif asks. */
function asks(scope: Scope, definition: Extract<Definition, { kind: "conditional" }>, word: string, name: string): boolean {
  if (word === "ifdef" || word === "ifndef") return scope.defines.has(name) === (word === "ifdef");
  const holds = definition.cond === null ? null : conditionHolds(scope, definition.cond);
  if (holds === null) scope.report.error("invalidDefinition", definition.span, `#${word} with an expression that is not constant`);
  return holds ?? false;
}

function conditional(collecting: Collecting, definition: Extract<Definition, { kind: "conditional" }>): void {
  const { scope, branches } = collecting;
  const [, word = "", name = ""] = /^#\s*(\w*)\s*(\w*)/.exec(definition.text) ?? [];
  const outer = branches.at(-1);
  const enclosed = branches.slice(0, -1).every((branch) => branch.active);
  switch (word) {
    case "if":
    case "ifdef":
    case "ifndef": {
      const holds = isActive(collecting) && asks(scope, definition, word, name);
      branches.push({ taken: holds, active: holds });
      return;
    }
    case "elif":
    case "else":
    case "endif":
      if (outer === undefined) {
        scope.report.error("invalidDefinition", definition.span, `#${word} without #if`);
        return;
      }
      if (word === "endif") branches.pop();
      else {
        outer.active = enclosed && !outer.taken && (word === "else" || asks(scope, definition, word, name));
        outer.taken ||= outer.active;
      }
      return;
    case "undef":
      if (isActive(collecting)) scope.defines.delete(name);
      return;
    case "error":
      if (isActive(collecting)) scope.report.error("invalidDefinition", definition.span, definition.text.replace(/^#\s*error\s*/, ""));
      return;
    default:
    // #pragma, #line and macros with parameters change nothing that a program could see.
  }
}

/** bpftrace reads definitions as a file of their own, whose first line is its own. */
function lineOf(unit: Unit, span: Span): number {
  const before = unit.script.definitions.filter((definition) => definition.span.end <= span.start);
  return 2 + before.reduce((lines, { span: { start, end } }) => lines + unit.source.text.slice(start, end).split("\n").length, 0);
}

function include(collecting: Collecting, unit: Unit, definition: Extract<Definition, { kind: "include" }>): void {
  const { scope, headers, readHeader } = collecting;
  const { path, span, system } = definition;
  if (headers.has(path)) return;
  headers.add(path);
  const text = readHeader?.(path, system) ?? null;
  if (text !== null) {
    const { source, start } = appendFile(collecting.source, path, text);
    collecting.source = source;
    const { script, diagnostics } = parse(source, start);
    for (const diagnostic of diagnostics) scope.report.add(diagnostic);
    collect(collecting, { script, source });
  } else if (isKnownHeader(path)) scope.hasHeader = true;
  else {
    const column = unit.source.text.slice(span.start, span.end).search(/[<"]/) + 1;
    const place = `definitions.h:${lineOf(unit, span)}:${column}`;
    scope.report.error("missingHeader", span, `${place}: fatal error: '${path}' file not found`, {
      hint: "hindsight has no headers beside the names of integer types: write the structs that the script needs into it, or put them into a file and import that",
    });
  }
}

function collect(collecting: Collecting, unit: Unit): void {
  const { scope } = collecting;
  for (const definition of unit.script.definitions) {
    if (definition.kind === "conditional") conditional(collecting, definition);
    else if (!isActive(collecting)) continue;
    else if (definition.kind === "include") include(collecting, unit, definition);
    else if (definition.kind === "define") scope.defines.set(definition.name.text, { body: definition.body, value: definition.value });
    else declare(scope, definition);
  }
}

function typeSource(scope: Scope): TypeSource {
  const { outer } = scope;
  return {
    compound: (tag, name) => scope.compounds.get(`${tag} ${name}`) ?? outer.compound(tag, name),
    enumeration: (name) => scope.enums.get(name) ?? outer.enumeration(name),
    // C's own names come with the first header, as those of the typedefs that it has.
    typedef: (name) =>
      scope.hasHeader || scope.typedefs.has(name) || scope.defines.has(name) ? (typeNamed(scope, name)?.type ?? null) : outer.typedef(name),
    constant: (name) => scope.constants.get(name) ?? outer.constant(name),
  };
}

/** Macros that headers and the C preprocessor give. */
function addGiven(scope: Scope, hasTypes: boolean): void {
  const give = (name: string, value: bigint): void => {
    if (!scope.defines.has(name) && !scope.constants.has(name))
      scope.defines.set(name, {
        body: String(value),
        value: { kind: "int", span: { start: 0, end: 0 }, text: String(value), value, suffix: "" },
      });
  };
  if (hasTypes) give("BPFTRACE_HAVE_BTF", 1n);
  if (scope.hasHeader) for (const [name, value] of headerConstants) give(name, value);
}

/** `unit` with the texts of headers behind its own. `types` are those of the recording, null if it has none. */
export function collectDefinitions(
  unit: Unit,
  types: TypeSource | null,
  readHeader: ReadHeader | null,
  report: Report,
): { readonly definitions: Definitions; readonly unit: Unit } {
  const scope = newScope(report, types ?? noTypes);
  const collecting: Collecting = { scope, readHeader, branches: [], headers: new Set(), source: unit.source };
  // A script that can do without type data has its own definitions then, which are the recorded kernel's.
  const hasTypes = types !== null && types.isForeign !== true;
  addGiven(scope, hasTypes);
  collect(collecting, unit);
  addGiven(scope, hasTypes);
  const last = unit.script.definitions.at(-1);
  if (collecting.branches.length > 0 && last !== undefined)
    report.error("invalidDefinition", last.span, "unterminated conditional directive");
  return { definitions: { types: typeSource(scope), defines: scope.defines }, unit: { ...unit, source: collecting.source } };
}
