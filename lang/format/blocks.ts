/** Blocks, if and statements as text. */
import type { Block, Expr, Stmt } from "../ast/ast.ts";
import { leading, trailing } from "./comments.ts";
import type { Format } from "./format-context.ts";
import { concat, group, hardline, indent, line, type Doc } from "./doc.ts";
import { exprDoc, leaf, typeDoc, unaryOperandDoc } from "./expressions.ts";
import { linesOf, type Entry } from "./lines.ts";
import { importPath } from "./paths.ts";

const BLOCK = 2;

/** The variable or map that an expression begins with, parentheses aside. */
function beginsWithSigil(expr: Expr): boolean {
  switch (expr.kind) {
    case "variable":
    case "map":
      return true;
    case "ternary":
      return beginsWithSigil(expr.cond);
    case "binary":
      return beginsWithSigil(expr.left);
    case "member":
    case "index":
      return beginsWithSigil(expr.operand);
    case "increment":
      return !expr.prefix && beginsWithSigil(expr.operand);
    default:
      return false;
  }
}

/** An expression where a statement may stand: `$x ? f() : g()` would be read as far as the `?` (row 2.17). */
function statementExpr(f: Format, expr: Expr, { asValue }: { readonly asValue: boolean }): Doc {
  const isStatement = !asValue && (expr.kind === "if" || expr.kind === "block");
  const doc = exprDoc(f, expr);
  return isStatement || (expr.kind === "ternary" && beginsWithSigil(expr)) ? concat("(", doc, ")") : doc;
}

function statementEntry(f: Format, stmt: Stmt, end: string): Entry {
  return { start: stmt.span.start, end: stmt.span.end, doc: () => concat(stmtDoc(f, stmt), end) };
}

/** Whether the last expression of a block is its value, or one more statement. */
export type Use = "value" | "statement";

/** An `if` or a block that ends a block is its value unless a `;` follows. */
function endsAsStatement({ stmts, value }: Block, use: Use): boolean {
  const last = stmts.at(-1);
  return use === "value" && value === null && (last?.kind === "if" || last?.kind === "block");
}

/** `{ value }` on one line if there is nothing else in it, else a statement a line. */
export function blockDoc(f: Format, block: Block, use: Use): Doc {
  const { stmts, value, span } = block;
  const before = leading(f.before(span.start));
  const behindBrace = trailing(f.behind(span.start + 1));
  const front = stmts.length === 0 && value !== null ? leading(f.before(value.span.start)) : [];
  const closed = endsAsStatement(block, use) ? stmts.at(-1) : null;
  const entries = stmts.map((stmt) => statementEntry(f, stmt, stmt === closed ? ";" : ""));
  if (value !== null) {
    const doc = (): Doc => concat(...front, statementExpr(f, value, { asValue: true }));
    if (entries.length === 0 && behindBrace.length === 0 && front.length === 0) {
      const only = doc();
      const rest = f.before(span.end - 1);
      if (rest.length === 0) return concat(...before, group("{", indent(BLOCK, line, only), line, "}"));
      return concat(...before, "{", indent(BLOCK, hardline, only, ...trailing(rest)), hardline, "}");
    }
    entries.push({ start: value.span.start, end: value.span.end, doc });
  }
  const lines = linesOf(f, entries, span.end - 1);
  if (lines.length === 0) return concat(...before, behindBrace.length === 0 ? "{}" : concat("{", ...behindBrace, hardline, "}"));
  return concat(...before, "{", ...behindBrace, indent(BLOCK, hardline, ...lines), hardline, "}");
}

/** The `if` that is all there is in an else block: `else if`. */
function onlyIf({ stmts, value }: Block): ((Stmt | Expr) & { readonly kind: "if" }) | null {
  const only = stmts.length === 0 ? value : value === null && stmts.length === 1 ? stmts[0]! : null;
  return only?.kind === "if" ? only : null;
}

export function ifDoc(f: Format, node: (Stmt | Expr) & { readonly kind: "if" }, use: Use): Doc {
  const parts: Doc[] = [];
  for (let arm: typeof node | null = node; arm !== null;) {
    const { comptime, cond, then, else: otherwise, span }: typeof node = arm;
    parts.push(leaf(f, { start: span.start, end: span.start + "if".length }), " ");
    if (comptime) parts.push("comptime ", unaryOperandDoc(f, cond), " ");
    else parts.push("(", exprDoc(f, cond), ") ");
    parts.push(blockDoc(f, then, use));
    if (otherwise !== null) parts.push(" else ");
    arm = otherwise === null ? null : onlyIf(otherwise);
    if (otherwise !== null && arm === null) parts.push(blockDoc(f, otherwise, use));
  }
  return group(...parts);
}

/** Row 2.23: what may end a range without parentheses. */
function rangeEnd(f: Format, expr: Expr): Doc {
  const doc = exprDoc(f, expr);
  const isCompound = ["unary", "increment", "binary", "ternary", "member", "if", "block", "comptime"].includes(expr.kind);
  return isCompound || (expr.kind === "index" && expr.operand.kind !== "map") ? concat("(", doc, ")") : doc;
}

type StmtOf<K extends Stmt["kind"]> = Extract<Stmt, { readonly kind: K }>;

function letDoc(f: Format, { name, type, value }: StmtOf<"let">): Doc {
  const parts: Doc[] = ["let ", leaf(f, name.span)];
  if (type !== null) parts.push(": ", typeDoc(f, type));
  if (value !== null) parts.push(" = ", exprDoc(f, value));
  return concat(...parts, ";");
}

function forDoc(f: Format, stmt: StmtOf<"for_range" | "for_each">): Doc {
  const head = concat("for (", leaf(f, stmt.variable.span), " : ");
  const over = stmt.kind === "for_each" ? exprDoc(f, stmt.over) : concat(rangeEnd(f, stmt.from), "..", rangeEnd(f, stmt.to));
  return concat(head, over, ") ", blockDoc(f, stmt.body, "statement"));
}

export function stmtDoc(f: Format, stmt: Stmt): Doc {
  switch (stmt.kind) {
    case "expr":
      return concat(statementExpr(f, stmt.expr, { asValue: false }), ";");
    case "assign": {
      const target = exprDoc(f, stmt.target);
      return concat(target, ` ${stmt.op} `, exprDoc(f, stmt.value), ";");
    }
    case "let":
      return letDoc(f, stmt);
    case "if":
      return ifDoc(f, stmt, "statement");
    case "while":
    case "unroll": {
      const cond = exprDoc(f, stmt.kind === "while" ? stmt.cond : stmt.count);
      return concat(`${stmt.kind} (`, cond, ") ", blockDoc(f, stmt.body, "statement"));
    }
    case "for_range":
    case "for_each":
      return forDoc(f, stmt);
    case "block":
      return blockDoc(f, stmt.body, "statement");
    case "return":
      return stmt.value === null ? "return;" : concat("return ", exprDoc(f, stmt.value), ";");
    case "import":
      return concat("import ", importPath(f.text, stmt.span.start), ";");
    case "break":
    case "continue":
      return `${stmt.kind};`;
    case "error":
      return f.text.slice(stmt.span.start, stmt.span.end);
  }
}
