import type { IToken, TokenType } from "chevrotain";
import { T } from "./token-types.ts";

/**
 * Deepest nesting of brackets, `? :` and `if` headers in one item. The parser is recursive and so is every later pass: this is
 * what keeps hostile input from overflowing the stack. C asks compilers for 63 levels of parentheses.
 */
export const maxNesting = 64;

const closers: ReadonlyMap<TokenType, TokenType> = new Map([
  [T.RParen, T.LParen],
  [T.RBracket, T.LBracket],
  [T.RBrace, T.LBrace],
]);

/** Constructs that are open without a bracket, and end when an enclosing bracket does. */
function isLoose(type: TokenType | undefined): boolean {
  return type === T.Question || type === T.If;
}

/** Keeps `open`, the stack of open constructs, up to date with the next token. */
export function trackNesting(open: TokenType[], token: IToken): void {
  const type = token.tokenType;
  switch (type) {
    case T.LParen:
    case T.LBracket:
    case T.Question:
    case T.If:
      open.push(type);
      return;
    case T.LBrace:
      if (open.at(-1) === T.If) open.pop();
      open.push(type);
      return;
    case T.Colon:
      if (open.at(-1) === T.Question) open.pop();
      return;
    case T.Semicolon:
      while (isLoose(open.at(-1))) open.pop();
      return;
  }
  const opener = closers.get(type);
  if (opener === undefined) return;
  while (isLoose(open.at(-1))) open.pop();
  // A brace also ends parentheses that were forgotten inside it; other mismatches are the parser's to report.
  if (type === T.RBrace && open.includes(T.LBrace)) {
    while (open.at(-1) !== T.LBrace) open.pop();
  }
  if (open.at(-1) === opener) open.pop();
}
