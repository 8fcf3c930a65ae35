import type { IToken } from "chevrotain";
import type { ConfigBlock, ConfigValue, Expr, FunctionItem, Import, MacroItem, MapDeclItem, Name, ProbeItem } from "../ast/ast.ts";
import { splitAttachPoint } from "../lex/attach-point.ts";
import { T } from "../lex/token-types.ts";
import { nameOf, spanOf } from "./grammar-base.ts";
import { toStatementBlock } from "./statement-blocks.ts";
import { StatementGrammar } from "./statement-grammar.ts";

const macroArgument = "macro argument ($var, @map, or identifier)";

type MacroParam = MacroItem["params"][number];
type FunctionParam = FunctionItem["params"][number];

/**
 * The grammar of one item of a script; one public rule per kind of item. It is LL(1) over the lexer's token types and needs no
 * predicates, so chevrotain's analysis stays cheap.
 */
export class Grammar extends StatementGrammar {
  constructor(options: { readonly check: boolean }) {
    super(options);
    this.performSelfAnalysis();
  }

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
      this.depth = 0;
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
    this.CONSUME(T.RParen, { ERR_MSG: params.length === 0 ? `expected ${macroArgument}` : "expected ')'" });
    const body = this.SUBRULE(this.block);
    return { kind: "macro", name: nameOf(name), params, body, span: this.from(start) };
  });

  private readonly macroParam = this.RULE("macroParam", (): MacroParam =>
    this.OR({
      ERR_MSG: macroArgument,
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

  /** A whole C constant: the length of an array, the value of an enumerator. */
  readonly constant = this.RULE("constant", (): Expr => this.SUBRULE(this.expression));
}
