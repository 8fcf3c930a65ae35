import type { IToken, TokenType } from "chevrotain";
import type { Span } from "../diagnostics/diagnostic.ts";
import { attachPointEnd } from "./attach-point.ts";
import { classifyTokens } from "./classify.ts";
import { afterLayout, isWordStart, lineEnd, skipLayout, syntaxError, wordEnd, type Cursor } from "./cursor.ts";
import { maxNesting, trackNesting } from "./nesting.ts";
import { lexToken } from "./token.ts";
import { makeToken, T } from "./token-types.ts";

/**
 * A top-level item of a script. Items are cut out by the lexer, which must follow the braces anyway: attach points and program
 * text have different tokens. An error in one item so never touches another.
 */
export interface RawItem {
  readonly kind: "probe" | "macro" | "function" | "map_decl" | "config" | "import" | "directive" | "definition" | "error";
  /** Empty for a directive (a `#` line), whose text is all there is, and for an error, which has its diagnostic. */
  readonly tokens: IToken[];
  readonly span: Span;
}

/** Cuts a script into its items. Every character belongs to an item, a comment or a diagnostic. */
export function scanItems(cursor: Cursor): RawItem[] {
  const items: RawItem[] = [];
  skipLayout(cursor);
  if (cursor.text.startsWith("#!", cursor.pos)) cursor.pos = lineEnd(cursor.text, cursor.pos);
  for (;;) {
    skipLayout(cursor);
    const start = cursor.pos;
    if (start >= cursor.text.length) return items;
    const { kind, tokens } = scanItem(cursor);
    classifyTokens(tokens);
    items.push({ kind, tokens, span: { start, end: lastEnd(tokens, cursor.pos) } });
  }
}

/** Words and parentheses between `struct` and its `{`: a name and attributes. The bound keeps the search for the brace short. */
const maxDefinitionHead = 64;

type Scanned = Pick<RawItem, "kind" | "tokens">;

function lastEnd(tokens: readonly IToken[], otherwise: number): number {
  const last = tokens.at(-1);
  return last === undefined ? otherwise : last.endOffset! + 1;
}

function scanItem(cursor: Cursor): Scanned {
  const { text, pos } = cursor;
  if (text[pos] === "#") return scanDirective(cursor);
  const word = text.slice(pos, wordEnd(text, pos));
  const next = afterLayout(text, pos + word.length);
  if (word === "config" && text[next] === "=") return { kind: "config", tokens: lexThroughBody(cursor, []) };
  if (word === "import" && text[next] === '"') return { kind: "import", tokens: lexDeclaration(cursor) };
  if (word === "let") return { kind: "map_decl", tokens: lexDeclaration(cursor) };
  if (isWordStart(text.charCodeAt(next))) {
    if (word === "macro") return { kind: "macro", tokens: lexThroughBody(cursor, []) };
    if (word === "fn") return { kind: "function", tokens: lexThroughBody(cursor, []) };
  }
  if (isDefinition(text, word, next)) return { kind: "definition", tokens: lexDefinition(cursor) };
  if (/[})\];]/.test(text.charAt(pos))) return strayCloser(cursor);
  return scanProbe(cursor);
}

/** A `#` line with its continuation lines. */
function scanDirective(cursor: Cursor): Scanned {
  const { text } = cursor;
  let end = lineEnd(text, cursor.pos);
  while (end < text.length && /\\\r?$/.test(text.slice(Math.max(0, end - 2), end))) end = lineEnd(text, end + 1);
  cursor.pos = end;
  return { kind: "directive", tokens: [] };
}

function strayCloser(cursor: Cursor): Scanned {
  const start = cursor.pos;
  const run = /^[})\];\s]*[})\];]/.exec(cursor.text.slice(start))?.[0].length ?? 1;
  cursor.pos = start + run;
  const shown = cursor.text.charAt(start);
  cursor.diagnostics.push(syntaxError("unexpected", { start, end: start + 1 }, `unexpected '${shown}' outside of a probe`));
  return { kind: "error", tokens: [] };
}

