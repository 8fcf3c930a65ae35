/** Scalar expressions. */
import type { HirBinOp, HirCompareOp, HirExpr, LocalId } from "../hir/hir.ts";
import type { BinFn, Cond, Operand } from "../ir/ir.ts";
import { sizeOf } from "../types/type.ts";
import { addressOfLocal, addressOfMap } from "./address-of.ts";
import { aggregateValue } from "./aggregates.ts";
import { bitsIn, bitsOfMember } from "./bit-fields.ts";
import { divideBy, remainderBy } from "./buckets.ts";
import { builtinValue } from "./builtins.ts";
import { isRemote, remoteValue } from "./deref.ts";
import { elementValue } from "./elements.ts";
import { fieldValue, loadRecord } from "./fields.ts";
import { hiddenValue } from "./hiding.ts";
import { at, cached, cacheHere, enter, zero, type Lowering } from "./lowering.ts";
import { forgetLookupsBy } from "./lookups.ts";
import { callFunction } from "./functions.ts";
import { deleteElement, hasKey, incrementElement, loadScalar, readScalar } from "./maps.ts";
import { mapLength } from "./map-length.ts";
import { memberPlace } from "./members.ts";
import { inRecordedOrder, recordedBytes } from "./native-order.ts";
import { turnedIfOverlaid } from "./overlaid.ts";
import { imm, isImm, reg } from "./operand.ts";
import { warn } from "./records.ts";
import { convert, extend, isScalar, isSigned, scalarSize } from "./scalars.ts";
import { scalarHome } from "./storage.ts";
import { taskParent } from "./tasks.ts";
import { stackLength } from "./stacks.ts";
import { strlenValue } from "./text.ts";
import { hasEffects } from "../hir/walk.ts";

const operators: Record<Exclude<HirBinOp, "/" | "%">, BinFn> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "&": "and",
  "|": "or",
  "^": "xor",
  "<<": "shl",
  // Logical also for signed values (row 3.12).
  ">>": "lshr",
};

const signedConds: Record<HirCompareOp, Cond> = { "==": "eq", "!=": "ne", "<": "slt", "<=": "sle", ">": "sgt", ">=": "sge" };
const unsignedConds: Record<HirCompareOp, Cond> = { "==": "eq", "!=": "ne", "<": "ult", "<=": "ule", ">": "ugt", ">=": "uge" };

export function conditionOf(expr: Extract<HirExpr, { kind: "compare" }>): Cond {
  return (isSigned(expr.left.type) ? signedConds : unsignedConds)[expr.op];
}

/** Both operands; the left one is copied if evaluating the right one may change it. */
export function operands(l: Lowering, left: HirExpr, right: HirExpr): readonly [Operand, Operand] {
  const a = l.rules.value(l, left);
  if (isImm(a) || !hasEffects(right)) return [a, l.rules.value(l, right)];
  const kept = l.b.vreg();
  l.b.emit({ op: "mov", dst: kept, src: a });
  return [reg(kept), l.rules.value(l, right)];
}

const DIVIDED_BY_ZERO = "Divide or modulo by 0 detected. This can lead to unexpected results. 1 is being used as the result.";

/** Unsigned also for signed operands (row 3.10); by zero the result is 1, with a warning (row 3.11). */
function divide(l: Lowering, expr: Extract<HirExpr, { kind: "binary" }>): Operand {
  const { b } = l;
  const byConstant = expr.op === "/" ? divideBy : remainderBy;
  const [a, divisor] = operands(l, expr.left, expr.right);
  if (isImm(divisor) && divisor.value !== 0n) return byConstant(l, a, divisor.value);
  const result = b.vreg();
  const [divides, fails, done] = [b.block(), b.coldBlock(), b.block()];
  b.branch("ne", divisor, zero, divides, fails);
  b.enter(fails);
  warn(l, expr, expr.span, { message: DIVIDED_BY_ZERO, helper: "", result: zero });
  b.emit({ op: "mov", dst: result, src: imm(1) });
  b.jump(done);
  b.enter(divides);
  b.setTo(result, b.bin(expr.op === "/" ? "udiv" : "umod", a, divisor));
  b.jump(done);
  b.enter(done);
  return reg(result);
}

