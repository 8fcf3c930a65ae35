/** Constant expressions of C definitions: lengths of arrays, values of enumerators, what #if asks. */
import type { Expr, TypeExpr } from "../../ast/ast.ts";
import { foldIntegers } from "../fold/integers.ts";
import { headerConstants } from "./header-constants.ts";
import { compoundNamed, typeNamed } from "./c-types.ts";
import type { Scope } from "./scope.ts";
import { sizeOf, type Type } from "../../types/type.ts";

/** What macros stand for, each worked out once: one that uses another twice doubles the work with each level. */
interface Known {
  readonly values: Map<string, bigint | null>;
  /** Levels of expressions being worked out, through macros. */
  level: number;
}

const nothingKnown = (): Known => ({ values: new Map(), level: 0 });

// Macros that stand for macros are as deep as all of them together; the stack has an end.
const MAX_LEVELS = 1500;

function nameValue(scope: Scope, name: string, known: Known): bigint | null {
  const define = scope.defines.get(name);
  if (define === undefined)
    return (scope.constants.get(name) ?? scope.outer.constant(name))?.value ?? (scope.hasHeader ? headerConstants.get(name) : null) ?? null;
  const before = known.values.get(name);
  if (before !== undefined) return before;
  // One that stands for itself stands for nothing.
  known.values.set(name, null);
  const value = define.value === null ? null : evaluate(scope, define.value, known);
  known.values.set(name, value);
  return value;
}

function sizeOfWritten(scope: Scope, written: Expr | TypeExpr): bigint | null {
  if (written.kind === "ident") return sizeOfType(typeNamed(scope, written.name)?.type ?? null);
  if (written.kind !== "type" || written.suffixes.some((suffix) => suffix !== "*")) return null;
  if (written.suffixes.length > 0) return 8n;
  const { base } = written;
  if (base.kind === "struct" || base.kind === "union") return sizeOfType(compoundNamed(scope, base.kind, base.name));
  return base.kind === "name" ? sizeOfType(typeNamed(scope, base.name)?.type ?? null) : null;
}

const sizeOfType = (type: Type | null): bigint | null => (type === null || sizeOf(type) === 0 ? null : BigInt(sizeOf(type)));

function evaluate(scope: Scope, expr: Expr, known: Known): bigint | null {
  if (known.level >= MAX_LEVELS) return null;
  known.level++;
  const value = valueOf(scope, expr, known);
  known.level--;
  return value;
}

function valueOf(scope: Scope, expr: Expr, known: Known): bigint | null {
  const sub = (part: Expr): bigint | null => evaluate(scope, part, known);
  switch (expr.kind) {
    case "int":
      return expr.value;
    case "bool":
      return expr.value ? 1n : 0n;
    case "ident":
      return nameValue(scope, expr.name, known);
    case "cast":
      return sub(expr.operand);
    case "sizeof":
      return sizeOfWritten(scope, expr.of);
    case "unary": {
      const value = sub(expr.operand);
      if (value === null) return null;
      if (expr.op === "-") return -value;
      return expr.op === "~" ? BigInt.asIntN(64, ~value) : expr.op === "!" ? (value === 0n ? 1n : 0n) : null;
    }
    case "binary": {
      const left = sub(expr.left);
      const right = sub(expr.right);
      const value = left === null || right === null ? null : foldIntegers(expr.op, left, right);
      return typeof value === "boolean" ? (value ? 1n : 0n) : value;
    }
    case "ternary": {
      const cond = sub(expr.cond);
      return cond === null ? null : sub(cond === 0n ? expr.else : (expr.then ?? expr.cond));
    }
    default:
      return null;
  }
}

/** Null: it is not constant, or not an integer. */
export const constantValue = (scope: Scope, expr: Expr): bigint | null => evaluate(scope, expr, nothingKnown());

/** What an #if asks: `defined(X)`, and 0 for names that stand for nothing. Null: it cannot be told. */
export function conditionHolds(scope: Scope, expr: Expr): boolean | null {
  const known = (part: Expr): Expr => {
    const truth = (value: boolean): Expr => ({ kind: "bool", span: part.span, value });
    if (part.kind === "call" && part.name.text === "defined") {
      const [name] = part.args;
      return truth(name?.kind === "ident" && scope.defines.has(name.name));
    }
    if (part.kind === "ident" && nameValue(scope, part.name, nothingKnown()) === null) return truth(false);
    if (part.kind === "unary") return { ...part, operand: known(part.operand) };
    if (part.kind === "binary") return { ...part, left: known(part.left), right: known(part.right) };
    return part;
  };
  const value = constantValue(scope, known(expr));
  return value === null ? null : value !== 0n;
}
