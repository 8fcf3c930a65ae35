/** What names mean inside one expansion of a macro. */
import type { Expr, Name, TypeExpr } from "../../ast/ast.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import { createdVariables } from "./created.ts";
import { ownName } from "./names.ts";
import { isTypeArgument, type Argument, type Macro } from "./registry.ts";

/** The type that stands for a type parameter. */
export interface TypeArgument {
  readonly base: TypeExpr["base"];
  readonly suffixes: TypeExpr["suffixes"];
}

export interface Scope {
  /** Macros being expanded, innermost last; empty in the script itself. */
  readonly stack: readonly Macro[];
  /** Where the innermost one was called. */
  readonly call: Span | null;
  readonly variables: ReadonlyMap<string, string>;
  readonly maps: ReadonlyMap<string, string>;
  readonly exprs: ReadonlyMap<string, Expr>;
  readonly types: ReadonlyMap<string, TypeArgument>;
}

export const scriptScope: Scope = { stack: [], call: null, variables: new Map(), maps: new Map(), exprs: new Map(), types: new Map() };

/** `typeof(T)`, a type, or a name that is taken for one. */
export function typeArgument(arg: Argument): TypeArgument {
  if (arg.kind === "typeof") {
    const isType = arg.of.kind === "type" || arg.of.kind === "ident";
    return isType ? typeArgument(arg.of) : { base: { kind: "typeof", of: arg.of }, suffixes: [] };
  }
  if (arg.kind === "type") return { base: arg.base, suffixes: arg.suffixes };
  if (arg.kind === "ident") return { base: { kind: "name", name: arg.name }, suffixes: [] };
  throw new Error(`${arg.kind} is no type`);
}

/** A variable or map for a parameter that takes any expression can be read, not changed. */
function asValue(expr: Expr): Expr {
  if (expr.kind !== "variable" && expr.kind !== "map") return expr;
  return { kind: "block", span: expr.span, body: { span: expr.span, stmts: [], value: expr } };
}

/** The scope of a macro's body; the arguments fit its parameters. `expansion` numbers the expansions of a script. */
export function bodyScope(outer: Scope, macro: Macro, args: readonly Argument[], call: Span, expansion: number): Scope {
  const variables = new Map<string, string>();
  const maps = new Map<string, string>();
  const exprs = new Map<string, Expr>();
  const types = new Map<string, TypeArgument>();
  for (const name of createdVariables(macro.item.body)) variables.set(name, ownName(name, expansion));
  for (const [i, { kind, name }] of macro.item.params.entries()) {
    const arg = args[i]!;
    if (kind === "variable" && arg.kind === "variable") variables.set(name, arg.name);
    else if (kind === "map" && arg.kind === "map") maps.set(name, arg.name);
    else if (kind === "type" || isTypeArgument(arg)) types.set(name, typeArgument(arg));
    else if (arg.kind !== "type") exprs.set(name, asValue(arg));
  }
  return { stack: [...outer.stack, macro], call, variables, maps, exprs, types };
}

/** Names of a member path, `a.b.c`; null if the expression is anything else. */
export function memberPath(expr: Expr): Name[] | null {
  if (expr.kind === "ident") return [{ text: expr.name, span: expr.span }];
  if (expr.kind !== "member") return null;
  const head = memberPath(expr.operand);
  return head === null ? null : [...head, expr.name];
}
