import { EmbeddedActionsParser, isRecognitionException, type IRecognitionException, type IToken, type TokenType } from "chevrotain";
import type { Name } from "../ast/ast.ts";
import type { Diagnostic, RelatedSpan, Span } from "../diagnostics/diagnostic.ts";
import { syntaxError } from "../lex/cursor.ts";
import { parseInteger } from "../lex/integer.ts";
import { decodeString } from "../lex/string.ts";
import { T } from "../lex/token-types.ts";
import { errorText, expectedAt } from "./error-text.ts";
import { maxDepth } from "./limit-depth.ts";
import { firstSetLookahead } from "./lookahead.ts";

/** Thrown to give up the statement, after its diagnostic was noted. Never leaves the parser. */
export class Stop extends Error {}

/** `Omit` for each member of a union. */
export type DistributiveOmit<U, K extends PropertyKey> = U extends unknown ? Omit<U, K> : never;

export function spanOf(token: IToken): Span {
  return { start: token.startOffset, end: token.endOffset! + 1 };
}

export function nameOf(token: IToken): Name {
  return { text: token.image, span: spanOf(token) };
}

/**
 * What every rule needs: places, messages, recovery. Recovery is ours: a statement that cannot be read becomes an `error` node and
 * reading goes on behind it. Chevrotain's own resynchronisation does badly where almost any token can begin a statement.
 */
export class GrammarBase extends EmbeddedActionsParser {
  protected diagnostics: Diagnostic[] = [];
  protected text = "";
  /** Depth of the tree above what is being read: blocks and `else if` arms. Brackets are the lexer's to limit. */
  protected depth = 0;

  /** `check` looks for defects of the grammar itself, which takes long and is a test's business. */
  constructor({ check }: { readonly check: boolean }) {
    const lookahead = check ? {} : { lookaheadStrategy: firstSetLookahead() };
    super(T, { maxLookahead: 1, recoveryEnabled: false, errorMessageProvider: errorText, skipValidations: !check, ...lookahead });
  }

  /** What `rule` makes of the tokens of one item; null if it could not be read. */
  read<R>(rule: (grammar: this) => R, text: string, tokens: IToken[], diagnostics: Diagnostic[]): R | null {
    this.input = tokens;
    this.text = text;
    this.diagnostics = diagnostics;
    this.depth = 0;
    let result: R | null = null;
    try {
      result = rule(this);
    } catch (error) {
      if (!(error instanceof Stop)) throw error;
      return null;
    }
    const [first] = this.errors;
    if (first === undefined) return result;
    this.noteError(first);
    return null;
  }

  /** End of the last token read. */
  protected end(): number {
    return this.LA(0).endOffset! + 1;
  }

  protected from(start: IToken): Span {
    return { start: start.startOffset, end: this.end() };
  }

  protected isNext(...types: TokenType[]): boolean {
    return types.includes(this.LA(1).tokenType);
  }

  protected isAtEnd(): boolean {
    return this.LA(1).startOffset < 0 || Number.isNaN(this.LA(1).startOffset);
  }

  protected descend(): void {
    this.depth++;
    if (this.depth <= maxDepth || this.RECORDING_PHASE) return;
    this.diagnostics.push(syntaxError("nesting", spanOf(this.LA(1)), "nested too deeply"));
    throw new Stop();
  }

  /** Notes that something is missing at the next token. Text that has its message gets no second one, nor what follows from it. */
  protected report(message: string, related?: readonly RelatedSpan[], hint?: string): void {
    if (this.isNext(T.Invalid) || this.LA(0).tokenType === T.Invalid) return;
    const diagnostic = expectedAt(this.text, message, this.previousToken(), this.isAtEnd() ? null : this.LA(1), hint);
    this.diagnostics.push(related === undefined ? diagnostic : { ...diagnostic, related });
  }

  protected previousToken(): IToken | null {
    const token = this.LA(0);
    return token.startOffset >= 0 ? token : null;
  }

  protected stop(message: string, hint?: string): never {
    this.report(message, undefined, hint);
    throw new Stop();
  }

  protected orStop(type: TokenType, message: string): void {
    this.ACTION(() => {
      if (!this.isNext(type)) this.stop(message);
    });
  }

  /** Goes on after a syntax error; any other exception is a defect and passes. */
  protected catchSyntaxError(error: unknown): void {
    if (error instanceof Stop) return;
    if (!(error instanceof Error) || !isRecognitionException(error)) throw error;
    this.noteError(this.errors.at(-1)!);
    this.errors = [];
  }

  protected noteError({ message, token, previousToken }: IRecognitionException & { previousToken?: IToken }): void {
    if (token.tokenType === T.Invalid || previousToken?.tokenType === T.Invalid) return;
    const found = token.startOffset >= 0 ? token : null;
    const previous = previousToken !== undefined && previousToken.startOffset >= 0 ? previousToken : null;
    this.diagnostics.push(expectedAt(this.text, message, previous, found));
  }

  protected pathOf(token: IToken): string {
    return new TextDecoder().decode(this.stringBytes(token));
  }

  protected stringBytes(token: IToken): Uint8Array {
    const { bytes, problems } = decodeString(token.image.slice(1, -1));
    const inside = token.startOffset + 1;
    for (const { message, start, end } of problems) {
      this.diagnostics.push(syntaxError("string", { start: inside + start, end: inside + end }, message));
    }
    return bytes;
  }

  protected integer(token: IToken, options: { readonly binary: boolean }): (ReturnType<typeof parseInteger> & { ok: true }) | null {
    const parsed = parseInteger(token.image, options);
    if (parsed.ok) return parsed;
    const span = { start: token.startOffset + parsed.start, end: token.startOffset + parsed.end };
    this.diagnostics.push(syntaxError("integer", span, parsed.message));
    return null;
  }
}
