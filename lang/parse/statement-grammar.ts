import type { IToken } from "chevrotain";
import type { AssignOp, Block, Expr, Stmt } from "../ast/ast.ts";
import { syntaxError } from "../lex/cursor.ts";
import { T } from "../lex/token-types.ts";
import { ExpressionGrammar } from "./expression-grammar.ts";
import { nameOf, spanOf, Stop, type DistributiveOmit } from "./grammar-base.ts";
import { toStatement, toStatementBlock } from "./statement-blocks.ts";

/** A statement, or the value of its block: a last expression without `;`. */
type StatementOrValue = { readonly stmt: Stmt } | { readonly value: Expr };

interface StatementAlternative {
  readonly ALT: () => StatementOrValue;
  readonly IGNORE_AMBIGUITIES?: boolean;
}

/** Blocks and statements. */
export class StatementGrammar extends ExpressionGrammar {
  /** `value` is set if the last statement is an expression without `;`: whoever takes no value calls toStatementBlock. */
  protected readonly block = this.RULE("block", (): Block => {
    // Before the brace: whoever gives up the statement must see it.
    this.descend();
    const open = this.CONSUME(T.LBrace);
    const stmts: Stmt[] = [];
    let value: Expr | null = null;
    do {
      this.MANY(() => {
        const next = this.SUBRULE(this.statement);
        this.ACTION(() => {
          if ("value" in next) value = next.value;
          else stmts.push(next.stmt);
        });
      });
    } while (this.skipStray(stmts));
    this.depth--;
    this.ACTION(() => {
      if (this.isAtEnd()) this.report(`expected '}'`, [{ span: spanOf(open), label: "the block begins here" }]);
    });
    this.OPTION(() => this.CONSUME(T.RBrace));
    return { stmts, value, span: this.from(open) };
  });

  /** Steps over tokens that begin no statement; true if the block goes on behind them. */
  protected skipStray(stmts: Stmt[]): boolean {
    if (this.RECORDING_PHASE || this.isAtEnd() || this.isNext(T.RBrace)) return false;
    const start = this.LA(1).startOffset;
    this.report("expected statement");
    this.skipStatement();
    stmts.push({ kind: "error", span: { start, end: this.end() } });
    return true;
  }

  protected readonly statement = this.RULE("statement", (): StatementOrValue => {
    const first = this.LA(1);
    const { depth } = this;
    try {
      return this.OR((this.statementAlternatives ??= this.makeStatementAlternatives()));
    } catch (error) {
      this.catchSyntaxError(error);
      this.depth = depth;
      this.skipStatement(first);
      return { stmt: { kind: "error", span: this.from(first) } };
    }
  });

  protected statementAlternatives: StatementAlternative[] | undefined;

  /** Made once: alternatives made at each call would be most of the parser's garbage. */
  protected makeStatementAlternatives(): StatementAlternative[] {
    return [
      { ALT: () => this.blockStatement(this.SUBRULE(this.ifExpression)), IGNORE_AMBIGUITIES: true },
      { ALT: () => this.blockStatement(this.SUBRULE(this.blockExpression)), IGNORE_AMBIGUITIES: true },
      { ALT: () => this.SUBRULE(this.expressionStatement) },
      { ALT: () => ({ stmt: this.SUBRULE(this.letStatement) }) },
      { ALT: () => ({ stmt: this.SUBRULE(this.loop) }) },
      { ALT: () => ({ stmt: this.SUBRULE(this.forLoop) }) },
      { ALT: () => ({ stmt: this.SUBRULE(this.jump) }) },
      {
        ALT: () => {
          const start = this.CONSUME(T.Import);
          const path = this.CONSUME(T.String);
          return { stmt: this.ended(start, () => ({ kind: "import", path: this.pathOf(path) })) };
        },
      },
    ];
  }

  /** An `if` or a block ends at its brace, whatever follows: `if (c) { } *$p …` is two statements. */
  protected blockStatement(expr: Expr): StatementOrValue {
    if (this.RECORDING_PHASE || this.isNext(T.RBrace)) return { value: expr };
    if (this.isNext(T.Semicolon)) this.SKIP_TOKEN();
    return { stmt: toStatement(expr) };
  }