/** `struct name {` with attributes before or after the name, `enum {`, `struct name;` or a typedef; but not a probe called `struct:x`. */
function isDefinition(text: string, word: string, next: number): boolean {
  if (word === "typedef") return isWordStart(text.charCodeAt(next));
  if (word !== "struct" && word !== "union" && word !== "enum") return false;
  let pos = next;
  let depth = 0;
  for (let words = 0; words < maxDefinitionHead; words++) {
    pos = afterLayout(text, Math.max(pos, wordEnd(text, pos)));
    const c = text.charAt(pos);
    if (c === "(") depth++;
    else if (c === ")" && depth > 0) depth--;
    else if (depth === 0 && (c === "{" || c === ";")) return true;
    else if (!isWordStart(text.charCodeAt(pos)) && !(depth > 0 && /[\w,]/.test(c))) return false;
    if (/[(),]/.test(c)) pos++;
  }
  return false;
}

/** Tokens of a C definition: through the `;` behind it, or through its closing brace and attributes. */
function lexDefinition(cursor: Cursor): IToken[] {
  const isTypedef = cursor.text.startsWith("typedef", cursor.pos);
  const tokens: IToken[] = [];
  const open: TokenType[] = [];
  let hasBody = false;
  for (;;) {
    const token = lexToken(cursor, null);
    if (token === null) return tokens;
    tokens.push(token);
    trackNesting(open, token);
    if (token.tokenType === T.RBrace) hasBody = true;
    if (open.length > 0) continue;
    if (token.tokenType === T.Semicolon) return tokens;
    const next = afterLayout(cursor.text, cursor.pos);
    if (hasBody && !isTypedef && cursor.text[next] !== ";" && !continuesDefinition(cursor.text, next, token)) return tokens;
  }
}

function continuesDefinition(text: string, next: number, last: IToken): boolean {
  return text.startsWith("__attribute__", next) || last.image === "__attribute__";
}

/** Tokens of `import "x";` or `let @m = hash(1);`: through the `;`, or as far as the declaration goes without one. */
function lexDeclaration(cursor: Cursor): IToken[] {
  const tokens: IToken[] = [];
  let depth = 0;
  for (;;) {
    const next = afterLayout(cursor.text, cursor.pos);
    const isNewLine = cursor.text.slice(cursor.pos, next).includes("\n");
    const last = tokens.at(-1)?.tokenType;
    const isComplete = depth === 0 && (last === T.RParen || last === T.String || isNewLine) && last !== T.Assign && last !== undefined;
    if (next >= cursor.text.length || (isComplete && cursor.text[next] !== ";") || /[{}]/.test(cursor.text.charAt(next))) return tokens;
    const token = lexToken(cursor, null)!;
    tokens.push(token);
    if (token.tokenType === T.Semicolon) return tokens;
    if (token.tokenType === T.LParen) depth++;
    if (token.tokenType === T.RParen) depth--;
  }
}

