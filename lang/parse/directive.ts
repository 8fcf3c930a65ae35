/** Preprocessor lines (rows 2.03 to 2.05). They are only read here; check/definitions acts on them. */
import type { Definition, Expr } from "../ast/ast.ts";
import { withSpan } from "../ast/with-span.ts";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { classifyTokens } from "../lex/classify.ts";
import { syntaxError, type Cursor } from "../lex/cursor.ts";
import { lexToken } from "../lex/token.ts";
import type { Grammar } from "./grammar.ts";
import { findTooDeep } from "./limit-depth.ts";

const conditionals: ReadonlySet<string> = new Set("ifdef ifndef if elif else endif undef pragma error warning line".split(" "));

/** A text as an expression; null if it is none, which only its use makes a mistake. Spans are from its start. */
function readExpression(grammar: () => Grammar, text: string): Expr | null {
  const cursor: Cursor = { text, pos: 0, comments: [], diagnostics: [] };
  const tokens = [];
  for (let token = lexToken(cursor, null); token !== null; token = lexToken(cursor, null)) tokens.push(token);
  if (tokens.length === 0 || cursor.diagnostics.length > 0) return null;
  classifyTokens(tokens);
  const unread: Diagnostic[] = [];
  const value = grammar().read((rules) => rules.constant(), text, tokens, unread);
  return unread.length > 0 || value === null || findTooDeep(value, tokens.length) !== null ? null : value;
}

/** What #if and #elif ask; `defined X` counts as the call `defined(X)`. */
function readCondition(grammar: () => Grammar, line: string, span: Span): Expr | null {
  const asked = /^#\s*(?:el)?if\b(.*)$/s.exec(line)?.[1];
  const cond = asked === undefined ? null : readExpression(grammar, asked.replace(/\bdefined\s+(\w+)/g, "defined($1)"));
  return cond === null ? null : withSpan(cond, span);
}

/** A `#` line, continuation lines included. Its text is kept, nothing is expanded. */
export function parseDirective(grammar: () => Grammar, text: string, span: Span, diagnostics: Diagnostic[]): Definition {
  const line = text
    .slice(span.start, span.end)
    .replace(/\\\r?\n/g, " ")
    .trimEnd();
  const [head, word = ""] = /^#\s*(\w*)/.exec(line) ?? [line];
  const include = /^#\s*include\s*(?:<([^>]*)>|"([^"]*)")/.exec(line);
  if (include !== null) return { kind: "include", path: include[1] ?? include[2] ?? "", system: include[1] !== undefined, span };
  const define = /^(#\s*define\s+)(\w+)(?!\w|\()\s*(.*)$/s.exec(line);
  if (define !== null) {
    const [, before = "", name = "", body = ""] = define;
    const start = span.start + before.length;
    const written = readExpression(grammar, body);
    const value = written === null ? null : withSpan(written, { start: span.end - body.length, end: span.end });
    return { kind: "define", name: { text: name, span: { start, end: start + name.length } }, body, value, span };
  }
  // A function-like macro says nothing to a script: only object-like ones can be used in programs (row 2.04).
  if (conditionals.has(word) || /^#\s*define\s+\w+\(/.test(line))
    return { kind: "conditional", text: line, cond: readCondition(grammar, line, span), span };
  const wordSpan = { start: span.start, end: span.start + head.length };
  const isKnown = word === "include" || word === "define";
  const message = isKnown ? `malformed #${word}` : `unknown preprocessor line '#${word}'`;
  diagnostics.push(syntaxError("directive", wordSpan, message));
  return { kind: "error", span };
}
