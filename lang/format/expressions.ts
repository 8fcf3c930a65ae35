/** Expressions and types as text: only the parentheses that the grammar or a reader needs. */
import type { BinaryOp, Expr, TypeExpr } from "../ast/ast.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import { precedence } from "../parse/binary.ts";
import { beforeClosing, leading, trailing } from "./comments.ts";
import type { Format } from "./format-context.ts";
import { concat, fill, firstCharacter, group, hardline, indent, line, type Doc } from "./doc.ts";

type ExprOf<K extends Expr["kind"]> = Extract<Expr, { readonly kind: K }>;

/** Further lines of a statement go in by more than its block does. */
export const CONTINUATION = 4;

/** Text as written, behind the comments before it. */
export function leaf(f: Format, span: Span, text = f.text.slice(span.start, span.end)): Doc {
  const before = f.before(span.start);
  return before.length === 0 ? text : concat(...leading(before), text);
}

/** How tightly an expression holds together; binary operators are in between (parse/binary.ts). */
const LEVEL = { block: -1, ternary: 0, unary: 11, postfix: 12 } as const;

function levelOf(expr: Expr): number {
  switch (expr.kind) {
    case "binary":
      return precedence[expr.op];
    case "ternary":
      return LEVEL.ternary;
    case "unary":
    case "cast":
    case "comptime":
      return LEVEL.unary;
    case "increment":
      return expr.prefix ? LEVEL.unary : LEVEL.postfix;
    // They could stand without parentheses, but begin a statement where they come first and read badly elsewhere.
    case "if":
    case "block":
      return LEVEL.block;
    default:
      return LEVEL.postfix;
  }
}

const parenthesised = (doc: Doc): Doc => concat("(", doc, ")");

/** An operand of something that needs `level`. */
export function operandDoc(f: Format, expr: Expr, level: number): Doc {
  const doc = exprDoc(f, expr);
  return levelOf(expr) < level ? parenthesised(doc) : doc;
}

export const unaryOperandDoc = (f: Format, expr: Expr): Doc => operandDoc(f, expr, LEVEL.unary);

const isComparison = (op: BinaryOp): boolean => precedence[op] === precedence["<"] || precedence[op] === precedence["=="];
const isBitwise = (op: BinaryOp): boolean => "<<>>&^|".includes(op) && op !== "<" && op !== ">";

/** Precedence alone, and where C programmers err: `a & b == c`, `a << b + c`, `a && b || c`. */
function needsParentheses(parent: BinaryOp, child: Expr, side: "left" | "right"): boolean {
  if (child.kind !== "binary") return levelOf(child) < LEVEL.unary;
  const [outer, inner] = [precedence[parent], precedence[child.op]];
  if (inner < outer) return true;
  if (inner === outer) return side === "right" || isComparison(parent) || (isBitwise(parent) && parent !== child.op);
  return isBitwise(parent) || (isComparison(parent) && isComparison(child.op)) || (parent === "||" && child.op === "&&");
}

function binaryOperand(f: Format, parent: BinaryOp, child: Expr, side: "left" | "right"): Doc {
  const doc = exprDoc(f, child);
  return needsParentheses(parent, child, side) ? parenthesised(doc) : doc;
}

/** Where the first token of an expression is, the parentheses that it loses aside. */
function firstToken(expr: Expr): number {
  switch (expr.kind) {
    case "binary":
      return firstToken(expr.left);
    case "ternary":
      return firstToken(expr.cond);
    case "member":
    case "index":
      return firstToken(expr.operand);
    case "increment":
      return expr.prefix ? expr.span.start : firstToken(expr.operand);
    default:
      return expr.span.start;
  }
}

/** `a + b - c` as operands with the operator behind each: without recursion along the chain, which may be long. */
function binaryDoc(f: Format, expr: ExprOf<"binary">): Doc {
  const spine: ExprOf<"binary">[] = [expr];
  for (let left = expr.left; left.kind === "binary" && !needsParentheses(spine.at(-1)!.op, left, "left"); left = left.left) {
    if (precedence[left.op] !== precedence[expr.op]) break;
    spine.push(left);
  }
  spine.reverse();
  // In front of the chain, not of a further line of it.
  const before = leading(f.before(firstToken(spine[0]!.left)));
  let pending = binaryOperand(f, spine[0]!.op, spine[0]!.left, "left");
  const items: Doc[] = [];
  for (const { op, right } of spine) {
    items.push(concat(pending, ` ${op}`));
    pending = binaryOperand(f, op, right, "right");
  }
  return concat(...before, indent(CONTINUATION, fill([...items, pending])));
}

/** `a, b` up to a closing bracket that ends at `end`. */
export function listDoc(f: Format, items: readonly { readonly end: number; readonly doc: () => Doc }[], end: number): Doc {
  const docs = items.map(({ end: itemEnd, doc }, i) => {
    const item = doc();
    if (i === items.length - 1) return item;
    const tail = f.behind(itemEnd);
    return tail.length === 0 ? concat(item, ",") : concat(item, ",", ...trailing(tail), hardline);
  });
  return indent(CONTINUATION, fill(docs, { lead: true }), ...beforeClosing(f.before(end - 1)));
}

const exprItems = (f: Format, exprs: readonly (Expr | TypeExpr)[]) =>
  exprs.map((expr) => ({ end: expr.span.end, doc: () => typeOrExprDoc(f, expr) }));

function unaryDoc(f: Format, expr: ExprOf<"unary">): Doc {
  const sign = leaf(f, { start: expr.span.start, end: expr.span.start + 1 });
  const operand = unaryOperandDoc(f, expr.operand);
  // `- -1` must not become `--1`.
  const sticks = expr.op === "-" && firstCharacter(operand) === "-";
  return concat(sign, sticks ? parenthesised(operand) : operand);
}

