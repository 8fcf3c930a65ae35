/**
 * Macros: every call becomes a block with the body of the macro, before anything is known about types (rows 2.29 to 2.35).
 * What comes from a body keeps its place there, and its span says where it was expanded.
 */
import type { Block, Expr, Item, MacroItem, Name, Stmt, TypeExpr } from "../../ast/ast.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import { findTooDeep, maxDepth } from "../../parse/limit-depth.ts";
import { isNative } from "../elaborate/calls/calls.ts";
import type { Unit } from "../imports.ts";
import type { Report } from "../report.ts";
import { openLibrary, type Library } from "./library.ts";
import { reportMismatch } from "./mismatch.ts";
import { collectMacros, lookUp, type Argument, type Macro } from "./registry.ts";
import { bodyScope, memberPath, scriptScope, type Scope, type TypeArgument } from "./scope.ts";

/** Nodes that all expansions of a script may add: a macro that uses its argument twice doubles the script at each level. */
const MAX_NODES = 200_000;

type ExprOf<K extends Expr["kind"]> = Extract<Expr, { readonly kind: K }>;

interface Expansion {
  readonly user: ReadonlyMap<string, readonly Macro[]>;
  readonly library: Library;
  /** Names of the script's functions. */
  readonly functions: ReadonlySet<string>;
  readonly report: Report;
  /** How many macros were expanded. */
  count: number;
  nodes: number;
  depth: number;
}

/** Once there are too many nodes or levels, nothing more is built. */
function tooMuch(x: Expansion, span: Span): boolean {
  if (x.nodes <= MAX_NODES && x.depth <= maxDepth) return false;
  if (!x.report.hasErrors()) x.report.error("tooLong", span, "macros expand to too much code");
  return true;
}

const here = ({ call }: Scope, { start, end }: Span): Span => (call === null ? { start, end } : { start, end, from: call });

const failed = (span: Span): Expr => ({ kind: "error", span });

function variableName(scope: Scope, name: string): string {
  return scope.variables.get(name) ?? name;
}

function expandMap(x: Expansion, scope: Scope, expr: ExprOf<"map">): Expr {
  const span = here(scope, expr.span);
  const name = scope.call === null ? expr.name : scope.maps.get(expr.name);
  if (name !== undefined) return { kind: "map", name, span };
  x.report.error("unhygienic", span, `Unhygienic access to map: ${expr.name}. Maps must be passed into the macro as arguments.`);
  return failed(span);
}

/** The type with its parameters replaced, innermost: `t*` for t = uint64* is uint64**. */
function expandType(x: Expansion, scope: Scope, type: TypeExpr): TypeExpr {
  const span = here(scope, type.span);
  const suffixes = type.suffixes.map((suffix) =>
    suffix === "*" || suffix.length === null ? suffix : { length: expandExpr(x, scope, suffix.length) },
  );
  const { base } = type;
  if (base.kind === "typeof") return { kind: "type", base: { kind: "typeof", of: expandTypeOrExpr(x, scope, base.of) }, suffixes, span };
  const arg = scope.types.get(base.name);
  if (arg === undefined) return { ...type, suffixes, span };
  if (base.kind === "name") return { kind: "type", base: arg.base, suffixes: [...arg.suffixes, ...suffixes], span };
  if (arg.base.kind === "name" && arg.suffixes.length === 0)
    return { kind: "type", base: { kind: base.kind, name: arg.base.name }, suffixes, span };
  x.report.error("invalidCast", span, `The type argument for '${base.name}' can not be used as '${base.kind} ${base.name}'`);
  return { ...type, suffixes, span };
}

const typeOf = ({ base, suffixes }: TypeArgument, span: Span): TypeExpr => ({ kind: "type", base, suffixes, span });

/** Where a type may stand: a bare name is a type's then, and no macro's. */
function expandTypeOrExpr(x: Expansion, scope: Scope, arg: Expr | TypeExpr): Expr | TypeExpr {
  if (arg.kind === "type") return expandType(x, scope, arg);
  if (arg.kind !== "ident" || scope.exprs.has(arg.name)) return expandExpr(x, scope, arg);
  const span = here(scope, arg.span);
  const type = scope.types.get(arg.name);
  return type === undefined ? { ...arg, span } : typeOf(type, span);
}

/** `offsetof(T, m)`: the member may be a parameter too. */
function expandPath(x: Expansion, scope: Scope, path: readonly Name[]): Name[] {
  return path.flatMap((name) => {
    const arg = scope.exprs.get(name.text);
    const names = arg === undefined ? [name] : memberPath(arg);
    if (names !== null) return names.map(({ text, span }) => ({ text, span: here(scope, span) }));
    x.report.error(
      "invalidArgument",
      arg!.span,
      "the second argument of offsetof() must be the name of a member, or several joined by '.'",
    );
    return [];
  });
}

