import { EmbeddedActionsParser, isRecognitionException, type IRecognitionException, type IToken, type TokenType } from "chevrotain";
import type {
  AssignOp,
  BinaryOp,
  Block,
  ConfigBlock,
  ConfigValue,
  Expr,
  FunctionItem,
  Import,
  MacroItem,
  MapDeclItem,
  Name,
  ProbeItem,
  Stmt,
  TypeExpr,
  UnaryOp,
} from "../ast/ast.ts";
import type { Diagnostic, RelatedSpan, Span } from "../diagnostics/diagnostic.ts";
import { splitAttachPoint } from "../lex/attach-point.ts";
import { syntaxCodes, syntaxError } from "../lex/cursor.ts";
import { parseInteger } from "../lex/integer.ts";
import { decodeString } from "../lex/string.ts";
import { T } from "../lex/token-types.ts";
import { foldBinary, type Tail } from "./binary.ts";
import { errorText, expectedAt } from "./error-text.ts";
import { maxDepth } from "./limit-depth.ts";
import { toStatement, toStatementBlock } from "./statement-blocks.ts";

/** Thrown to give up the statement, after its diagnostic was noted. Never leaves the parser. */
class Stop extends Error {}

type Suffix =
  | { readonly kind: "member"; readonly name: Name; readonly arrow: boolean }
  | { readonly kind: "index"; readonly indices: Expr[] }
  | { readonly kind: "increment"; readonly token: IToken };

/** Prefix operator, or the type of a cast. */
type Prefix = { readonly start: number } & ({ readonly token: IToken } | { readonly to: TypeExpr });

interface IfArm {
  readonly start: number;
  readonly cond: Expr;
  readonly then: Block;
}

type MacroParam = MacroItem["params"][number];
type FunctionParam = FunctionItem["params"][number];

/** A statement, or the value of its block: a last expression without `;`. */
type StatementOrValue = { readonly stmt: Stmt } | { readonly value: Expr };

interface StatementAlternative {
  readonly ALT: () => StatementOrValue;
  readonly IGNORE_AMBIGUITIES?: boolean;
}

function spanOf(token: IToken): Span {
  return { start: token.startOffset, end: token.endOffset! + 1 };
}

function nameOf(token: IToken): Name {
  return { text: token.image, span: spanOf(token) };
}

/**
 * The grammar of one item of a script; one public rule per kind of item. It is LL(1) over the lexer's token types and needs no
 * predicates, so chevrotain's analysis stays cheap. Recovery is ours: a statement that cannot be read becomes an `error` node and
 * reading goes on behind it, which chevrotain's own resynchronisation does badly where almost any token can begin a statement.
 */
export class Grammar extends EmbeddedActionsParser {
  diagnostics: Diagnostic[] = [];
  private text = "";
  /** Depth of the tree above what is being read: blocks and `else if` arms. Brackets are the lexer's to limit. */
  private depth = 0;