  protected readonly expressionStatement = this.RULE("expressionStatement", (): StatementOrValue => {
    const first = this.LA(1);
    const expr = this.SUBRULE(this.expression);
    const assignment = this.OPTION(() => {
      const op = this.CONSUME(T.AssignOp);
      return { op, value: this.SUBRULE2(this.expression) };
    });
    return this.ACTION((): StatementOrValue => {
      if (assignment === undefined) {
        if (expr.kind === "ternary" && (first.tokenType === T.Variable || first.tokenType === T.Map)) this.sigilTernary(expr);
        if (this.isNext(T.RBrace)) return { value: expr };
        return { stmt: this.ended(first, () => ({ kind: "expr", expr })) };
      }
      const { op, value } = assignment;
      const target = this.assignmentTarget(first, expr, op);
      return { stmt: this.ended(first, () => ({ kind: "assign", target, op: op.image as AssignOp, value })) };
    });
  });

  /** Row 2.17: `$x ? f() : g();` is read as far as the `?`. */
  protected sigilTernary({ cond, span }: Expr & { kind: "ternary" }): void {
    const start = cond.span.end + this.text.slice(cond.span.end, span.end).indexOf("?");
    const hint = "a statement that begins with a variable or map is an assignment; put the whole ternary in parentheses";
    this.diagnostics.push(syntaxError("expected", { start, end: start + 1 }, `expected ';'`, hint));
  }

  protected assignmentTarget(first: IToken, target: Expr, op: IToken): Expr {
    const isBare = first.startOffset === target.span.start;
    if (isBare && target.kind === "ident" && target.name === "_" && op.tokenType === T.Assign)
      return { kind: "discard", span: target.span };
    const root = target.kind === "index" ? target.operand : target;
    const isMap = root.kind === "map";
    if (isBare && (isMap || target.kind === "variable")) return target;
    const message =
      target.kind === "member"
        ? "Tuples and records are immutable once created. Consider creating a new value and assigning it instead."
        : "invalid assignment target";
    if (target.kind !== "error") this.diagnostics.push(syntaxError("target", target.span, message));
    return { kind: "error", span: target.span };
  }

  protected readonly letStatement = this.RULE("letStatement", (): Stmt => {
    const start = this.CONSUME(T.Let);
    this.orStop(T.Variable, "expected variable after 'let'");
    const name = this.CONSUME(T.Variable);
    const type = this.OPTION(() => {
      this.CONSUME(T.Colon);
      return this.SUBRULE(this.type);
    });
    const value = this.OPTION2(() => {
      this.CONSUME(T.Assign);
      return this.SUBRULE(this.expression);
    });
    return this.ended(start, () => ({ kind: "let", name: nameOf(name), type: type ?? null, value: value ?? null }));
  });

  /** while and unroll. */
  protected readonly loop = this.RULE("loop", (): Stmt => {
    const start = this.OR([{ ALT: () => this.CONSUME(T.While) }, { ALT: () => this.CONSUME(T.Unroll) }]);
    const cond = this.SUBRULE(this.condition);
    const block = this.SUBRULE(this.block);
    return this.ACTION((): Stmt => {
      this.skipSemicolon();
      const body = toStatementBlock(block);
      const span = { start: start.startOffset, end: block.span.end };
      return start.tokenType === T.While ? { kind: "while", cond, body, span } : { kind: "unroll", count: cond, body, span };
    });
  });

