import { tokenLabel, type IParserErrorMessageProvider, type IToken } from "chevrotain";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { syntaxError } from "../lex/cursor.ts";
import { T } from "../lex/token-types.ts";

/** Says what was expected, not what was found: the underline shows that. */
export const errorText: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => `expected ${tokenLabel(expected)}`,
  buildNotAllInputParsedMessage: () => "unexpected text",
  buildNoViableAltMessage: ({ customUserDescription }) => `expected ${customUserDescription ?? "expression"}`,
  buildEarlyExitMessage: ({ customUserDescription }) => `expected ${customUserDescription ?? "expression"}`,
};

/**
 * Diagnostic for what the parser did not find. `found` is the token in its place, null at the end of the item; `previous` the one
 * before, null at its start. At the end of the item or of a line the place after `previous` is meant, else that of `found`.
 */
export function expectedAt(text: string, message: string, previous: IToken | null, found: IToken | null, hint?: string): Diagnostic {
  const before = previous === null ? (found?.startOffset ?? 0) : previous.endOffset! + 1;
  const isBehind = previous !== null && (found === null || text.slice(before, found.startOffset).includes("\n"));
  const isAtEnd = isBehind || found === null;
  const span = isAtEnd ? { start: before, end: before + 1 } : { start: found.startOffset, end: found.endOffset! + 1 };
  return syntaxError("expected", span, message, hint ?? (found === null ? undefined : hintFor(message, found)));
}

/** What people most likely wanted to write. */
function hintFor(message: string, found: IToken): string | undefined {
  if (found.tokenType === T.Assign && /'[;)\]]'$/.test(message))
    return "an assignment is a statement, not an expression; to compare, use ==";
  const isOperator = found.tokenType.CATEGORIES?.includes(T.BinaryOp) === true;
  if (message === "expected '{'" && isOperator) return "put the whole condition in parentheses";
  return undefined;
}