function scanProbe(cursor: Cursor): Scanned {
  const { text } = cursor;
  const tokens: IToken[] = [];
  for (;;) {
    skipLayout(cursor);
    const start = cursor.pos;
    // A comma before the predicate or the body is fine (row 1.01).
    if (start >= text.length || (tokens.length > 0 && /[/{]/.test(text.charAt(start)))) break;
    cursor.pos = attachPointEnd(text, start);
    if (cursor.pos === start) break;
    tokens.push(makeToken(T.AttachPoint, text, start, cursor.pos));
    skipLayout(cursor);
    if (text[cursor.pos] !== ",") break;
    tokens.push(makeToken(T.Comma, text, cursor.pos, ++cursor.pos));
  }
  if (tokens.length === 0) return missingAttachPoint(cursor);
  return scanProbeBody(cursor, tokens);
}

function missingAttachPoint(cursor: Cursor): Scanned {
  const start = cursor.pos;
  cursor.diagnostics.push(syntaxError("expected", { start, end: start + 1 }, "expected attach point"));
  if (/[/{]/.test(cursor.text.charAt(start))) lexPredicateAndBody(cursor, []);
  else cursor.pos++;
  return { kind: "error", tokens: [] };
}

function scanProbeBody(cursor: Cursor, tokens: IToken[]): Scanned {
  const { text, pos } = cursor;
  if (/[/{]/.test(text.charAt(pos))) return { kind: "probe", tokens: lexPredicateAndBody(cursor, tokens) };
  const headEnd = lastEnd(tokens, pos);
  // On a new line another item begins, and the parser reports the missing body.
  if (pos >= text.length || text.slice(headEnd, pos).includes("\n")) return { kind: "probe", tokens };
  const stop = lineEnd(text, pos);
  const brace = text.indexOf("{", pos);
  const hasPath = tokens.at(-1)!.image.includes("/");
  const hint = hasPath
    ? "behind the first ':' a '/' belongs to a path: put a blank before the predicate"
    : "an attach point ends at the first blank; a predicate stands between two '/'";
  const end = Math.max(pos + 1, wordEnd(text, pos));
  if (brace >= 0 && brace < stop) {
    cursor.diagnostics.push(syntaxError("expected", { start: pos, end }, "expected '{', ',' or '/'", hint));
    cursor.pos = brace;
    return { kind: "probe", tokens: lexPredicateAndBody(cursor, tokens) };
  }
  cursor.diagnostics.push(syntaxError("expected", { start: pos, end }, "expected '{', ',' or '/'"));
  cursor.pos = stop;
  return { kind: "error", tokens: [] };
}

function lexPredicateAndBody(cursor: Cursor, tokens: IToken[]): IToken[] {
  if (cursor.text[cursor.pos] !== "/") return lexThroughBody(cursor, tokens);
  tokens.push(makeToken(T.PredicateStart, cursor.text, cursor.pos, ++cursor.pos));
  return lexThroughBody(cursor, tokens);
}

/**
 * Lexes through the `}` that closes the item's body. Within a predicate a block expression may come first: its brace is not the
 * body's if the predicate goes on behind it.
 */
function lexThroughBody(cursor: Cursor, tokens: IToken[]): IToken[] {
  const open: TokenType[] = [];
  let inPredicate = tokens.at(-1)?.tokenType === T.PredicateStart;
  let previous: TokenType | null = null;
  /** Start of the text that is nested too deeply to be kept. */
  let dropped = -1;
  for (;;) {
    const token = lexToken(cursor, previous);
    if (token === null) break;
    previous = token.tokenType;
    trackNesting(open, token);
    if (dropped < 0 && open.length > maxNesting) {
      dropped = token.startOffset;
      cursor.diagnostics.push(syntaxError("nesting", { start: dropped, end: token.endOffset! + 1 }, "nested too deeply"));
    }
    if (dropped < 0) tokens.push(token);
    else if (open.length <= maxNesting) {
      tokens.push(makeToken(T.Invalid, cursor.text, dropped, token.endOffset! + 1));
      dropped = -1;
    }
    if (previous === T.PredicateEnd) inPredicate = false;
    if (previous === T.RBrace && open.length === 0 && !(inPredicate && predicateGoesOn(cursor))) return tokens;
  }
  if (dropped >= 0) tokens.push(makeToken(T.Invalid, cursor.text, dropped, cursor.text.length));
  return tokens;
}

function predicateGoesOn(cursor: Cursor): boolean {
  const next = afterLayout(cursor.text, cursor.pos);
  return /^(?:else\b|[/.?:=!<>&|^+\-*%)\],[])/.test(cursor.text.slice(next, next + 5));
}