function candidates(x: Expansion, scope: Scope, name: string): readonly Macro[] {
  const library = x.library.find(name);
  return scope.stack.at(-1)?.isStdlib === true ? library : [...(x.user.get(name) ?? []), ...library];
}

function recursion(stack: readonly Macro[], macro: Macro): string | null {
  const first = stack.findIndex(({ item }) => item === macro.item);
  if (first < 0) return null;
  const chain = [...stack.slice(first), macro].map(({ item }) => item.name.text);
  return `Recursive macro call detected. Call chain: ${chain.join(" > ")}`;
}

/** The macro's body in place of the call; null if the call is of no macro. */
function expandCall(x: Expansion, scope: Scope, span: Span, name: string, args: readonly Argument[]): Expr | null {
  const found = lookUp(candidates(x, scope, name), args);
  if (found === null) return null;
  if ("closest" in found) {
    if (isNative(name) || x.functions.has(name)) return null;
    reportMismatch(x.report, span, found.closest, args);
    return failed(span);
  }
  const { macro } = found;
  const problem = recursion(scope.stack, macro);
  if (problem !== null) {
    x.report.error("recursive", span, problem);
    return failed(span);
  }
  const body = expandBlock(x, bodyScope(scope, macro, args, span, ++x.count), macro.item.body);
  return { kind: "block", body, span };
}

function expandIdentifier(x: Expansion, scope: Scope, expr: ExprOf<"ident">): Expr {
  const span = here(scope, expr.span);
  const arg = scope.exprs.get(expr.name);
  if (arg !== undefined) {
    x.nodes += nodesOf(arg);
    return arg;
  }
  if (scope.types.has(expr.name)) {
    x.report.error("invalidArgument", span, `'${expr.name}' is a type here, and can stand only where a type can`);
    return failed(span);
  }
  return expandCall(x, scope, span, expr.name, []) ?? { ...expr, span };
}

const sizes = new WeakMap<object, number>();

/** Nodes of an argument, which are in the tree once more for each use. */
function nodesOf(node: object): number {
  const known = sizes.get(node);
  if (known !== undefined) return known;
  let count = 1;
  for (const [key, child] of Object.entries(node) as [string, unknown][])
    if (typeof child === "object" && child !== null && key !== "span" && key !== "bytes") count += nodesOf(child);
  sizes.set(node, count);
  return count;
}

/** Arguments are expanded where they are written. */
function expandArgument(x: Expansion, scope: Scope, arg: Argument): Argument {
  if (arg.kind === "typeof") return { ...arg, of: expandTypeOrExpr(x, scope, arg.of), span: here(scope, arg.span) };
  const type = arg.kind === "ident" ? scope.types.get(arg.name) : undefined;
  if (type !== undefined) return typeOf(type, here(scope, arg.span));
  return arg.kind === "type" ? expandType(x, scope, arg) : expandExpr(x, scope, arg);
}

function expandCallExpr(x: Expansion, scope: Scope, expr: ExprOf<"call">): Expr {
  const span = here(scope, expr.span);
  const args = expr.args.map((arg) => expandArgument(x, scope, arg));
  const expanded = expandCall(x, scope, span, expr.name.text, args);
  if (expanded !== null) return expanded;
  const type = args.find((arg) => arg.kind === "typeof");
  if (type === undefined) return { ...expr, name: { ...expr.name, span: here(scope, expr.name.span) }, args, span };
  x.report.error("invalidArgument", type.span, "typeof as an argument is only for macros that expect a type");
  return failed(span);
}

function expandChildren(x: Expansion, scope: Scope, expr: Expr): Expr {
  const span = here(scope, expr.span);
  const sub = (child: Expr): Expr => expandExpr(x, scope, child);
  const block = (child: Block): Block => expandBlock(x, scope, child);
  const named = (name: Name): Name => ({ text: name.text, span: here(scope, name.span) });
  switch (expr.kind) {
    case "ident":
      return expandIdentifier(x, scope, expr);
    case "variable":
      return { kind: "variable", name: variableName(scope, expr.name), span };
    case "map":
      return expandMap(x, scope, expr);
    case "call":
      return expandCallExpr(x, scope, expr);
    case "unary":
    case "increment":
    case "comptime":
      return { ...expr, operand: sub(expr.operand), span };
    case "member":
      return { ...expr, operand: sub(expr.operand), name: named(expr.name), span };
    case "binary":
      return { ...expr, left: sub(expr.left), right: sub(expr.right), opSpan: here(scope, expr.opSpan), span };
    case "ternary":
      return { ...expr, cond: sub(expr.cond), then: expr.then === null ? null : sub(expr.then), else: sub(expr.else), span };
    case "if":
      return { ...expr, cond: sub(expr.cond), then: block(expr.then), else: expr.else === null ? null : block(expr.else), span };
    case "block":
      return { ...expr, body: block(expr.body), span };
    case "index":
      return { ...expr, operand: sub(expr.operand), indices: expr.indices.map(sub), span };
    case "cast":
      return { ...expr, to: expandType(x, scope, expr.to), operand: sub(expr.operand), span };
    case "tuple":
      return { ...expr, elems: expr.elems.map(sub), span };
    case "record":
      return { ...expr, fields: expr.fields.map(({ name, value }) => ({ name: named(name), value: sub(value) })), span };
    case "sizeof":
    case "typeof":
    case "typeinfo":
      return { ...expr, of: expandTypeOrExpr(x, scope, expr.of), span };
    case "offsetof":
      return { ...expr, of: expandTypeOrExpr(x, scope, expr.of), path: expandPath(x, scope, expr.path), span };
    case "int":
    case "string":
    case "bool":
    case "param":
    case "discard":
    case "error":
      return { ...expr, span };
  }
}