  constructor({ skipValidations }: { readonly skipValidations: boolean }) {
    super(T, { maxLookahead: 1, recoveryEnabled: false, errorMessageProvider: errorText, skipValidations });
    this.performSelfAnalysis();
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

  // ── items ──

  readonly probe = this.RULE("probe", (): ProbeItem => {
    const points: IToken[] = [this.CONSUME(T.AttachPoint)];
    this.MANY(() => {
      this.CONSUME(T.Comma);
      this.OPTION(() => points.push(this.CONSUME2(T.AttachPoint)));
    });
    const predicate = this.OPTION2((): Expr => {
      this.CONSUME(T.PredicateStart);
      return this.SUBRULE(this.predicate);
    });
    const body = this.SUBRULE(this.block);
    return this.ACTION(() => {
      const attach = points.map((point) => {
        const { label, parts, diagnostics } = splitAttachPoint(point.image, point.startOffset);
        this.diagnostics.push(...diagnostics);
        return { label, text: point.image, parts, span: spanOf(point) };
      });
      return { kind: "probe", attach, predicate: predicate ?? null, body: toStatementBlock(body), span: this.from(points[0]!) };
    });
  });

  /** With its closing `/`. A predicate that cannot be read is skipped: the body is still worth reading. */
  private readonly predicate = this.RULE("predicate", (): Expr => {
    const start = this.LA(1).startOffset;
    try {
      const predicate = this.SUBRULE(this.expression);
      if (!this.RECORDING_PHASE && this.LA(1).tokenType === T.LBrace) this.report(`expected '/' to close the predicate`);
      else this.CONSUME(T.PredicateEnd);
      return predicate;
    } catch (error) {
      this.catchSyntaxError(error);
      while (!this.isNext(T.PredicateEnd, T.LBrace) && !this.isAtEnd()) this.SKIP_TOKEN();
      if (this.isNext(T.PredicateEnd)) this.SKIP_TOKEN();
      return { kind: "error", span: { start, end: this.end() } };
    }
  });

  readonly macro = this.RULE("macro", (): MacroItem => {
    const start = this.CONSUME(T.Macro);
    const name = this.CONSUME(T.Ident);
    const params: MacroParam[] = [];
    this.CONSUME(T.LParen);
    this.MANY_SEP({ SEP: T.Comma, DEF: () => params.push(this.SUBRULE(this.macroParam)) });
    this.CONSUME(T.RParen);
    const body = this.SUBRULE(this.block);
    return { kind: "macro", name: nameOf(name), params, body, span: this.from(start) };
  });

  private readonly macroParam = this.RULE("macroParam", (): MacroParam =>
    this.OR({
      ERR_MSG: "macro argument ($var, @map, or identifier)",
      DEF: [
        { ALT: () => this.macroParamOf("variable", this.CONSUME(T.Variable)) },
        { ALT: () => this.macroParamOf("map", this.CONSUME(T.Map)) },
        { ALT: () => this.macroParamOf("expr", this.CONSUME(T.Ident)) },
        { ALT: () => this.macroParamOf("expr", this.CONSUME(T.TypeName)) },
        {
          ALT: (): MacroParam => {
            const start = this.CONSUME(T.Typeof);
            this.CONSUME(T.LParen);
            const name = this.CONSUME2(T.Ident).image;
            this.CONSUME(T.RParen);
            return { kind: "type", name, span: this.from(start) };
          },
        },
      ],
    }),
  );

  private macroParamOf(kind: MacroParam["kind"], token: IToken): MacroParam {
    return { kind, name: token.image, span: spanOf(token) };
  }

  readonly func = this.RULE("func", (): FunctionItem => {
    const start = this.CONSUME(T.Fn);
    const name = this.CONSUME(T.Ident);
    const params: FunctionParam[] = [];
    this.CONSUME(T.LParen);
    this.MANY_SEP({
      SEP: T.Comma,
      DEF: () => {
        const param = this.CONSUME(T.Variable);
        this.CONSUME(T.Colon);
        const type = this.SUBRULE(this.type);
        params.push({ name: param.image, type, span: this.from(param) });
      },
    });
    this.CONSUME(T.RParen);
    const returns = this.OPTION(() => {
      this.CONSUME2(T.Colon);
      return this.SUBRULE2(this.type);
    });
    const body = this.SUBRULE(this.block);
    return this.ACTION(() => ({
      kind: "function",
      name: nameOf(name),
      params,
      returns: returns ?? null,
      body: toStatementBlock(body),
      span: this.from(start),
    }));
  });

  readonly mapDecl = this.RULE("mapDecl", (): MapDeclItem => {
    const start = this.CONSUME(T.Let);
    this.orStop(T.Map, "root-level let statements need to be map declarations, e.g. let @a = hash(2);");
    const map = this.CONSUME(T.Map);
    this.CONSUME(T.Assign);
    const type = this.CONSUME(T.Ident, { ERR_MSG: "expected map type name" });
    this.CONSUME(T.LParen);
    const size = this.OPTION(() => this.SUBRULE(this.expression));
    this.CONSUME(T.RParen);
    this.OPTION2(() => this.CONSUME(T.Semicolon));
    return { kind: "map_decl", map: nameOf(map), type: nameOf(type), size: size ?? null, span: this.from(start) };
  });

  readonly importItem = this.RULE("importItem", (): Import => {
    const start = this.CONSUME(T.Import);
    const path = this.CONSUME(T.String);
    this.CONSUME(T.Semicolon);
    return this.ACTION(() => ({ path: this.pathOf(path), span: this.from(start) }));
  });

  readonly config = this.RULE("config", (): ConfigBlock => {
    const start = this.CONSUME(T.Config);
    this.CONSUME(T.Assign);
    this.CONSUME(T.LBrace);
    const entries: { key: Name; value: ConfigValue }[] = [];
    this.MANY(() => {
      const key = this.CONSUME(T.Ident);
      this.CONSUME2(T.Assign);
      const value = this.SUBRULE(this.configValue);
      entries.push({ key: nameOf(key), value });
      this.ACTION(() => {
        if (!this.isNext(T.Semicolon, T.RBrace)) this.stop(`expected ';'`);
      });
      this.OPTION(() => this.CONSUME(T.Semicolon));
    });
    this.CONSUME(T.RBrace);
    return { entries, span: this.from(start) };
  });

  private readonly configValue = this.RULE("configValue", (): ConfigValue =>
    this.OR({
      ERR_MSG: "string, integer, boolean or identifier",
      DEF: [
        {
          ALT: (): ConfigValue => {
            const token = this.CONSUME(T.String);
            return this.ACTION(() => ({ kind: "string", text: this.pathOf(token), span: spanOf(token) }));
          },
        },
        {
          ALT: (): ConfigValue => {
            const token = this.CONSUME(T.Int);
            return this.ACTION(() => ({ kind: "int", value: this.integer(token, { binary: true })?.value ?? 0n, span: spanOf(token) }));
          },
        },
        {
          ALT: (): ConfigValue => {
            const token = this.CONSUME(T.Bool);
            return { kind: "bool", value: token.image === "true", span: spanOf(token) };
          },
        },
        {
          ALT: (): ConfigValue => {
            const token = this.CONSUME(T.Ident);
            return { kind: "word", text: token.image, span: spanOf(token) };
          },
        },
      ],
    }),
  );

  // ── statements ──

  /** `value` is set if the last statement is an expression without `;`: whoever takes no value calls toStatementBlock. */
  private readonly block = this.RULE("block", (): Block => {
    const open = this.CONSUME(T.LBrace);
    const stmts: Stmt[] = [];
    let value: Expr | null = null;
    this.descend();
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
  private skipStray(stmts: Stmt[]): boolean {
    if (this.RECORDING_PHASE || this.isAtEnd() || this.isNext(T.RBrace)) return false;
    const start = this.LA(1).startOffset;
    this.report("expected statement");
    this.skipStatement();
    stmts.push({ kind: "error", span: { start, end: this.end() } });
    return true;
  }

  private readonly statement = this.RULE("statement", (): StatementOrValue => {
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

  private statementAlternatives: StatementAlternative[] | undefined;

  /** Made once: alternatives made at each call would be most of the parser's garbage. */
  private makeStatementAlternatives(): StatementAlternative[] {
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
  private blockStatement(expr: Expr): StatementOrValue {
    if (this.RECORDING_PHASE || this.isNext(T.RBrace)) return { value: expr };
    if (this.isNext(T.Semicolon)) this.SKIP_TOKEN();
    return { stmt: toStatement(expr) };
  }

  private readonly expressionStatement = this.RULE("expressionStatement", (): StatementOrValue => {
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
  private sigilTernary({ cond, span }: Expr & { kind: "ternary" }): void {
    const start = cond.span.end + this.text.slice(cond.span.end, span.end).indexOf("?");
    const hint = "a statement that begins with a variable or map is an assignment; put the whole ternary in parentheses";
    this.diagnostics.push(syntaxError("expected", { start, end: start + 1 }, `expected ';'`, hint));
  }

  private assignmentTarget(first: IToken, target: Expr, op: IToken): Expr {
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

  private readonly letStatement = this.RULE("letStatement", (): Stmt => {
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
  private readonly loop = this.RULE("loop", (): Stmt => {
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

  /** A full expression in parentheses, or an operand without binary operators (row 2.18). */
  private readonly condition = this.RULE("condition", (): Expr =>
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.LParen);
          const cond = this.SUBRULE(this.expression);
          this.CONSUME(T.RParen);
          return cond;
        },
        IGNORE_AMBIGUITIES: true,
      },
      { ALT: () => this.SUBRULE(this.unary) },
    ]),
  );

  private readonly forLoop = this.RULE("forLoop", (): Stmt => {
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
  private readonly rangeEnd = this.RULE("rangeEnd", (): Expr =>
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

  private rangeHint(): string | undefined {
    const next = this.LA(1).tokenType;
    return next === T.Dot || next === T.Arrow || next.CATEGORIES?.includes(T.BinaryOp) === true
      ? "the ends of a range are simple values; put anything else in parentheses"
      : undefined;
  }

  private readonly jump = this.RULE("jump", (): Stmt =>
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

  // ── expressions ──

  /** `a`, `a + b`, `a ? b : c`: the flat sequence is folded here, so that long chains take no stack. */
  private readonly expression = this.RULE("expression", (): Expr => {
    const conds: Expr[] = [];
    const thens: (Expr | null)[] = [];
    const first = this.SUBRULE(this.chain);
    let last = first;
    this.MANY(() => {
      this.CONSUME(T.Question);
      const then = this.OPTION(() => this.SUBRULE(this.expression)) ?? null;
      this.CONSUME(T.Colon);
      conds.push(last);
      thens.push(then);
      last = this.SUBRULE2(this.chain);
    });
    if (conds.length === 0) return first;
    return this.ACTION(() => {
      const end = this.end();
      let result = last;
      for (let i = conds.length - 1; i >= 0; i--) {
        const cond = conds[i]!;
        result = { kind: "ternary", cond, then: thens[i]!, else: result, span: { start: cond.span.start, end } };
      }
      return result;
    });
  });

  /** Operands and binary operators. */
  private readonly chain = this.RULE("chain", (): Expr => {
    const first = this.SUBRULE(this.unary);
    let tails: Tail[] | undefined;
    this.MANY(() => {
      const op = this.CONSUME(T.BinaryOp);
      const right = this.SUBRULE2(this.unary);
      (tails ??= []).push({ op: op.image as BinaryOp, opSpan: spanOf(op), right, end: this.end() });
    });
    return this.ACTION(() => (tails === undefined ? first : foldBinary(first, tails)));
  });

  /** Prefix operators and casts, an operand, what is behind it. */
  private readonly unary = this.RULE("unary", (): Expr => {
    let prefixes: Prefix[] | undefined;
    this.MANY(() => {
      const prefix = this.OR([
        {
          ALT: (): Prefix => {
            const token = this.CONSUME(T.PrefixOp);
            return { start: token.startOffset, token };
          },
        },
        {
          ALT: (): Prefix => {
            const open = this.CONSUME(T.CastOpen);
            const to = this.SUBRULE(this.type);
            this.CONSUME(T.RParen);
            return { start: open.startOffset, to };
          },
        },
      ]);
      (prefixes ??= []).push(prefix);
    });
    let expr = this.SUBRULE(this.primary);
    this.MANY2(() => {
      const suffix = this.SUBRULE(this.suffix);
      expr = this.ACTION(() => this.withSuffix(expr, suffix));
    });
    return this.ACTION(() => {
      for (const prefix of prefixes?.reverse() ?? []) expr = this.withPrefix(prefix, expr);
      return expr;
    });
  });

  private withPrefix(prefix: Prefix, operand: Expr): Expr {
    const span = { start: prefix.start, end: this.end() };
    if ("to" in prefix) return { kind: "cast", to: prefix.to, operand, span };
    const { token } = prefix;
    if (token.tokenType === T.Comptime) return { kind: "comptime", operand, span };
    if (token.tokenType === T.IncDec) {
      this.checkIncrement(operand, operand.span);
      return { kind: "increment", op: token.image as "++" | "--", prefix: true, operand, span };
    }
    const isAddressable = operand.kind === "variable" || operand.kind === "map" || operand.kind === "error";
    if (token.tokenType === T.Amp && !isAddressable) {
      const message = "address-of operator (&) can only be used on a map or variable";
      this.diagnostics.push(syntaxError("target", operand.span, message));
    }
    return { kind: "unary", op: token.image as UnaryOp, operand, span };
  }

  private readonly suffix = this.RULE("suffix", (): Suffix =>
    this.OR([
      {
        ALT: (): Suffix => {
          this.CONSUME(T.Dot);
          return { kind: "member", arrow: false, name: nameOf(this.CONSUME(T.Ident, { ERR_MSG: "expected field name after '.'" })) };
        },
      },
      {
        ALT: (): Suffix => {
          this.CONSUME(T.Arrow);
          return { kind: "member", arrow: true, name: nameOf(this.CONSUME2(T.Ident, { ERR_MSG: "expected field name after '->'" })) };
        },
      },
      { ALT: (): Suffix => ({ kind: "index", indices: this.SUBRULE(this.indices) }) },
      { ALT: (): Suffix => ({ kind: "increment", token: this.CONSUME(T.IncDec) }) },
    ]),
  );

  private readonly indices = this.RULE("indices", (): Expr[] => {
    const indices: Expr[] = [];
    this.CONSUME(T.LBracket);
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => indices.push(this.SUBRULE(this.expression)) });
    this.CONSUME(T.RBracket);
    return indices;
  });

  private withSuffix(operand: Expr, suffix: Suffix): Expr {
    const span = { start: operand.span.start, end: this.end() };
    if (suffix.kind === "member") return { kind: "member", operand, name: suffix.name, arrow: suffix.arrow, span };
    if (suffix.kind === "index") return { kind: "index", operand, indices: suffix.indices, span };
    const { token } = suffix;
    if (!this.checkIncrement(operand, spanOf(token))) throw new Stop();
    return { kind: "increment", op: token.image as "++" | "--", prefix: false, operand, span };
  }

  private checkIncrement(operand: Expr, span: Span): boolean {
    const root = operand.kind === "index" ? operand.operand : operand;
    if (root.kind === "map" || operand.kind === "variable" || operand.kind === "error") return true;
    this.diagnostics.push(syntaxError("target", span, "increment/decrement requires a variable or map"));
    return false;
  }

  private readonly primary = this.RULE("primary", (): Expr => this.OR((this.primaryAlternatives ??= this.makePrimaryAlternatives())));

  private primaryAlternatives: { ERR_MSG: string; DEF: { ALT: () => Expr }[] } | undefined;

  private makePrimaryAlternatives(): { ERR_MSG: string; DEF: { ALT: () => Expr }[] } {
    return {
      ERR_MSG: "expression",
      DEF: [
        { ALT: () => this.SUBRULE(this.nameOrCall) },
        { ALT: () => this.SUBRULE(this.map) },
        { ALT: () => this.leaf(this.CONSUME(T.Variable), (token) => ({ kind: "variable", name: token.image })) },
        { ALT: () => this.leaf(this.CONSUME(T.Int), (token) => this.intLiteral(token)) },
        { ALT: () => this.leaf(this.CONSUME(T.String), (token) => ({ kind: "string", bytes: this.stringBytes(token) })) },
        { ALT: () => this.leaf(this.CONSUME(T.Bool), (token) => ({ kind: "bool", value: token.image === "true" })) },
        {
          ALT: () =>
            this.leaf(this.CONSUME(T.Param), ({ image }) => ({ kind: "param", index: image === "$#" ? "count" : BigInt(image.slice(1)) })),
        },
        { ALT: () => this.leaf(this.CONSUME(T.Invalid), () => ({ kind: "error" })) },
        { ALT: () => this.SUBRULE(this.parenthesis) },
        { ALT: () => this.SUBRULE(this.record) },
        { ALT: () => this.SUBRULE(this.typeQuestion) },
        { ALT: () => this.SUBRULE(this.offsetof) },
        { ALT: () => this.SUBRULE(this.ifExpression) },
        { ALT: () => this.SUBRULE(this.blockExpression) },
      ],
    };
  }

  private leaf(token: IToken, make: (token: IToken) => DistributiveOmit<Expr, "span">): Expr {
    return this.ACTION(() => ({ ...make(token), span: spanOf(token) }) as Expr);
  }

  private intLiteral(token: IToken): DistributiveOmit<Expr, "span"> {
    const parsed = this.integer(token, { binary: false });
    return { kind: "int", text: token.image, value: parsed?.value ?? null, suffix: parsed?.suffix ?? "" };
  }

  private readonly nameOrCall = this.RULE("nameOrCall", (): Expr => {
    const name = this.CONSUME(T.Ident);
    let args: (Expr | TypeExpr)[] | undefined;
    this.OPTION(() => {
      const list: (Expr | TypeExpr)[] = (args = []);
      this.CONSUME(T.LParen);
      this.MANY_SEP({ SEP: T.Comma, DEF: () => list.push(this.SUBRULE(this.typeOrExpression)) });
      this.CONSUME(T.RParen);
    });
    if (args === undefined) return { kind: "ident", name: name.image, span: spanOf(name) };
    return { kind: "call", name: nameOf(name), args, span: this.from(name) };
  });

  private readonly map = this.RULE("map", (): Expr => {
    const token = this.CONSUME(T.Map);
    const indices = this.OPTION(() => this.SUBRULE(this.indices));
    const map: Expr = { kind: "map", name: token.image, span: spanOf(token) };
    return indices === undefined ? map : { kind: "index", operand: map, indices, span: this.from(token) };
  });

  /** `(e)`, `()`, `(a,)`, `(a, b)`. */
  private readonly parenthesis = this.RULE("parenthesis", (): Expr => {
    const elems: Expr[] = [];
    let isTuple = true;
    const open = this.CONSUME(T.LParen);
    this.OPTION(() => {
      elems.push(this.SUBRULE(this.expression));
      isTuple = false;
      this.MANY(() => {
        this.CONSUME(T.Comma);
        isTuple = true;
        const before = elems.length;
        this.OPTION2(() => elems.push(this.SUBRULE2(this.expression)));
        this.ACTION(() => {
          if (elems.length === before && !this.isNext(T.RParen)) this.stop("expected expression");
        });
      });
    });
    this.CONSUME(T.RParen);
    return isTuple ? { kind: "tuple", elems, span: this.from(open) } : elems[0]!;
  });

  private readonly record = this.RULE("record", (): Expr => {
    const fields: { name: Name; value: Expr }[] = [];
    const open = this.CONSUME(T.RecordOpen);
    this.AT_LEAST_ONE_SEP({
      SEP: T.Comma,
      DEF: () => {
        const name = this.CONSUME(T.Ident);
        this.CONSUME(T.Assign);
        const value = this.SUBRULE(this.expression);
        this.ACTION(() => {
          if (fields.some((field) => field.name.text === name.image)) {
            const message = `Named argument list already contains name: ${name.image}`;
            this.diagnostics.push(syntaxError("duplicateName", this.from(name), message));
          }
        });
        fields.push({ name: nameOf(name), value });
      },
    });
    this.CONSUME(T.RParen);
    return { kind: "record", fields, span: this.from(open) };
  });

  /** sizeof, typeof and typeinfo. */
  private readonly typeQuestion = this.RULE("typeQuestion", (): Expr => {
    const start = this.OR([
      { ALT: () => this.CONSUME(T.Sizeof) },
      { ALT: () => this.CONSUME(T.Typeof) },
      { ALT: () => this.CONSUME(T.Typeinfo) },
    ]);
    this.CONSUME(T.LParen);
    const of = this.SUBRULE(this.typeOrExpression);
    this.CONSUME(T.RParen);
    return { kind: start.image as "sizeof" | "typeof" | "typeinfo", of, span: this.from(start) };
  });

  private readonly offsetof = this.RULE("offsetof", (): Expr => {
    const path: Name[] = [];
    const start = this.CONSUME(T.Offsetof);
    this.CONSUME(T.LParen);
    const of = this.SUBRULE(this.typeOrExpression);
    this.CONSUME(T.Comma);
    this.AT_LEAST_ONE_SEP({ SEP: T.Dot, DEF: () => path.push(nameOf(this.CONSUME(T.Ident))) });
    this.CONSUME(T.RParen);
    return { kind: "offsetof", of, path, span: this.from(start) };
  });

  private readonly blockExpression = this.RULE("blockExpression", (): Expr => {
    const body = this.SUBRULE(this.block);
    return { kind: "block", body, span: body.span };
  });

  private readonly ifExpression = this.RULE("ifExpression", (): Expr => {
    const arms: IfArm[] = [];
    const { depth } = this;
    const first = this.CONSUME(T.If);
    arms.push(this.ifArm(first, this.SUBRULE(this.condition), this.SUBRULE(this.block)));
    let last: Block | null = null;
    this.MANY(() => {
      this.CONSUME(T.Else);
      this.OR({
        ERR_MSG: "'{' or 'if' after 'else'",
        DEF: [
          {
            ALT: () => {
              this.descend();
              const start = this.CONSUME2(T.If);
              arms.push(this.ifArm(start, this.SUBRULE2(this.condition), this.SUBRULE2(this.block)));
            },
          },
          { ALT: () => (last = this.SUBRULE3(this.block)) },
        ],
      });
      this.ACTION(() => {
        if (last !== null && this.isNext(T.Else)) this.stop("unexpected 'else'");
      });
    });
    this.depth = depth;
    return this.ACTION(() => this.foldIf(arms, last));
  });

  private ifArm(start: IToken, cond: Expr, then: Block): IfArm {
    return { start: start.startOffset, cond, then };
  }

  private foldIf(arms: readonly IfArm[], last: Block | null): Expr {
    const end = (last ?? arms.at(-1)!.then).span.end;
    let otherwise = last;
    for (let i = arms.length - 1; ; i--) {
      const { start, cond, then } = arms[i]!;
      const span = { start, end };
      const comptime = cond.kind === "comptime";
      const expr: Expr = { kind: "if", comptime, cond: comptime ? cond.operand : cond, then, else: otherwise, span };
      if (i === 0) return expr;
      otherwise = { stmts: [], value: expr, span };
    }
  }

  // ── types ──

  private readonly typeOrExpression = this.RULE("typeOrExpression", (): Expr | TypeExpr =>
    this.OR([{ ALT: () => this.SUBRULE(this.plainType) }, { ALT: () => this.SUBRULE(this.expression) }]),
  );

  /** A type that cannot be taken for an expression. */
  private readonly plainType = this.RULE("plainType", (): TypeExpr => {
    const start = this.LA(1);
    const base = this.OR([
      {
        ALT: (): TypeExpr["base"] => {
          const kind = this.CONSUME(T.StructKind).image as "struct" | "union" | "enum";
          return { kind, name: this.CONSUME(T.Ident).image };
        },
      },
      { ALT: (): TypeExpr["base"] => ({ kind: "name", name: this.CONSUME(T.TypeName).image }) },
    ]);
    const suffixes = this.SUBRULE(this.typeSuffixes);
    return { kind: "type", base, suffixes, span: this.from(start) };
  });

  /** A type where nothing else can stand. */
  private readonly type = this.RULE("type", (): TypeExpr => {
    const start = this.LA(1);
    return this.OR({
      ERR_MSG: "type name",
      DEF: [
        { ALT: () => this.SUBRULE(this.plainType) },
        {
          ALT: (): TypeExpr => {
            const name = this.CONSUME(T.Ident).image;
            const suffixes = this.SUBRULE(this.typeSuffixes);
            return { kind: "type", base: { kind: "name", name }, suffixes, span: this.from(start) };
          },
        },
        {
          ALT: (): TypeExpr => {
            this.CONSUME(T.Typeof);
            this.CONSUME(T.LParen);
            const of = this.SUBRULE(this.typeOrExpression);
            this.CONSUME(T.RParen);
            const suffixes = this.SUBRULE2(this.typeSuffixes);
            return { kind: "type", base: { kind: "typeof", of }, suffixes, span: this.from(start) };
          },
        },
      ],
    });
  });

  private readonly typeSuffixes = this.RULE("typeSuffixes", (): TypeExpr["suffixes"] => {
    const suffixes: TypeExpr["suffixes"][number][] = [];
    this.MANY(() => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME(T.Star);
            suffixes.push("*");
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.LBracket);
            const length = this.OPTION(() => this.SUBRULE(this.expression)) ?? null;
            this.CONSUME(T.RBracket);
            suffixes.push({ length });
          },
        },
      ]);
    });
    return suffixes;
  });

  /** A whole C constant: the length of an array, the value of an enumerator. */
  readonly constant = this.RULE("constant", (): Expr => this.SUBRULE(this.expression));

  // ── help ──

  /** End of the last token read. */
  private end(): number {
    return this.LA(0).endOffset! + 1;
  }

  private from(start: IToken): Span {
    return { start: start.startOffset, end: this.end() };
  }

  private isNext(...types: TokenType[]): boolean {
    return types.includes(this.LA(1).tokenType);
  }

  private isAtEnd(): boolean {
    return this.LA(1).startOffset < 0 || Number.isNaN(this.LA(1).startOffset);
  }

  private descend(): void {
    this.depth++;
    if (this.depth <= maxDepth || this.RECORDING_PHASE) return;
    this.diagnostics.push(syntaxError("nesting", spanOf(this.LA(1)), "nested too deeply"));
    throw new Stop();
  }

  /** Notes that something is missing at the next token. Text that already has its message gets no second one. */
  private report(message: string, related?: readonly RelatedSpan[], hint?: string): void {
    if (this.isNext(T.Invalid)) return;
    const diagnostic = expectedAt(this.text, message, this.previousToken(), this.isAtEnd() ? null : this.LA(1), hint);
    this.diagnostics.push(related === undefined ? diagnostic : { ...diagnostic, related });
  }

  private previousToken(): IToken | null {
    const token = this.LA(0);
    return token.startOffset >= 0 ? token : null;
  }

  private stop(message: string, hint?: string): never {
    this.report(message, undefined, hint);
    throw new Stop();
  }

  private orStop(type: TokenType, message: string): void {
    this.ACTION(() => {
      if (!this.isNext(type)) this.stop(message);
    });
  }

  /** Goes on after a syntax error; any other exception is a defect and passes. */
  private catchSyntaxError(error: unknown): void {
    if (error instanceof Stop) return;
    if (!(error instanceof Error) || !isRecognitionException(error)) throw error;
    this.noteError(this.errors.at(-1)!);
    this.errors = [];
  }

  private noteError({ message, token, previousToken }: IRecognitionException & { previousToken?: IToken }): void {
    if (token.tokenType === T.Invalid) return;
    const found = token.startOffset >= 0 ? token : null;
    const previous = previousToken !== undefined && previousToken.startOffset >= 0 ? previousToken : null;
    this.diagnostics.push(expectedAt(this.text, message, previous, found));
  }

  /** End of a statement: its `;`, or nothing before `}`. A `;` forgotten at the end of a line costs no statement. */
  private ended(start: IToken, make: () => DistributiveOmit<Stmt, "span">): Stmt {
    return this.ACTION(() => {
      const span = this.from(start);
      if (this.isNext(T.Semicolon)) this.SKIP_TOKEN();
      else if (!this.isNext(T.RBrace) && !this.isAtEnd()) this.missingSemicolon();
      return { ...make(), span } as Stmt;
    });
  }

  private missingSemicolon(): void {
    this.report(`expected ';'`);
    if (!this.text.slice(this.end(), this.LA(1).startOffset).includes("\n")) throw new Stop();
  }

  private skipSemicolon(): void {
    if (this.isNext(T.Semicolon)) this.SKIP_TOKEN();
  }

  /** Skips the rest of a bad statement: through its `;` or its block, or up to the `}` around it. At least one token. */
  private skipStatement(first: IToken = this.LA(1)): void {
    let braces = 0;
    let moved = this.LA(1) !== first;
    while (!this.isAtEnd()) {
      const type = this.LA(1).tokenType;
      if (braces === 0 && type === T.RBrace) return;
      this.SKIP_TOKEN();
      moved = true;
      if (type === T.LBrace) braces++;
      if (type === T.RBrace) braces--;
      const isBlockEnd = type === T.RBrace && braces === 0 && !this.isNext(T.Else, T.Semicolon, T.RParen, T.Comma);
      if (isBlockEnd || (type === T.Semicolon && braces === 0)) return;
    }
    if (!moved) this.SKIP_TOKEN();
  }

  private pathOf(token: IToken): string {
    return new TextDecoder().decode(this.stringBytes(token));
  }

  private stringBytes(token: IToken): Uint8Array {
    const { bytes, problems } = decodeString(token.image.slice(1, -1));
    const inside = token.startOffset + 1;
    for (const { message, start, end } of problems) {
      this.diagnostics.push(syntaxError("string", { start: inside + start, end: inside + end }, message));
    }
    return bytes;
  }

  private integer(token: IToken, options: { readonly binary: boolean }): (ReturnType<typeof parseInteger> & { ok: true }) | null {
    const parsed = parseInteger(token.image, options);
    if (parsed.ok) return parsed;
    const span = { start: token.startOffset + parsed.start, end: token.startOffset + parsed.end };
    this.diagnostics.push({ code: syntaxCodes.integer, severity: "error", span, message: `syntax: ${parsed.message}` });
    return null;
  }
}

type DistributiveOmit<U, K extends PropertyKey> = U extends unknown ? Omit<U, K> : never;