function binary(l: Lowering, expr: Extract<HirExpr, { kind: "binary" }>): Operand {
  const { type } = expr;
  const result = expr.op === "/" || expr.op === "%" ? divide(l, expr) : l.b.bin(operators[expr.op], ...operands(l, expr.left, expr.right));
  if (type.kind === "bool") return l.b.bin("and", result, imm(1));
  return sizeOf(type) === 8 ? result : extend(l, result, scalarSize(type), isSigned(type));
}

function unary(l: Lowering, expr: Extract<HirExpr, { kind: "unary" }>): Operand {
  const { b, rules } = l;
  if (expr.op === "lognot") return boolean(l, expr);
  const operand = rules.value(l, expr.operand);
  const result = expr.op === "neg" ? b.bin("sub", zero, operand) : b.bin("xor", operand, imm(-1));
  return extend(l, result, scalarSize(expr.type), isSigned(expr.type));
}

/** 1 or 0 by jumping. */
function boolean(l: Lowering, expr: HirExpr): Operand {
  const { b } = l;
  const result = b.vreg();
  const [yes, no, done] = [b.block(), b.block(), b.block()];
  const { then, otherwise } = l.rules.branch(l, expr, yes, no);
  enter(l, yes, then);
  b.emit({ op: "mov", dst: result, src: imm(1) });
  b.jump(done);
  enter(l, no, otherwise);
  b.emit({ op: "mov", dst: result, src: zero });
  b.jump(done);
  enter(l, done, then, otherwise);
  return reg(result);
}

function compare(l: Lowering, expr: Extract<HirExpr, { kind: "compare" }>): Operand {
  const [a, b] = operands(l, expr.left, expr.right);
  const dst = l.b.vreg();
  l.b.emit({ op: "setcc", dst, cond: conditionOf(expr), a, b });
  return reg(dst);
}

/** Non-empty (row 3.17), or a conversion of numbers. */
function cast(l: Lowering, expr: Extract<HirExpr, { kind: "cast" }>): Operand {
  const { operand } = expr;
  if (isScalar(operand.type)) return convert(l, l.rules.value(l, operand), operand.type, expr.type);
  if (operand.type.kind === "string")
    return convert(l, l.b.load(l.rules.place(l, operand), 1, false), { kind: "int", sizeBytes: 1, signed: false }, expr.type);
  // The bytes of an array as a number (row 3.28).
  const read = loadScalar(l, recordedBytes(l, operand), expr.type);
  const size = scalarSize(expr.type);
  return l.program.options.byteOrder === "little" ? read : extend(l, inRecordedOrder(l, read, size), size, isSigned(expr.type));
}

function conditional(l: Lowering, expr: Extract<HirExpr, { kind: "cond" }>): Operand {
  const { b } = l;
  const result = b.vreg();
  const [yes, no, done] = [b.block(), b.block(), b.block()];
  const { then, otherwise } = l.rules.branch(l, expr.cond, yes, no);
  enter(l, yes, then);
  b.setTo(result, l.rules.value(l, expr.then));
  const afterThen = cacheHere(l);
  b.jump(done);
  enter(l, no, otherwise);
  b.setTo(result, l.rules.value(l, expr.else));
  const afterElse = cacheHere(l);
  b.jump(done);
  enter(l, done, afterThen, afterElse);
  return reg(result);
}

/** 8 bits stay as they are (row 5.40). */
function swapped(l: Lowering, expr: Extract<HirExpr, { kind: "bswap" }>): Operand {
  const src = l.rules.value(l, expr.operand);
  const bits = 8 * scalarSize(expr.type);
  if (bits === 8) return src;
  const dst = l.b.vreg();
  l.b.emit({ op: "bswap", dst, src, bits: bits as 16 | 32 | 64 });
  return reg(dst);
}

