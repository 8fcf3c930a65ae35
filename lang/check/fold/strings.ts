/** Operators on two string literals (row 2.60): concatenation, comparison by bytes, truth of both sides. */
import type { BinaryOp } from "../../ast/ast.ts";

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

const TABLE: Partial<Record<BinaryOp, (order: number, a: Uint8Array, b: Uint8Array) => boolean>> = {
  "==": (order) => order === 0,
  "!=": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
  "&&": (_, a, b) => a.length > 0 && b.length > 0,
  "||": (_, a, b) => a.length > 0 || b.length > 0,
};

/** Null: the operator is not for strings. */
export function foldStrings(op: BinaryOp, a: Uint8Array, b: Uint8Array): Uint8Array | boolean | null {
  if (op === "+") {
    const joined = new Uint8Array(a.length + b.length);
    joined.set(a);
    joined.set(b, a.length);
    return joined;
  }
  return TABLE[op]?.(compareBytes(a, b), a, b) ?? null;
}
