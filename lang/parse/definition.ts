import type { IToken, TokenType } from "chevrotain";
import type { CMember, Definition, Expr, Name } from "../ast/ast.ts";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { syntaxError } from "../lex/cursor.ts";
import type { RawItem } from "../lex/items.ts";
import { T } from "../lex/token-types.ts";
import { expectedAt } from "./error-text.ts";
import type { Grammar } from "./grammar.ts";
import { findTooDeep } from "./limit-depth.ts";

/** Structs within structs; C asks for 63. */
const maxStructDepth = 64;

/** Words that are never the name of a member. */
const keywords: ReadonlySet<string> = new Set(
  "char short int long float double void signed unsigned const volatile struct union enum _Bool __int128".split(" "),
);

/** A struct, union or enum definition or a typedef (rows 2.06, 2.07), in C syntax. */
export function parseDefinition(grammar: Grammar, text: string, raw: RawItem, diagnostics: Diagnostic[]): Definition {
  const reader: Reader = { grammar, text, tokens: raw.tokens, pos: 0, diagnostics, failed: false };
  const first = raw.tokens[0]?.image;
  const isDeclaration = !raw.tokens.some((token) => token.tokenType === T.LBrace);
  if (first === "typedef") return readTypedef(reader, raw.span);
  if (isDeclaration) return { kind: "typedef", text: text.slice(raw.span.start, raw.span.end), members: [], span: raw.span };
  const definition = readDefinition(reader, 0);
  accept(reader, T.Semicolon);
  if (!reader.failed && reader.pos < reader.tokens.length) fail(reader, "expected ';'");
  return reader.failed ? { kind: "error", span: raw.span } : definition;
}

/** What a typedef declares is written like members of a struct. */
function readTypedef(reader: Reader, span: Span): Definition {
  reader.pos++;
  const members: CMember[] = [];
  readMember(reader, 0, members);
  if (!reader.failed && reader.pos < reader.tokens.length) fail(reader, "expected ';'");
  if (reader.failed) return { kind: "error", span };
  return { kind: "typedef", text: reader.text.slice(span.start, span.end), members, span };
}

interface Reader {
  readonly grammar: Grammar;
  readonly text: string;
  readonly tokens: IToken[];
  pos: number;
  readonly diagnostics: Diagnostic[];
  /** The first problem ends the reading: C has no better place to go on. */
  failed: boolean;
}

function peek(reader: Reader, ahead = 0): IToken | undefined {
  return reader.failed ? undefined : reader.tokens[reader.pos + ahead];
}

function isNext(reader: Reader, type: TokenType): boolean {
  return peek(reader)?.tokenType === type;
}

function accept(reader: Reader, type: TokenType): IToken | null {
  const token = peek(reader);
  if (token?.tokenType !== type) return null;
  reader.pos++;
  return token;
}

function fail(reader: Reader, message: string): void {
  const found = peek(reader) ?? null;
  if (!reader.failed && found?.tokenType !== T.Invalid) {
    reader.diagnostics.push(expectedAt(reader.text, message, reader.tokens[reader.pos - 1] ?? null, found));
  }
  reader.failed = true;
}

function expect(reader: Reader, type: TokenType, message: string): IToken | null {
  const token = accept(reader, type);
  if (token === null) fail(reader, message);
  return token;
}

function spanFrom(reader: Reader, start: number): Span {
  return { start, end: (reader.tokens[reader.pos - 1]?.endOffset ?? start) + 1 };
}

function nameOf(token: IToken): Name {
  return { text: token.image, span: { start: token.startOffset, end: token.endOffset! + 1 } };
}

/** Words of C declarations; the lexer knows some of them as keywords or as the beginning of a type. */
function isWord(token: IToken | undefined): token is IToken {
  return token !== undefined && token.tokenType !== T.Invalid && /^[A-Za-z_]/.test(token.image);
}

/** `struct name {`, `struct {` and the like, attributes included, at the reader's place. */
function beginsDefinition(reader: Reader): boolean {
  if (!/^(?:struct|union|enum)$/.test(peek(reader)?.image ?? "")) return false;
  let ahead = 1;
  let depth = 0;
  for (;;) {
    const token = peek(reader, ahead);
    if (token?.tokenType === T.LBrace) return true;
    if (token?.tokenType === T.LParen) depth++;
    else if (token?.tokenType === T.RParen) depth--;
    else if (!isWord(token) && depth <= 0) return false;
    else if (token === undefined) return false;
    // `struct a b;` is a member; a definition has one name, and attributes around it.
    if (depth === 0 && isWord(token) && ahead > 1 && isWord(peek(reader, ahead - 1)) && !isAttribute(reader, ahead)) return false;
    ahead++;
  }
}

