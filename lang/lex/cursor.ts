import type { Comment } from "../ast/ast.ts";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";

/** Reading position in a script, with what the lexer notes on its way. */
export interface Cursor {
  readonly text: string;
  pos: number;
  readonly comments: Comment[];
  readonly diagnostics: Diagnostic[];
}

/** Codes of syntax errors. Stable: tests and users may rely on them. */
export const syntaxCodes = {
  /** Something else was expected here. */
  expected: "HS1001",
  /** Malformed number. */
  integer: "HS1002",
  /** Malformed string or escape. */
  string: "HS1003",
  /** Character or text that means nothing here. */
  unexpected: "HS1004",
  /** Definitions after the first probe, second config block. */
  order: "HS1005",
  nesting: "HS1006",
  /** Assignment, increment or address of something that has no place. */
  target: "HS1007",
  attachPoint: "HS1008",
  /** Positional parameter out of range. */
  param: "HS1009",
  duplicateName: "HS1010",
  directive: "HS1011",
  tooMany: "HS1012",
} as const satisfies Record<string, Diagnostic["code"]>;

/** Row 2.63: every message of the parser begins with "syntax: ". */
export function syntaxError(kind: keyof typeof syntaxCodes, span: Span, message: string, hint?: string): Diagnostic {
  const diagnostic = { code: syntaxCodes[kind], severity: "error", span, message: `syntax: ${message}` } as const;
  return hint === undefined ? diagnostic : { ...diagnostic, hint };
}

export function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

export function isWordStart(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95;
}

export function isWord(c: number): boolean {
  return isWordStart(c) || isDigit(c);
}

/** Blank, tab, line feed, vertical tab, form feed, carriage return. */
export function isSpace(c: number): boolean {
  return c === 32 || (c >= 9 && c <= 13);
}

/** End of the word that starts at `pos`; `pos` itself if there is none. */
export function wordEnd(text: string, pos: number): number {
  let end = pos;
  while (isWord(text.charCodeAt(end))) end++;
  return end;
}

/** Offset of the line feed that ends the line of `pos`, or the length of the text. */
export function lineEnd(text: string, pos: number): number {
  const feed = text.indexOf("\n", pos);
  return feed < 0 ? text.length : feed;
}

/** End of the comment at `pos`, or -1 if there is no comment. An unterminated one ends with the text. */
function commentEnd(text: string, pos: number): number {
  if (text.charCodeAt(pos) !== 47) return -1;
  const second = text.charCodeAt(pos + 1);
  if (second === 47) return lineEnd(text, pos);
  if (second !== 42) return -1;
  const close = text.indexOf("*/", pos + 2);
  return close < 0 ? text.length : close + 2;
}

/** Position of the next character that is neither blank nor part of a comment. */
export function afterLayout(text: string, pos: number): number {
  let at = pos;
  for (;;) {
    while (isSpace(text.charCodeAt(at))) at++;
    const end = commentEnd(text, at);
    if (end < 0) return at;
    at = end;
  }
}

/** Moves over blanks and comments; notes the comments. */
export function skipLayout(cursor: Cursor): void {
  const { text } = cursor;
  for (;;) {
    while (isSpace(text.charCodeAt(cursor.pos))) cursor.pos++;
    const start = cursor.pos;
    const end = commentEnd(text, start);
    if (end < 0) return;
    const comment = text.slice(start, end);
    cursor.comments.push({ text: comment, span: { start, end } });
    if (comment.startsWith("/*") && (comment.length < 4 || !comment.endsWith("*/"))) {
      cursor.diagnostics.push(syntaxError("unexpected", { start, end: start + 2 }, "unterminated comment"));
    }
    cursor.pos = end;
  }
}
