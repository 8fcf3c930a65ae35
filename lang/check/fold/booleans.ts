/** Operators on two bool literals: bpftrace's tables (row 3.18). Null: division by false. */
import type { BinaryOp } from "../../ast/ast.ts";

const TABLE: Readonly<Record<BinaryOp, (a: boolean, b: boolean) => boolean | null>> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => !a && b,
  "<=": (a, b) => !a || b,
  ">": (a, b) => a && !b,
  ">=": (a, b) => a || !b,
  "&&": (a, b) => a && b,
  "||": (a, b) => a || b,
  "+": (a, b) => a || b,
  "-": (a, b) => a !== b,
  "*": (a, b) => a && b,
  "/": (a, b) => (b ? a : null),
  "%": (_, b) => (b ? false : null),
  "&": (a, b) => a && b,
  "|": (a, b) => a || b,
  "^": (a, b) => a !== b,
  "<<": (a, b) => !a && b,
  ">>": (a, b) => a && !b,
};

export const foldBooleans = (op: BinaryOp, a: boolean, b: boolean): boolean | null => TABLE[op](a, b);