  protected readonly forLoop = this.RULE("forLoop", (): Stmt => {
    const start = this.CONSUME(T.For);
    const open = this.OPTION(() => this.CONSUME(T.LParen));
    this.orStop(T.Variable, "expected variable in for loop");
    const variable = this.CONSUME(T.Variable);
    this.CONSUME(T.Colon);
    const from = this.SUBRULE(this.rangeEnd);
    const to = this.OPTION2(() => {
      this.CONSUME(T.Range);
      return this.SUBRULE2(this.rangeEnd);
    });
    this.ACTION(() => {
      if (this.isNext(T.RParen) !== (open !== undefined)) this.stop(open === undefined ? "expected '{'" : "expected ')'", this.rangeHint());
      if (to === undefined && from.kind !== "map" && from.kind !== "error") {
        this.diagnostics.push(syntaxError("expected", from.span, "expected map or range in for loop"));
      }
    });
    this.OPTION3(() => this.CONSUME(T.RParen));
    const block = this.SUBRULE(this.block);
    return this.ACTION((): Stmt => {
      this.skipSemicolon();
      const body = toStatementBlock(block);
      const span = { start: start.startOffset, end: block.span.end };
      const name = nameOf(variable);
      if (to !== undefined) return { kind: "for_range", variable: name, from, to, body, span };
      return { kind: "for_each", variable: name, over: from, body, span };
    });
  });

  /** Row 2.23: primary expressions and casts; anything else in parentheses. */
  protected readonly rangeEnd = this.RULE("rangeEnd", (): Expr =>
    this.OR([
      { ALT: () => this.SUBRULE(this.primary) },
      {
        ALT: (): Expr => {
          const open = this.CONSUME(T.CastOpen);
          const to = this.SUBRULE(this.type);
          this.CONSUME(T.RParen);
          const operand = this.SUBRULE(this.unary);
          return { kind: "cast", to, operand, span: this.from(open) };
        },
      },
    ]),
  );

  protected rangeHint(): string | undefined {
    const next = this.LA(1).tokenType;
    return next === T.Dot || next === T.Arrow || next.CATEGORIES?.includes(T.BinaryOp) === true
      ? "the ends of a range are simple values; put anything else in parentheses"
      : undefined;
  }

  protected readonly jump = this.RULE("jump", (): Stmt =>
    this.OR([
      { ALT: () => this.ended(this.CONSUME(T.Break), () => ({ kind: "break" })) },
      { ALT: () => this.ended(this.CONSUME(T.Continue), () => ({ kind: "continue" })) },
      {
        ALT: () => {
          const start = this.CONSUME(T.Return);
          const value = this.OPTION(() => this.SUBRULE(this.expression));
          return this.ended(start, () => ({ kind: "return", value: value ?? null }));
        },
      },
    ]),
  );

  /** End of a statement: its `;`, or nothing before `}`. A `;` forgotten at the end of a line costs no statement. */
  protected ended(start: IToken, make: () => DistributiveOmit<Stmt, "span">): Stmt {
    return this.ACTION(() => {
      const span = this.from(start);
      if (this.isNext(T.Semicolon)) this.SKIP_TOKEN();
      else if (!this.isNext(T.RBrace) && !this.isAtEnd()) this.missingSemicolon();
      return { ...make(), span };
    });
  }

  protected missingSemicolon(): void {
    this.report(`expected ';'`);
    if (!this.text.slice(this.end(), this.LA(1).startOffset).includes("\n")) throw new Stop();
  }

  protected skipSemicolon(): void {
    if (this.isNext(T.Semicolon)) this.SKIP_TOKEN();
  }

  /** An unterminated string has swallowed the `;` of its line. */
  protected isBehindOpenString(): boolean {
    return this.LA(0).tokenType === T.Invalid && this.text.slice(this.end(), this.LA(1).startOffset).includes("\n");
  }

  /** Skips the rest of a bad statement: through its `;` or its block, or up to the `}` around it. At least one token. */
  protected skipStatement(first: IToken = this.LA(1)): void {
    let braces = 0;
    let moved = this.LA(1) !== first;
    while (!this.isAtEnd()) {
      const type = this.LA(1).tokenType;
      if (braces === 0 && (type === T.RBrace || (moved && this.isBehindOpenString()))) return;
      this.SKIP_TOKEN();
      moved = true;
      if (type === T.LBrace) braces++;
      if (type === T.RBrace) braces--;
      const isBlockEnd = type === T.RBrace && braces === 0 && !this.isNext(T.Else, T.Semicolon, T.RParen, T.Comma);
      if (isBlockEnd || (type === T.Semicolon && braces === 0)) return;
    }
    if (!moved) this.SKIP_TOKEN();
  }
}