function memberValue(l: Lowering, expr: Extract<HirExpr, { kind: "member" }>): Operand {
  if (isRemote(expr)) return remoteValue(l, expr);
  const place = memberPlace(l, expr);
  const bits = bitsOfMember(expr);
  return bits === null ? turnedIfOverlaid(l, expr, loadScalar(l, place, expr.type)) : bitsIn(l, place, bits, expr.type);
}

function readLocal(l: Lowering, local: LocalId): Operand {
  const home = scalarHome(l, local);
  return home.kind === "reg" ? reg(home.reg) : l.b.load(home.addr, 8, false);
}

/** `$x++`: 64 bits wide, as the check has made the local. */
export function incrementLocal(
  l: Lowering,
  expr: Extract<HirExpr, { kind: "increment_local" }>,
  wanted: "before" | "after" | "none",
): Operand {
  const { b } = l;
  forgetLookupsBy(l, expr.local);
  const home = scalarHome(l, expr.local);
  const { type } = l.probe.localTypes[expr.local]!;
  const add = (before: Operand): Operand =>
    hiddenValue(l, extend(l, b.bin("add", before, imm(expr.delta)), scalarSize(type), isSigned(type)), type);
  if (home.kind === "memory") {
    const before = b.load(home.addr, 8, false);
    const after = add(before);
    b.store(home.addr, 8, after);
    return wanted === "after" ? after : before;
  }
  const before = b.vreg();
  if (wanted === "before") b.emit({ op: "mov", dst: before, src: reg(home.reg) });
  b.setTo(home.reg, add(reg(home.reg)));
  return reg(wanted === "before" ? before : home.reg);
}

function evaluate(l: Lowering, expr: HirExpr): Operand {
  const { rules } = l;
  switch (expr.kind) {
    case "int":
      return imm(expr.value);
    case "local":
      return readLocal(l, expr.local);
    case "map":
      return readScalar(l, expr);
    case "aggregate_value":
      return aggregateValue(l, expr);
    case "field":
      return fieldValue(l, expr.field, expr.type);
    case "builtin":
      return builtinValue(l, expr.name);
    case "unary":
      return unary(l, expr);
    case "binary":
      return binary(l, expr);
    case "compare":
      return compare(l, expr);
    case "equal":
    case "logical":
    case "strncmp":
      return boolean(l, expr);
    case "cast":
      return cast(l, expr);
    case "cond":
      return conditional(l, expr);
    case "deref":
      return remoteValue(l, expr);
    case "address_of_local":
      return addressOfLocal(l, expr.local);
    case "address_of_map":
      return addressOfMap(l, expr);
    case "member":
      return memberValue(l, expr);
    case "index":
      return isRemote(expr) ? remoteValue(l, expr) : elementValue(l, expr);
    case "increment_local":
      return incrementLocal(l, expr, expr.prefix ? "after" : "before");
    case "increment_map":
      return incrementElement(l, expr, expr.prefix ? "after" : "before");
    case "block":
      rules.block(l, expr.body);
      return rules.value(l, expr.value);
    case "call":
      return callFunction(l, expr);
    case "strlen":
      return strlenValue(l, expr.operand);
    case "bswap":
      return swapped(l, expr);
    case "task_parent":
      return taskParent(l, expr);
    case "strftime":
      return rules.value(l, expr.ns);
    case "ksym":
      return rules.value(l, expr.address);
    case "stack_len":
      return stackLength(l, expr);
    case "context_word":
      return extend(
        l,
        cached(l, `context ${expr.offset}`, () => loadRecord(l, expr.offset, 8, false)),
        scalarSize(expr.type),
        isSigned(expr.type),
      );
    case "has_key":
      return hasKey(l, expr);
    case "delete":
      return deleteElement(l, expr, "value");
    case "map_len":
      return mapLength(l, expr.map);
    case "str":
    case "buf_of":
    case "char_array":
    case "str_of":
    case "concat":
    case "table_text":
    case "task_comm":
    case "macaddr":
    case "stack":
    case "usym":
    case "ntop":
    case "tuple":
    case "record":
      throw new Error(`${expr.kind} is no scalar`);
  }
}

export const value = (l: Lowering, expr: HirExpr): Operand => at(l, expr.span, () => evaluate(l, expr));
