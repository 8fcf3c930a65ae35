/** Values that are known when the script is compiled (row 2.59): of the typed program, so after sizes and types have been asked for. */
import type { HirBinOp, HirCompareOp, HirExpr } from "../../hir/hir.ts";
import { wrapTo } from "../../types/literal.ts";
import { uint64, type Type } from "../../types/type.ts";

/** Numbers of any scalar type (bool: 0 or 1), bytes of a string without what follows its NUL, members of a tuple or record. */
export type Constant = bigint | Uint8Array | readonly Constant[];

const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value);

/** As programs compute: shifts and divisions unsigned, amounts modulo 64, x/0 and x%0 are 1 (rows 3.10 to 3.12). */
const ARITHMETIC: Readonly<Record<HirBinOp, (a: bigint, b: bigint) => bigint>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => (b === 0n ? 1n : unsigned(a) / unsigned(b)),
  "%": (a, b) => (b === 0n ? 1n : unsigned(a) % unsigned(b)),
  "&": (a, b) => a & b,
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
  "<<": (a, b) => a << (b & 63n),
  ">>": (a, b) => unsigned(a) >> (b & 63n),
};

const COMPARE: Readonly<Record<HirCompareOp, (a: bigint, b: bigint) => boolean>> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

const truth = (value: boolean): bigint => (value ? 1n : 0n);

function wrapped(value: bigint, type: Type): bigint {
  if (type.kind === "int") return wrapTo(value, type);
  return type.kind === "bool" ? truth(value !== 0n) : wrapTo(value, uint64);
}

function sameConstant(a: Constant, b: Constant): boolean {
  if (typeof a === "bigint" || typeof b === "bigint") return a === b;
  if (a.length !== b.length) return false;
  if (a instanceof Uint8Array || b instanceof Uint8Array) return a.every((byte, i) => byte === b[i]);
  return a.every((member, i) => sameConstant(member, b[i]!));
}

function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** The scalar, or null if it is no constant. */
function number(expr: HirExpr): bigint | null {
  const value = constantOf(expr);
  return typeof value === "bigint" ? value : null;
}

function unary(expr: Extract<HirExpr, { kind: "unary" }>): bigint | null {
  const value = number(expr.operand);
  if (value === null) return null;
  if (expr.op === "lognot") return truth(value === 0n);
  return wrapped(expr.op === "neg" ? -value : ~value, expr.type);
}

function logical({ op, left, right }: Extract<HirExpr, { kind: "logical" }>): bigint | null {
  const a = number(left);
  const b = number(right);
  // The side that decides is enough.
  if (op === "&&" && (a === 0n || b === 0n)) return 0n;
  if (op === "||" && ((a !== null && a !== 0n) || (b !== null && b !== 0n))) return 1n;
  return a === null || b === null ? null : truth(op === "&&");
}

function members(exprs: readonly HirExpr[]): readonly Constant[] | null {
  const values = exprs.map(constantOf).filter((value) => value !== null);
  return values.length < exprs.length ? null : values;
}

function cast(expr: Extract<HirExpr, { kind: "cast" }>): Constant | null {
  const value = constantOf(expr.operand);
  if (typeof value === "bigint") return wrapped(value, expr.type);
  return value instanceof Uint8Array && expr.type.kind === "string" ? value : null;
}

/** Null: the value is known only when the program runs. */
export function constantOf(expr: HirExpr): Constant | null {
  switch (expr.kind) {
    case "int":
      return expr.value;
    case "str":
      return untilNul(expr.bytes);
    case "unary":
      return unary(expr);
    case "binary": {
      const [a, b] = [number(expr.left), number(expr.right)];
      return a === null || b === null ? null : wrapped(ARITHMETIC[expr.op](a, b), expr.type);
    }
    case "compare": {
      const [a, b] = [number(expr.left), number(expr.right)];
      return a === null || b === null ? null : truth(COMPARE[expr.op](a, b));
    }
    case "equal": {
      const [a, b] = [constantOf(expr.left), constantOf(expr.right)];
      return a === null || b === null ? null : truth(sameConstant(a, b) !== expr.negated);
    }
    case "logical":
      return logical(expr);
    case "cond": {
      const cond = number(expr.cond);
      return cond === null ? null : constantOf(cond === 0n ? expr.else : expr.then);
    }
    case "cast":
      return cast(expr);
    case "tuple":
      return members(expr.elems);
    case "record":
      return members(expr.fields.map(({ value }) => value));
    case "member": {
      const whole = constantOf(expr.operand);
      return Array.isArray(whole) ? ((whole as readonly Constant[])[expr.index] ?? null) : null;
    }
    default:
      return null;
  }
}