function isAttribute(reader: Reader, ahead: number): boolean {
  return [ahead, ahead - 1].some((at) => peek(reader, at)?.image === "__attribute__");
}

function readDefinition(reader: Reader, depth: number): Definition {
  const first = peek(reader)!;
  reader.pos++;
  const before = readAttributes(reader);
  const nameToken = isWord(peek(reader)) ? peek(reader)! : null;
  if (nameToken !== null) reader.pos++;
  const name = nameToken === null ? null : nameOf(nameToken);
  const attributes = [...before, ...readAttributes(reader)];
  expect(reader, T.LBrace, "expected '{'");
  if (depth > maxStructDepth) fail(reader, "nested too deeply");
  if (first.image === "enum") {
    const constants = readConstants(reader);
    expect(reader, T.RBrace, "expected '}'");
    attributes.push(...readAttributes(reader));
    return { kind: "enum", name, constants, attributes, span: spanFrom(reader, first.startOffset) };
  }
  const members: CMember[] = [];
  while (!reader.failed && !isNext(reader, T.RBrace) && reader.pos < reader.tokens.length) {
    if (accept(reader, T.Semicolon) === null) readMember(reader, depth, members);
  }
  expect(reader, T.RBrace, "expected '}'");
  attributes.push(...readAttributes(reader));
  return { kind: first.image === "union" ? "union" : "struct", name, members, attributes, span: spanFrom(reader, first.startOffset) };
}

/** `__attribute__((packed))` gives "packed", `((aligned(8), packed))` two entries. */
function readAttributes(reader: Reader): string[] {
  const attributes: string[] = [];
  while (peek(reader)?.image === "__attribute__") {
    reader.pos++;
    const open = expect(reader, T.LParen, "expected '('");
    let depth = 1;
    const start = reader.pos;
    while (!reader.failed && depth > 0) {
      const token = peek(reader);
      if (token === undefined) fail(reader, "expected ')'");
      else if (token.tokenType === T.LParen) depth++;
      else if (token.tokenType === T.RParen) depth--;
      reader.pos++;
    }
    if (open === null || reader.failed) break;
    const inside = reader.tokens.slice(start, reader.pos - 1).map((token) => token.image);
    const list = inside.join("").replace(/^\((.*)\)$/s, "$1");
    attributes.push(...list.split(/,(?![^(]*\))/).filter((attribute) => attribute !== ""));
  }
  return attributes;
}

function readConstants(reader: Reader): { name: Name; value: Expr | null }[] {
  const constants: { name: Name; value: Expr | null }[] = [];
  while (!reader.failed && isWord(peek(reader))) {
    const name = nameOf(peek(reader)!);
    reader.pos++;
    const value = accept(reader, T.Assign) === null ? null : readConstant(reader, [T.Comma, T.RBrace]);
    constants.push({ name, value });
    if (accept(reader, T.Comma) === null) break;
  }
  return constants;
}

/** The tokens up to one of `ends` outside brackets, as an expression. */
function readConstant(reader: Reader, ends: readonly TokenType[]): Expr | null {
  const start = reader.pos;
  let depth = 0;
  for (let token = peek(reader); token !== undefined; token = peek(reader)) {
    if (depth === 0 && (ends.includes(token.tokenType) || token.tokenType === T.Semicolon || token.image === "__attribute__")) break;
    if (token.tokenType === T.LParen || token.tokenType === T.LBracket || token.tokenType === T.LBrace) depth++;
    if (token.tokenType === T.RParen || token.tokenType === T.RBracket || token.tokenType === T.RBrace) depth--;
    if (depth > maxStructDepth) fail(reader, "nested too deeply");
    reader.pos++;
  }
  if (reader.failed) return null;
  const tokens = reader.tokens.slice(start, reader.pos);
  if (tokens.length === 0) {
    fail(reader, "expected expression");
    return null;
  }
  const value = reader.grammar.read((rules) => rules.constant(), reader.text, tokens, reader.diagnostics);
  const tooDeep = value === null ? null : findTooDeep(value, tokens.length);
  if (tooDeep !== null) reader.diagnostics.push(syntaxError("nesting", tooDeep, "nested too deeply"));
  if (value === null || tooDeep !== null) reader.failed = true;
  return value;
}

