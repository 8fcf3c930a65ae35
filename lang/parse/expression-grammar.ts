import type { IToken, ParserMethod } from "chevrotain";
import type { BinaryOp, Block, Expr, Name, TypeExpr, UnaryOp } from "../ast/ast.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import { syntaxError } from "../lex/cursor.ts";
import { T } from "../lex/token-types.ts";
import { foldBinary, type Tail } from "./binary.ts";
import { GrammarBase, nameOf, spanOf, Stop, type DistributiveOmit } from "./grammar-base.ts";

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

/** Expressions and types. */
export abstract class ExpressionGrammar extends GrammarBase {
  protected abstract readonly block: ParserMethod<[], Block>;

  /** `a`, `a + b`, `a ? b : c`: the flat sequence is folded here, so that long chains take no stack. */
  protected readonly expression = this.RULE("expression", (): Expr => {
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
  protected readonly chain = this.RULE("chain", (): Expr => {
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
  protected readonly unary = this.RULE("unary", (): Expr => {
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

  protected withPrefix(prefix: Prefix, operand: Expr): Expr {
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

  protected readonly suffix = this.RULE("suffix", (): Suffix =>
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

  protected readonly indices = this.RULE("indices", (): Expr[] => {
    const indices: Expr[] = [];
    this.CONSUME(T.LBracket);
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => indices.push(this.SUBRULE(this.expression)) });
    this.CONSUME(T.RBracket);
    return indices;
  });

  protected withSuffix(operand: Expr, suffix: Suffix): Expr {
    const span = { start: operand.span.start, end: this.end() };
    if (suffix.kind === "member") return { kind: "member", operand, name: suffix.name, arrow: suffix.arrow, span };
    if (suffix.kind === "index") return { kind: "index", operand, indices: suffix.indices, span };
    const { token } = suffix;
    if (!this.checkIncrement(operand, spanOf(token))) throw new Stop();
    return { kind: "increment", op: token.image as "++" | "--", prefix: false, operand, span };
  }

  protected checkIncrement(operand: Expr, span: Span): boolean {
    const root = operand.kind === "index" ? operand.operand : operand;
    if (root.kind === "map" || operand.kind === "variable" || operand.kind === "error") return true;
    this.diagnostics.push(syntaxError("target", span, "increment/decrement requires a variable or map"));
    return false;
  }

  protected readonly primary = this.RULE("primary", (): Expr => this.OR((this.primaryAlternatives ??= this.makePrimaryAlternatives())));

  protected primaryAlternatives: { ERR_MSG: string; DEF: { ALT: () => Expr }[] } | undefined;

  protected makePrimaryAlternatives(): { ERR_MSG: string; DEF: { ALT: () => Expr }[] } {
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
        // A keyword at the top level only: inside it is the record of all settings (row 4.30).
        { ALT: () => this.leaf(this.CONSUME(T.Config), () => ({ kind: "ident", name: "config" })) },
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

  protected leaf(token: IToken, make: (token: IToken) => DistributiveOmit<Expr, "span">): Expr {
    return this.ACTION(() => ({ ...make(token), span: spanOf(token) }));
  }

  protected intLiteral(token: IToken): DistributiveOmit<Expr, "span"> {
    const parsed = this.integer(token, { binary: false });
    return { kind: "int", text: token.image, value: parsed?.value ?? null, suffix: parsed?.suffix ?? "" };
  }

  protected readonly nameOrCall = this.RULE("nameOrCall", (): Expr => {
    const name = this.CONSUME(T.Ident);
    let args: (Expr | TypeExpr)[] | undefined;
    this.OPTION(() => {
      const list: (Expr | TypeExpr)[] = (args = []);
      this.CONSUME(T.LParen);
      this.MANY_SEP({ SEP: T.Comma, DEF: () => list.push(this.SUBRULE(this.typeOrExpression)) });
      this.CONSUME(T.RParen, { ERR_MSG: list.length === 0 ? "expected expression" : "expected ')'" });
    });
    if (args === undefined) return { kind: "ident", name: name.image, span: spanOf(name) };
    return { kind: "call", name: nameOf(name), args, span: this.from(name) };
  });

  protected readonly map = this.RULE("map", (): Expr => {
    const token = this.CONSUME(T.Map);
    const indices = this.OPTION(() => this.SUBRULE(this.indices));
    const map: Expr = { kind: "map", name: token.image, span: spanOf(token) };
    return indices === undefined ? map : { kind: "index", operand: map, indices, span: this.from(token) };
  });

  /** `(e)`, `()`, `(a,)`, `(a, b)`. */
  protected readonly parenthesis = this.RULE("parenthesis", (): Expr => {
    const elems: Expr[] = [];
    let commas = 0;
    const open = this.CONSUME(T.LParen);
    this.OPTION(() => {
      elems.push(this.SUBRULE(this.expression));
      this.MANY(() => {
        this.CONSUME(T.Comma);
        commas++;
        this.OPTION2(() => elems.push(this.SUBRULE2(this.expression)));
        this.ACTION(() => {
          if (elems.length === commas && !this.isNext(T.RParen)) this.stop("expected expression");
        });
      });
    });
    this.CONSUME(T.RParen, { ERR_MSG: elems.length === 0 ? "expected expression" : "expected ')'" });
    const [first] = elems;
    return first !== undefined && commas === 0 ? first : { kind: "tuple", elems, span: this.from(open) };
  });

  protected readonly record = this.RULE("record", (): Expr => {
    const fields: { name: Name; value: Expr }[] = [];
    const names = new Set<string>();
    const open = this.CONSUME(T.RecordOpen);
    this.AT_LEAST_ONE_SEP({
      SEP: T.Comma,
      DEF: () => {
        const name = this.CONSUME(T.Ident);
        this.CONSUME(T.Assign);
        const value = this.SUBRULE(this.expression);
        this.ACTION(() => {
          if (names.has(name.image)) {
            const message = `Named argument list already contains name: ${name.image}`;
            this.diagnostics.push(syntaxError("duplicateName", this.from(name), message));
          }
        });
        names.add(name.image);
        fields.push({ name: nameOf(name), value });
      },
    });
    this.CONSUME(T.RParen);
    return { kind: "record", fields, span: this.from(open) };
  });

  /** sizeof, typeof and typeinfo. */
  protected readonly typeQuestion = this.RULE("typeQuestion", (): Expr => {
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

  protected readonly offsetof = this.RULE("offsetof", (): Expr => {
    const path: Name[] = [];
    const start = this.CONSUME(T.Offsetof);
    this.CONSUME(T.LParen);
    const of = this.SUBRULE(this.typeOrExpression);
    this.CONSUME(T.Comma);
    this.AT_LEAST_ONE_SEP({ SEP: T.Dot, DEF: () => path.push(nameOf(this.CONSUME(T.Ident))) });
    this.CONSUME(T.RParen);
    return { kind: "offsetof", of, path, span: this.from(start) };
  });

  protected readonly blockExpression = this.RULE("blockExpression", (): Expr => {
    const body = this.SUBRULE(this.block);
    return { kind: "block", body, span: body.span };
  });

  protected readonly ifExpression = this.RULE("ifExpression", (): Expr => {
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

  protected ifArm(start: IToken, cond: Expr, then: Block): IfArm {
    return { start: start.startOffset, cond, then };
  }

  protected foldIf(arms: readonly IfArm[], last: Block | null): Expr {
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

  /** A full expression in parentheses, or an operand without binary operators (row 2.18). */
  protected readonly condition = this.RULE("condition", (): Expr =>
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

  protected readonly typeOrExpression = this.RULE("typeOrExpression", (): Expr | TypeExpr =>
    this.OR([{ ALT: () => this.SUBRULE(this.plainType) }, { ALT: () => this.SUBRULE(this.expression) }]),
  );

  /** A type that cannot be taken for an expression. */
  protected readonly plainType = this.RULE("plainType", (): TypeExpr => {
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
  protected readonly type = this.RULE("type", (): TypeExpr => {
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

  protected readonly typeSuffixes = this.RULE("typeSuffixes", (): TypeExpr["suffixes"] => {
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
}