function incrementDoc(f: Format, { op, prefix, operand, span }: ExprOf<"increment">): Doc {
  if (!prefix) return concat(operandDoc(f, operand, LEVEL.postfix), op);
  const sign = leaf(f, { start: span.start, end: span.start + op.length });
  return concat(sign, exprDoc(f, operand));
}

function ternaryDoc(f: Format, { cond, then, else: otherwise }: ExprOf<"ternary">): Doc {
  const head = operandDoc(f, cond, LEVEL.ternary + 1);
  const middle = then === null ? [" ?:"] : [line, "? ", operandDoc(f, then, LEVEL.ternary + 1), line, ":"];
  return group(head, indent(CONTINUATION, ...middle, " ", operandDoc(f, otherwise, LEVEL.ternary)));
}

/** What sizeof and its like would take for a type if it lost its parentheses: `sizeof((a[1]))`. */
function looksLikeType(expr: Expr | TypeExpr): boolean {
  if (expr.kind === "index") return looksLikeType(expr.operand);
  return expr.kind === "ident";
}

function questionDoc(f: Format, expr: ExprOf<"sizeof" | "typeof" | "typeinfo" | "offsetof">): Doc {
  const word = leaf(f, { start: expr.span.start, end: expr.span.start + expr.kind.length });
  const of = typeOrExprDoc(f, expr.of);
  const inside = looksLikeType(expr.of) ? concat("(", of, ")") : of;
  const path = expr.kind === "offsetof" ? expr.path.map((name, i) => concat(i === 0 ? ", " : ".", leaf(f, name.span))) : [];
  return concat(word, "(", inside, ...path, ")");
}

function indexDoc(f: Format, { operand, indices, span }: ExprOf<"index">): Doc {
  const head = operandDoc(f, operand, LEVEL.postfix);
  return concat(head, "[", listDoc(f, exprItems(f, indices), span.end), "]");
}

function memberDoc(f: Format, { operand, name, arrow }: ExprOf<"member">): Doc {
  const head = operandDoc(f, operand, LEVEL.postfix);
  // `1.0` would be a number with a fraction.
  const object = operand.kind === "int" || operand.kind === "increment" ? parenthesised(head) : head;
  return concat(object, arrow ? "->" : ".", leaf(f, name.span));
}

function tupleDoc(f: Format, { elems, span }: ExprOf<"tuple">): Doc {
  const open = leaf(f, { start: span.start, end: span.start + 1 });
  const list = listDoc(f, exprItems(f, elems), span.end);
  return concat(open, list, elems.length === 1 ? ",)" : ")");
}

function recordDoc(f: Format, { fields, span }: ExprOf<"record">): Doc {
  const open = leaf(f, { start: span.start, end: span.start + 1 });
  const items = fields.map(({ name, value }) => ({
    end: value.span.end,
    doc: () => concat(leaf(f, name.span), "=", exprDoc(f, value)),
  }));
  return concat(open, listDoc(f, items, span.end), ")");
}

function callDoc(f: Format, { name, args, span }: ExprOf<"call">): Doc {
  const head = leaf(f, name.span);
  return concat(head, "(", listDoc(f, exprItems(f, args), span.end), ")");
}

export function exprDoc(f: Format, expr: Expr): Doc {
  switch (expr.kind) {
    case "int":
    case "string":
    case "bool":
    case "param":
    case "ident":
    case "variable":
    case "map":
    case "discard":
    case "error":
      return leaf(f, expr.span);
    case "call":
      return callDoc(f, expr);
    case "unary":
      return unaryDoc(f, expr);
    case "increment":
      return incrementDoc(f, expr);
    case "binary":
      return binaryDoc(f, expr);
    case "ternary":
      return ternaryDoc(f, expr);
    case "if":
      return f.if(expr);
    case "block":
      return f.block(expr.body);
    case "member":
      return memberDoc(f, expr);
    case "index":
      return indexDoc(f, expr);
    case "cast": {
      const open = leaf(f, { start: expr.span.start, end: expr.span.start + 1 });
      const type = typeDoc(f, expr.to);
      return concat(open, type, ")", unaryOperandDoc(f, expr.operand));
    }
    case "tuple":
      return tupleDoc(f, expr);
    case "record":
      return recordDoc(f, expr);
    case "sizeof":
    case "typeof":
    case "typeinfo":
    case "offsetof":
      return questionDoc(f, expr);
    case "comptime": {
      const word = leaf(f, { start: expr.span.start, end: expr.span.start + "comptime".length });
      return concat(word, " ", unaryOperandDoc(f, expr.operand));
    }
  }
}

const typeOrExprDoc = (f: Format, expr: Expr | TypeExpr): Doc => (expr.kind === "type" ? typeDoc(f, expr) : exprDoc(f, expr));

/** `int32*[4]`, `struct task_struct *`. */
export function typeDoc(f: Format, { base, suffixes, span }: TypeExpr): Doc {
  const before = leading(f.before(span.start));
  const isC = base.kind === "struct" || base.kind === "union" || base.kind === "enum";
  const name = base.kind === "typeof" ? concat("typeof(", typeOrExprDoc(f, base.of), ")") : isC ? `${base.kind} ${base.name}` : base.name;
  const tail = suffixes.map((suffix, i): Doc => {
    if (suffix === "*") return isC && i === 0 ? " *" : "*";
    return suffix.length === null ? "[]" : concat("[", exprDoc(f, suffix.length), "]");
  });
  return concat(...before, name, ...tail);
}
