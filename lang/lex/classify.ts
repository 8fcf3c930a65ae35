import type { IToken, TokenType } from "chevrotain";
import { T } from "./token-types.ts";

/** Builtin variables: in parentheses they are values, never types (row 2.52). Source: parity section 4, bpftrace docs/language.md. */
const builtins: ReadonlySet<string> = new Set(
  (
    "args cgroup comm config cpid cpu ctx curtask dw_ustack elapsed func gid has_cpid jiffies kstack leader_comm leader_tid " +
    "ncpus nsecs numaid pcomm pid ppid probe probetype rand retval tid uid usermode username ustack"
  ).split(" "),
);

/** Names that are types wherever a type may stand. Others could be macros or variables of the script. */
const builtinTypes: ReadonlySet<string> = new Set(
  "void bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 string buffer inet mac_address timestamp username".split(" "),
);

function isBuiltin(name: string): boolean {
  return builtins.has(name) || name.startsWith("__builtin_") || /^s?arg\d+$/.test(name);
}

/** After `)` these begin an expression, so that `(name)` before them is a cast. */
const startsOperand: ReadonlySet<TokenType> = new Set([
  T.Ident,
  T.Variable,
  T.Map,
  T.Param,
  T.Int,
  T.String,
  T.Bool,
  T.LParen,
  T.Star,
  T.Amp,
  T.Minus,
  T.Not,
  T.If,
  T.Sizeof,
  T.Offsetof,
  T.Typeof,
  T.Typeinfo,
  T.Comptime,
  T.Invalid,
]);

/** `(` after one of these holds arguments, which may be types. */
const ownsArguments: ReadonlySet<TokenType> = new Set([T.Ident, T.Sizeof, T.Offsetof, T.Typeof, T.Typeinfo]);
/** `(` after one of these holds a condition or a loop's header: neither a cast nor a record. */
const ownsCondition: ReadonlySet<TokenType> = new Set([T.If, T.While, T.Unroll, T.For]);

/**
 * Gives the parentheses of casts and records, and names that begin a type argument, their own token types.
 * Works on the finished tokens of one item, since the decision needs what comes behind the closing parenthesis.
 */
export function classifyTokens(tokens: readonly IToken[]): void {
  /** What owns each open bracket, if it holds arguments. */
  const owners: (TokenType | null)[] = [];
  for (let i = 0; i < tokens.length; i++) {
    switch (tokens[i]!.tokenType) {
      case T.LParen:
        owners.push(classifyParenthesis(tokens, i));
        break;
      case T.LBracket:
      case T.LBrace:
        owners.push(null);
        break;
      case T.RParen:
      case T.RBracket:
      case T.RBrace:
        owners.pop();
        break;
      case T.Comma:
        classifyArgument(tokens, i + 1, owners.at(-1) ?? null);
    }
  }
}

function retype(token: IToken, type: TokenType): void {
  token.tokenType = type;
  token.tokenTypeIdx = type.tokenTypeIdx!;
}

/** Returns the type of the token that the parenthesis holds the arguments of, or null. */
function classifyParenthesis(tokens: readonly IToken[], open: number): TokenType | null {
  const before = tokens[open - 1]?.tokenType;
  if (before !== undefined && ownsArguments.has(before)) {
    classifyArgument(tokens, open + 1, before);
    return before;
  }
  if (before !== undefined && ownsCondition.has(before)) return null;
  const first = tokens[open + 1];
  if (first?.tokenType === T.Ident && tokens[open + 2]?.tokenType === T.Assign) {
    if (!isBuiltin(first.image)) retype(tokens[open]!, T.RecordOpen);
  } else if (isCast(tokens, open + 1)) {
    retype(tokens[open]!, T.CastOpen);
  }
  return null;
}

function isCast(tokens: readonly IToken[], start: number): boolean {
  const first = tokens[start];
  if (first?.tokenType === T.Ident && isBuiltin(first.image)) return false;
  const close = typeEnd(tokens, start);
  if (close < 0 || tokens[close]?.tokenType !== T.RParen) return false;
  const after = tokens[close + 1]?.tokenType;
  if (after === T.IncDec) {
    const operand = tokens[close + 2]?.tokenType;
    return operand === T.Variable || operand === T.Map;
  }
  return after !== undefined && startsOperand.has(after);
}

function classifyArgument(tokens: readonly IToken[], start: number, owner: TokenType | null): void {
  const first = tokens[start];
  if (owner === null || first?.tokenType !== T.Ident || isBuiltin(first.image)) return;
  const end = typeEnd(tokens, start);
  const after = tokens[end]?.tokenType;
  if (after !== T.RParen && after !== T.Comma) return;
  // `f(a[1])` is an element, `sizeof(a[1])` an array type; only `f(a*)` can be nothing but a type.
  const isType = owner === T.Ident ? tokens[end - 1]!.tokenType === T.Star : end > start + 1 || builtinTypes.has(first.image);
  if (isType) retype(first, T.TypeName);
}

/** Index after the type at `start`, or -1 if no type can stand there. */
function typeEnd(tokens: readonly IToken[], start: number): number {
  let i = start;
  const first = tokens[i]?.tokenType;
  if (first === T.StructKind) i += 2;
  else if (first === T.Ident || first === T.TypeName) i++;
  else if (first === T.Typeof) i = balancedEnd(tokens, i + 1, T.LParen, T.RParen);
  else return -1;
  while (i > 0 && i < tokens.length) {
    const type = tokens[i]!.tokenType;
    if (type === T.Star) i++;
    else if (type === T.LBracket) i = balancedEnd(tokens, i, T.LBracket, T.RBracket);
    else break;
  }
  return i;
}

/** Index after the bracket that closes the one at `start`, or -1. */
function balancedEnd(tokens: readonly IToken[], start: number, open: TokenType, close: TokenType): number {
  if (tokens[start]?.tokenType !== open) return -1;
  let depth = 0;
  for (let i = start; i < tokens.length; i++) {
    const type = tokens[i]!.tokenType;
    if (type === open) depth++;
    else if (type === close && --depth === 0) return i + 1;
    else if (type === T.Semicolon || type === T.RBrace) return -1;
  }
  return -1;
}
