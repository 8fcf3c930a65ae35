/**
 * Token types of the program text. The grammar is LL(1) over them: whatever needs more context (a cast's parenthesis, the end of
 * a predicate, a type as an argument) is told apart by the lexer and gets a type of its own.
 */
import { createToken, Lexer, type IToken, type TokenType } from "chevrotain";

/** `label` is what a message says: "expected LABEL". */
function tokenType(name: string, label: string, categories: TokenType[] = []): TokenType {
  return createToken({ name, label, categories, pattern: Lexer.NA });
}

const BinaryOp = tokenType("BinaryOp", "operator");
const PrefixOp = tokenType("PrefixOp", "operator");
const AssignOp = tokenType("AssignOp", "assignment");

export const T = {
  BinaryOp,
  PrefixOp,
  AssignOp,

  Ident: tokenType("Ident", "identifier"),
  Variable: tokenType("Variable", "variable"),
  Map: tokenType("Map", "map"),
  /** `$1` or `$#`. */
  Param: tokenType("Param", "positional parameter"),
  Int: tokenType("Int", "integer"),
  String: tokenType("String", "string"),
  Bool: tokenType("Bool", "true or false"),

  Break: tokenType("Break", "'break'"),
  Comptime: tokenType("Comptime", "'comptime'", [PrefixOp]),
  Config: tokenType("Config", "'config'"),
  Continue: tokenType("Continue", "'continue'"),
  Else: tokenType("Else", "'else'"),
  Fn: tokenType("Fn", "'fn'"),
  For: tokenType("For", "'for'"),
  If: tokenType("If", "'if'"),
  Import: tokenType("Import", "'import'"),
  Let: tokenType("Let", "'let'"),
  Macro: tokenType("Macro", "'macro'"),
  Offsetof: tokenType("Offsetof", "'offsetof'"),
  Return: tokenType("Return", "'return'"),
  Sizeof: tokenType("Sizeof", "'sizeof'"),
  Typeinfo: tokenType("Typeinfo", "'typeinfo'"),
  Typeof: tokenType("Typeof", "'typeof'"),
  Unroll: tokenType("Unroll", "'unroll'"),
  While: tokenType("While", "'while'"),
  /** struct, union or enum before a name. */
  StructKind: tokenType("StructKind", "type"),
  /** An identifier that begins a type where an expression could stand too: `sizeof(int32)`. */
  TypeName: tokenType("TypeName", "type"),

  AttachPoint: tokenType("AttachPoint", "attach point"),
  PredicateStart: tokenType("PredicateStart", "'/'"),
  /** A `/` whose next non-blank character is `{`: never a division (row 2.53). */
  PredicateEnd: tokenType("PredicateEnd", "'/' to close the predicate"),

  LParen: tokenType("LParen", "'('"),
  /** `(` of a cast. */
  CastOpen: tokenType("CastOpen", "'('"),
  /** `(` of a record. */
  RecordOpen: tokenType("RecordOpen", "'('"),
  RParen: tokenType("RParen", "')'"),
  LBrace: tokenType("LBrace", "'{'"),
  RBrace: tokenType("RBrace", "'}'"),
  LBracket: tokenType("LBracket", "'['"),
  RBracket: tokenType("RBracket", "']'"),
  Comma: tokenType("Comma", "','"),
  Semicolon: tokenType("Semicolon", "';'"),
  Colon: tokenType("Colon", "':'"),
  Question: tokenType("Question", "'?'"),
  Range: tokenType("Range", "'..'"),
  Dot: tokenType("Dot", "'.'"),
  Arrow: tokenType("Arrow", "'->'"),

  Star: tokenType("Star", "'*'", [BinaryOp, PrefixOp]),
  Amp: tokenType("Amp", "'&'", [BinaryOp, PrefixOp]),
  Minus: tokenType("Minus", "'-'", [BinaryOp, PrefixOp]),
  Infix: tokenType("Infix", "operator", [BinaryOp]),
  Not: tokenType("Not", "operator", [PrefixOp]),
  /** `++` or `--`. */
  IncDec: tokenType("IncDec", "'++' or '--'", [PrefixOp]),
  Assign: tokenType("Assign", "'='", [AssignOp]),
  CompoundAssign: tokenType("CompoundAssign", "assignment", [AssignOp]),

  /** Text that already has its diagnostic. Stands for an expression. */
  Invalid: tokenType("Invalid", "expression"),
} as const satisfies Record<string, TokenType>;

export const keywords: ReadonlyMap<string, TokenType> = new Map([
  ["break", T.Break],
  ["comptime", T.Comptime],
  ["config", T.Config],
  ["continue", T.Continue],
  ["else", T.Else],
  ["false", T.Bool],
  ["fn", T.Fn],
  ["for", T.For],
  ["if", T.If],
  ["import", T.Import],
  ["let", T.Let],
  ["macro", T.Macro],
  ["offsetof", T.Offsetof],
  ["return", T.Return],
  ["sizeof", T.Sizeof],
  ["true", T.Bool],
  ["typeinfo", T.Typeinfo],
  ["typeof", T.Typeof],
  ["unroll", T.Unroll],
  ["while", T.While],
]);

export const punctuation: ReadonlyMap<string, TokenType> = new Map([
  ["(", T.LParen],
  [")", T.RParen],
  ["{", T.LBrace],
  ["}", T.RBrace],
  ["[", T.LBracket],
  ["]", T.RBracket],
  [",", T.Comma],
  [";", T.Semicolon],
  [":", T.Colon],
  ["?", T.Question],
  ["..", T.Range],
  [".", T.Dot],
  ["->", T.Arrow],
  ["*", T.Star],
  ["&", T.Amp],
  ["-", T.Minus],
  ["/", T.Infix],
  ["%", T.Infix],
  ["+", T.Infix],
  ["<<", T.Infix],
  [">>", T.Infix],
  ["<", T.Infix],
  ["<=", T.Infix],
  [">", T.Infix],
  [">=", T.Infix],
  ["==", T.Infix],
  ["!=", T.Infix],
  ["^", T.Infix],
  ["|", T.Infix],
  ["&&", T.Infix],
  ["||", T.Infix],
  ["!", T.Not],
  ["~", T.Not],
  ["++", T.IncDec],
  ["--", T.IncDec],
  ["=", T.Assign],
  ["+=", T.CompoundAssign],
  ["-=", T.CompoundAssign],
  ["*=", T.CompoundAssign],
  ["/=", T.CompoundAssign],
  ["%=", T.CompoundAssign],
  ["&=", T.CompoundAssign],
  ["|=", T.CompoundAssign],
  ["^=", T.CompoundAssign],
  ["<<=", T.CompoundAssign],
  [">>=", T.CompoundAssign],
]);

/** A token as the parser wants it. Lines and columns are left out: spans are offsets. */
export function makeToken(type: TokenType, text: string, start: number, end: number): IToken {
  return {
    image: text.slice(start, end),
    startOffset: start,
    endOffset: end - 1,
    tokenType: type,
    tokenTypeIdx: type.tokenTypeIdx!,
  };
}
