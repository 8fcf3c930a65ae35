import type { BinaryOp, Expr } from "../ast/ast.ts";
import type { Span } from "../diagnostics/diagnostic.ts";

/** Row 2.53; all are left associative, comparisons too. */
export const precedence: Readonly<Record<BinaryOp, number>> = {
  "*": 10,
  "/": 10,
  "%": 10,
  "+": 9,
  "-": 9,
  "<<": 8,
  ">>": 8,
  "<": 7,
  "<=": 7,
  ">": 7,
  ">=": 7,
  "==": 6,
  "!=": 6,
  "&": 5,
  "^": 4,
  "|": 3,
  "&&": 2,
  "||": 1,
};

/** An operator and what stands right of it. `end`: end of the operand with its closing parenthesis. */
export interface Tail {
  readonly op: BinaryOp;
  readonly opSpan: Span;
  readonly right: Expr;
  readonly end: number;
}

/** Tree of a flat chain `first op right op right…`. Without recursion: chains may be long. */
export function foldBinary(first: Expr, tails: readonly Tail[]): Expr {
  const operands: { readonly expr: Expr; readonly end: number }[] = [{ expr: first, end: first.span.end }];
  const pending: Tail[] = [];
  const reduce = () => {
    const { op, opSpan } = pending.pop()!;
    const right = operands.pop()!;
    const left = operands.pop()!.expr;
    const span = { start: left.span.start, end: right.end };
    operands.push({ expr: { kind: "binary", op, left, right: right.expr, opSpan, span }, end: right.end });
  };
  for (const tail of tails) {
    while (pending.length > 0 && precedence[pending.at(-1)!.op] >= precedence[tail.op]) reduce();
    pending.push(tail);
    operands.push({ expr: tail.right, end: tail.end });
  }
  while (pending.length > 0) reduce();
  return operands[0]!.expr;
}