function expandExpr(x: Expansion, scope: Scope, expr: Expr): Expr {
  x.nodes++;
  x.depth++;
  const expanded = tooMuch(x, expr.span) ? failed(here(scope, expr.span)) : expandChildren(x, scope, expr);
  x.depth--;
  return expanded;
}

function expandStmt(x: Expansion, scope: Scope, stmt: Stmt): Stmt {
  const span = here(scope, stmt.span);
  const sub = (child: Expr): Expr => expandExpr(x, scope, child);
  const block = (child: Block): Block => expandBlock(x, scope, child);
  const variable = (name: Name): Name => ({ text: variableName(scope, name.text), span: here(scope, name.span) });
  switch (stmt.kind) {
    case "expr":
      return { ...stmt, expr: sub(stmt.expr), span };
    case "assign":
      return { ...stmt, target: sub(stmt.target), value: sub(stmt.value), span };
    case "let": {
      if (scope.stack.at(-1)?.item.params.some(({ kind, name }) => kind === "variable" && name === stmt.name.text) === true)
        x.report.error("redeclared", span, `Variable declaration shadows macro arg ${stmt.name.text}`);
      const type = stmt.type === null ? null : expandType(x, scope, stmt.type);
      return { ...stmt, name: variable(stmt.name), type, value: stmt.value === null ? null : sub(stmt.value), span };
    }
    case "return":
      return { ...stmt, value: stmt.value === null ? null : sub(stmt.value), span };
    case "if":
      return { ...stmt, cond: sub(stmt.cond), then: block(stmt.then), else: stmt.else === null ? null : block(stmt.else), span };
    case "while":
      return { ...stmt, cond: sub(stmt.cond), body: block(stmt.body), span };
    case "for_range":
      return { ...stmt, variable: variable(stmt.variable), from: sub(stmt.from), to: sub(stmt.to), body: block(stmt.body), span };
    case "for_each":
      return { ...stmt, variable: variable(stmt.variable), over: sub(stmt.over), body: block(stmt.body), span };
    case "unroll":
      return { ...stmt, count: sub(stmt.count), body: block(stmt.body), span };
    case "block":
      return { ...stmt, body: block(stmt.body), span };
    case "break":
    case "continue":
    case "import":
    case "error":
      return { ...stmt, span };
  }
}

function expandBlock(x: Expansion, scope: Scope, block: Block): Block {
  x.depth++;
  const expanded: Block = {
    span: here(scope, block.span),
    stmts: tooMuch(x, block.span) ? [] : block.stmts.map((stmt) => expandStmt(x, scope, stmt)),
    value: block.value === null ? null : expandExpr(x, scope, block.value),
  };
  x.depth--;
  return expanded;
}

function expandItem(x: Expansion, item: Item): Item {
  if (item.kind !== "probe" && item.kind !== "function") return item;
  const body = expandBlock(x, scriptScope, item.body);
  if (item.kind === "function") return { ...item, body };
  return { ...item, body, predicate: item.predicate === null ? null : expandExpr(x, scriptScope, item.predicate) };
}

function checkDepth(item: Item, report: Report): void {
  const tooDeep = report.hasErrors() ? null : findTooDeep(item, Infinity);
  if (tooDeep !== null) report.error("tooLong", tooDeep, "macros nest too deeply here");
}

/** The script without its macros: their calls are blocks now. The text of library macros that were used is behind the source's. */
export function expandMacros(unit: Unit, report: Report): Unit {
  const { script, source } = unit;
  const own = script.items.filter((item): item is MacroItem => item.kind === "macro");
  const library = openLibrary(source);
  if (own.length === 0 && !library.isMentioned) return unit;
  const functions = new Set(script.items.flatMap((item) => (item.kind === "function" ? [item.name.text] : [])));
  const x: Expansion = { user: collectMacros(own, report), library, functions, report, count: 0, nodes: 0, depth: 0 };
  const items = script.items.filter(({ kind }) => kind !== "macro").map((item) => expandItem(x, item));
  for (const item of items) checkDepth(item, report);
  return { script: { ...script, items }, source: library.source() };
}
