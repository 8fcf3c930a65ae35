import type { IToken, TokenType } from "chevrotain";
import { afterLayout, isDigit, isSpace, isWordStart, lineEnd, skipLayout, syntaxError, wordEnd, type Cursor } from "./cursor.ts";
import { keywords, makeToken, punctuation, T } from "./token-types.ts";

const maxParam = 2n ** 63n - 1n;
/** Second characters of operators of two or three characters. */
const longPunctuation = "=<>&|+-.";

/** Next token of program text (inside a predicate or a body), or null at the end. `previous` is the type of the token before. */
export function lexToken(cursor: Cursor, previous: TokenType | null): IToken | null {
  skipLayout(cursor);
  const { text, pos: start } = cursor;
  if (start >= text.length) return null;
  const first = text.charCodeAt(start);
  if (isWordStart(first)) return lexWord(cursor, previous);
  if (isDigit(first)) return lexNumber(cursor, previous);
  if (first === 0x22) return lexString(cursor);
  if (first === 0x24) return lexDollar(cursor);
  if (first === 0x40) return take(cursor, T.Map, wordStartsAt(text, start + 1) ? wordEnd(text, start + 1) : start + 1);
  if (first === 0x27) return lexCharacter(cursor);
  return lexPunctuation(cursor) ?? lexUnknown(cursor);
}

function take(cursor: Cursor, type: TokenType, end: number): IToken {
  const token = makeToken(type, cursor.text, cursor.pos, end);
  cursor.pos = end;
  return token;
}

function wordStartsAt(text: string, pos: number): boolean {
  return isWordStart(text.charCodeAt(pos));
}

function lexWord(cursor: Cursor, previous: TokenType | null): IToken {
  const { text, pos: start } = cursor;
  const end = wordEnd(text, start);
  // Members may be called like keywords: args.config
  if (previous === T.Dot || previous === T.Arrow) return take(cursor, T.Ident, end);
  const word = text.slice(start, end);
  const isKind = word === "struct" || word === "union" || word === "enum";
  if (isKind && wordStartsAt(text, afterLayout(text, end))) return take(cursor, T.StructKind, end);
  return take(cursor, keywords.get(word) ?? T.Ident, end);
}

function lexNumber(cursor: Cursor, previous: TokenType | null): IToken {
  const { text, pos: start } = cursor;
  if (previous === T.Dot) {
    let end = start;
    while (isDigit(text.charCodeAt(end))) end++;
    return take(cursor, T.Ident, end); // $t.0.1
  }
  let end = wordEnd(text, start);
  // `1.5` in one token, so that one message says it all; `1..5` is a range.
  if (text.charCodeAt(end) === 0x2e && isDigit(text.charCodeAt(end + 1))) end = wordEnd(text, end + 1);
  return take(cursor, T.Int, end);
}

function lexString(cursor: Cursor): IToken {
  const { text, pos: start } = cursor;
  const stop = lineEnd(text, start);
  let end = start + 1;
  while (end < stop && text.charCodeAt(end) !== 0x22) end += text.charCodeAt(end) === 0x5c ? 2 : 1;
  if (end < stop) return take(cursor, T.String, end + 1);
  cursor.diagnostics.push(syntaxError("string", { start, end: stop }, "unterminated string"));
  return take(cursor, T.Invalid, stop);
}

/** Row 2.45: there are none, so it is one mistake, with its closing quote. */
function lexCharacter(cursor: Cursor): IToken {
  const { text, pos: start } = cursor;
  const literal = /^'(?:\\.|[^'\\\n])*'/.exec(text.slice(start, lineEnd(text, start)));
  const end = start + (literal?.[0].length ?? 1);
  const hint = "strings are written in double quotes";
  cursor.diagnostics.push(syntaxError("unexpected", { start, end }, "character literals are not supported", hint));
  return take(cursor, T.Invalid, end);
}

function lexDollar(cursor: Cursor): IToken {
  const { text, pos: start } = cursor;
  const next = text.charCodeAt(start + 1);
  if (isWordStart(next)) return take(cursor, T.Variable, wordEnd(text, start + 1));
  if (next === 0x23) return take(cursor, T.Param, start + 2);
  if (!isDigit(next)) {
    const message = "expected identifier after '$'";
    cursor.diagnostics.push(syntaxError("expected", { start, end: start + 1 }, message));
    return take(cursor, T.Invalid, start + 1);
  }
  let end = start + 1;
  while (isDigit(text.charCodeAt(end))) end++;
  const digits = text.slice(start + 1, end);
  // 20 digits are out of range whatever they are.
  const index = digits.length < 20 ? BigInt(digits) : maxParam + 1n;
  if (index >= 1n && index <= maxParam) return take(cursor, T.Param, end);
  const message = `param $${digits} is out of integer range [1, ${maxParam}]`;
  cursor.diagnostics.push(syntaxError("param", { start, end }, message));
  return take(cursor, T.Invalid, end);
}

function lexPunctuation(cursor: Cursor): IToken | null {
  const { text, pos: start } = cursor;
  const isLong = start + 1 < text.length && longPunctuation.includes(text.charAt(start + 1));
  for (let length = isLong ? Math.min(3, text.length - start) : 1; length > 0; length--) {
    const type = punctuation.get(text.slice(start, start + length));
    if (type === undefined) continue;
    const end = start + length;
    const endsPredicate = type === T.Infix && text[start] === "/" && text[afterLayout(text, end)] === "{";
    return take(cursor, endsPredicate ? T.PredicateEnd : type, end);
  }
  return null;
}

/** A run of characters that begin no token, as one Invalid token with one message. */
function lexUnknown(cursor: Cursor): IToken {
  const { text, pos: start } = cursor;
  let end = start;
  do end++;
  while (end < text.length && beginsNothing(text, end));
  const shown = text.slice(start, Math.min(end, start + 20)).replace(/[\0-\x1f\x7f-\x9f]/g, hexEscape);
  cursor.diagnostics.push(syntaxError("unexpected", { start, end }, `unexpected '${shown}'`, unknownHints[text[start] ?? ""]));
  return take(cursor, T.Invalid, end);
}

const unknownHints: Readonly<Record<string, string>> = {
  "#": "C preprocessor lines stand before the first probe",
};

function hexEscape(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

function beginsNothing(text: string, pos: number): boolean {
  const c = text.charCodeAt(pos);
  const begins = isSpace(c) || isWordStart(c) || isDigit(c) || c === 0x22 || c === 0x24 || c === 0x40;
  return !begins && !punctuation.has(text.charAt(pos));
}
