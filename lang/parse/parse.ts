import type { ConfigBlock, Definition, Import, Item, Script } from "../ast/ast.ts";
import type { Diagnostic, Source } from "../diagnostics/diagnostic.ts";
import { syntaxError, type Cursor } from "../lex/cursor.ts";
import { scanItems, type RawItem } from "../lex/items.ts";
import { parseDefinition } from "./definition.ts";
import { parseDirective } from "./directive.ts";
import { Grammar } from "./grammar.ts";
import { findTooDeep } from "./limit-depth.ts";

/** A text that is no script at all (binary data, say) would give one message for each of its lines. */
const maxDiagnostics = 100;

let grammar: Grammar | undefined;

/** Analysing the grammar takes some milliseconds: on the first script, not when the program starts. */
function sharedGrammar(): Grammar {
  return (grammar ??= new Grammar({ check: false }));
}

export interface ParseResult {
  readonly script: Script;
  /** In the order of the text, at most one for each place. */
  readonly diagnostics: Diagnostic[];
}

/**
 * Reads a script. Never throws and always gives a tree: what could not be read is an `error` node and a diagnostic (HS10xx), and
 * the rest of its statement's or item's neighbours is read all the same.
 * `from`: where the text of an imported file begins, the last one of the source.
 * Source: bpftrace docs/language.md; grammar of bpftrace after 0.26, and what 0.17 accepts beside it.
 */
export function parse(source: Source, from = 0): ParseResult {
  const { text } = source;
  const cursor: Cursor = { text, pos: from, comments: [], diagnostics: [] };
  const script = readItems(cursor, scanItems(cursor));
  return { script: { ...script, span: { start: from, end: text.length } }, diagnostics: inTextOrder(cursor.diagnostics) };
}

function readItems(cursor: Cursor, rawItems: readonly RawItem[]): Omit<Script, "span"> {
  const { text, comments, diagnostics } = cursor;
  const definitions: Definition[] = [];
  const imports: Import[] = [];
  const items: Item[] = [];
  let config: ConfigBlock | null = null;
  /** Row 2.01. */
  const inPreamble = ({ span }: RawItem, what: string) => {
    if (items.length === 0) return;
    const end = Math.min(span.end, text.indexOf("\n", span.start) < 0 ? span.end : text.indexOf("\n", span.start));
    diagnostics.push(syntaxError("order", { start: span.start, end }, `${what} must appear before probes and functions`));
  };
  for (const raw of rawItems) {
    switch (raw.kind) {
      case "directive":
        inPreamble(raw, "C definitions");
        definitions.push(parseDirective(sharedGrammar, text, raw.span, diagnostics));
        break;
      case "definition":
        inPreamble(raw, "C definitions");
        definitions.push(parseDefinition(sharedGrammar(), text, raw, diagnostics));
        break;
      case "config": {
        inPreamble(raw, "config");
        const start = raw.span.start;
        if (config !== null) diagnostics.push(syntaxError("order", { start, end: start + "config".length }, "duplicate config block"));
        const read = sharedGrammar().read((rules) => rules.config(), text, raw.tokens, diagnostics);
        config ??= read;
        break;
      }
      case "import": {
        inPreamble(raw, "root imports");
        const read = sharedGrammar().read((rules) => rules.importItem(), text, raw.tokens, diagnostics);
        if (read !== null) imports.push(read);
        break;
      }
      default:
        items.push(readItem(text, raw, diagnostics));
    }
  }
  return { definitions, config, imports, items, comments };
}

const rules = {
  probe: (grammar: Grammar) => grammar.probe(),
  macro: (grammar: Grammar) => grammar.macro(),
  function: (grammar: Grammar) => grammar.func(),
  map_decl: (grammar: Grammar) => grammar.mapDecl(),
} as const;

function readItem(text: string, { kind, tokens, span }: RawItem, diagnostics: Diagnostic[]): Item {
  const rule = Object.hasOwn(rules, kind) ? rules[kind as keyof typeof rules] : null;
  const item = rule === null ? null : sharedGrammar().read<Item>(rule, text, tokens, diagnostics);
  if (item === null) return { kind: "error", span };
  const tooDeep = findTooDeep(item, tokens.length);
  if (tooDeep === null) return item;
  diagnostics.push(syntaxError("nesting", tooDeep, "nested too deeply"));
  return { kind: "error", span };
}

/** Sorted, one for each place: what follows from an error at the same place would only confuse. */
function inTextOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const startOf = (diagnostic: Diagnostic) => diagnostic.span?.start ?? 0;
  const sorted = [...diagnostics].sort((a, b) => startOf(a) - startOf(b));
  const distinct = sorted.filter((diagnostic, i) => i === 0 || startOf(diagnostic) !== startOf(sorted[i - 1]!));
  if (distinct.length <= maxDiagnostics) return distinct;
  const last = distinct[maxDiagnostics]!;
  return [...distinct.slice(0, maxDiagnostics), syntaxError("tooMany", last.span!, "too many errors: giving up")];
}