function readMember(reader: Reader, depth: number, members: CMember[]): void {
  const start = peek(reader)!.startOffset;
  if (beginsDefinition(reader)) {
    const definition = readDefinition(reader, depth + 1);
    do members.push(readNested(reader, definition, start));
    while (accept(reader, T.Comma) !== null);
    expect(reader, T.Semicolon, "expected ';'");
    return;
  }
  const words: string[] = [];
  // The last word before a `*`, `[`, `:`, `,` or `;` is the member's name.
  while (isWord(peek(reader)) && isTypeWordBefore(reader)) {
    words.push(reader.tokens[reader.pos++]!.image);
  }
  // `u32 : 4`: a bit-field without a name.
  if (words.length === 0 && isWord(peek(reader)) && peek(reader, 1)?.tokenType === T.Colon) words.push(reader.tokens[reader.pos++]!.image);
  if (words.length === 0) fail(reader, "expected member");
  do members.push(...readDeclarator(reader, words.join(" "), start));
  while (accept(reader, T.Comma) !== null);
  expect(reader, T.Semicolon, "expected ';'");
}

/** What stands behind the `}` of a nested definition; without a name its members are those of the outer one. */
function readNested(reader: Reader, definition: Definition, start: number): CMember {
  const pointers = readPointers(reader);
  const name = isWord(peek(reader)) ? nameOf(reader.tokens[reader.pos++]!) : null;
  const lengths = readLengths(reader);
  const bits = readBits(reader);
  const attributes = readAttributes(reader);
  return { kind: "nested", definition, name, pointers, lengths, bits, attributes, span: spanFrom(reader, start) };
}

function readPointers(reader: Reader): number {
  let pointers = 0;
  while (accept(reader, T.Star) !== null) pointers++;
  return pointers;
}

function readBits(reader: Reader): Expr | null {
  return accept(reader, T.Colon) === null ? null : readConstant(reader, [T.Comma]);
}

/** Does the token after the next one show that the next is still part of the type? */
function isTypeWordBefore(reader: Reader): boolean {
  const after = peek(reader, 1);
  if (after?.tokenType === T.Colon && keywords.has(peek(reader)?.image ?? "")) return true;
  if (after?.tokenType === T.Star || isFunctionPointer(reader, 1)) return true;
  return isWord(after) && after.image !== "__attribute__";
}

function isFunctionPointer(reader: Reader, ahead: number): boolean {
  return peek(reader, ahead)?.tokenType === T.LParen && peek(reader, ahead + 1)?.tokenType === T.Star;
}

function readDeclarator(reader: Reader, type: string, start: number): CMember[] {
  const pointers = readPointers(reader);
  while (/^(?:const|volatile|restrict|__restrict)$/.test(peek(reader)?.image ?? "") && isWord(peek(reader, 1))) reader.pos++;
  if (isFunctionPointer(reader, 0)) return readFunctionPointer(reader, `${type}${"*".repeat(pointers)}`, start);
  const name = readMemberName(reader);
  if (name === null) return [];
  const lengths = readLengths(reader);
  const bits = readBits(reader);
  const attributes = readAttributes(reader);
  return [{ kind: "field", type, name, pointers, lengths, bits, attributes, span: spanFrom(reader, start) }];
}

/** Empty before the `:` of a bit-field without a name; null (and a diagnostic) where there must be one. */
function readMemberName(reader: Reader): Name | null {
  const token = peek(reader);
  if (token?.tokenType === T.Colon) return { text: "", span: { start: token.startOffset, end: token.startOffset } };
  if (isWord(token)) {
    reader.pos++;
    return nameOf(token);
  }
  fail(reader, "expected member name");
  return null;
}

/** `int (*f)(void)`: a pointer to the type `int (void)`. */
function readFunctionPointer(reader: Reader, result: string, start: number): CMember[] {
  reader.pos++;
  const pointers = readPointers(reader);
  const name = readMemberName(reader);
  if (name === null) return [];
  const lengths = readLengths(reader);
  expect(reader, T.RParen, "expected ')'");
  const open = expect(reader, T.LParen, "expected '('");
  let depth = 1;
  while (!reader.failed && depth > 0) {
    const next = peek(reader);
    if (next === undefined) fail(reader, "expected ')'");
    else if (next.tokenType === T.LParen) depth++;
    else if (next.tokenType === T.RParen) depth--;
    reader.pos++;
  }
  const params = open === null ? "" : reader.text.slice(open.startOffset, spanFrom(reader, start).end);
  return [
    {
      kind: "field",
      type: `${result} ${params}`,
      name,
      pointers,
      lengths,
      bits: null,
      attributes: [],
      span: spanFrom(reader, start),
    },
  ];
}

function readLengths(reader: Reader): (Expr | null)[] {
  const lengths: (Expr | null)[] = [];
  while (accept(reader, T.LBracket) !== null) {
    lengths.push(isNext(reader, T.RBracket) ? null : readConstant(reader, [T.RBracket]));
    expect(reader, T.RBracket, "expected ']'");
  }
  return lengths;
}
