/** Elements of arrays and bytes of strings. */
import type { HirExpr } from "../hir/hir.ts";
import type { Address, Operand } from "../ir/ir.ts";
import { sizeOf, type Type } from "../types/type.ts";
import { isRemote, remoteElement, remoteOf } from "./deref.ts";
import { isInlineField, loadNumber } from "./fields.ts";
import { zero, type Lowering } from "./lowering.ts";
import { loadScalar } from "./maps.ts";
import { alignmentOf, imm, pointee, reg, shift } from "./operand.ts";
import { turnedIfOverlaid } from "./overlaid.ts";
import { warn } from "./records.ts";
import { isScalar, isSigned, scalarSize } from "./scalars.ts";

type Index = Extract<HirExpr, { kind: "index" }>;

const OUT_OF_BOUNDS = "Array access out of bounds. This can lead to unexpected results.";

const lengthOf = (type: Type): number => (type.kind === "array" ? type.length : sizeOf(type));

function outOfBounds(l: Lowering, expr: Index): void {
  if (expr.quiet) return;
  warn(l, expr, expr.span, { message: OUT_OF_BOUNDS, helper: "", result: zero });
}

/** Constant index in bounds, or null. */
function constantIndex(expr: Index): number | null {
  if (expr.index.kind !== "int") return null;
  const { value } = expr.index;
  return value >= 0n && value < BigInt(lengthOf(expr.operand.type)) ? Number(value) : null;
}

function scale(l: Lowering, index: Operand, sizeBytes: number): Operand {
  // A shift shows the verifier that the address stays aligned.
  const log = Math.log2(sizeBytes);
  return Number.isInteger(log) ? l.b.bin("shl", index, imm(log)) : l.b.bin("mul", index, imm(sizeBytes));
}

/** Runs `inside` with the element's address, aligned to the low bits of its size; out of bounds warns and runs `outside` (row 10.17). */
function withElement(l: Lowering, expr: Index, inside: (element: Address) => void, outside: () => void): void {
  const { b } = l;
  const remote = isRemote(expr.operand) ? remoteOf(l, expr.operand) : null;
  const place = remote === null ? l.rules.keptPlace(l, expr.operand) : null;
  const index = l.rules.value(l, expr.index);
  const element = (): Address =>
    place === null
      ? remoteElement(l, expr, remote!, index)
      : pointee(b.bin("add", reg(b.addressOf(place)), scale(l, index, sizeOf(expr.type))));
  // A flexible array at the end of a struct has no declared end.
  if (remote !== null && lengthOf(expr.operand.type) === 0) return inside(element());
  const [good, bad, done] = [b.block(), b.coldBlock(), b.block()];
  b.branch("ult", index, imm(lengthOf(expr.operand.type)), good, bad);
  b.enter(bad);
  outOfBounds(l, expr);
  outside();
  b.jump(done);
  b.enter(good);
  inside(element());
  b.jump(done);
  b.enter(done);
}

/** A scalar element; zero out of bounds. */
export function elementValue(l: Lowering, expr: Index): Operand {
  const { b } = l;
  const index = constantIndex(expr);
  if (index !== null) {
    const off = index * sizeOf(expr.type);
    if (isInlineField(expr.operand)) return loadNumber(l, expr.operand.field.offset + off, scalarSize(expr.type), isSigned(expr.type));
    return turnedIfOverlaid(l, expr, loadScalar(l, shift(l.rules.keptPlace(l, expr.operand), off), expr.type));
  }
  const result = b.vreg();
  withElement(
    l,
    expr,
    (element) => b.setTo(result, turnedIfOverlaid(l, expr, loadScalar(l, element, expr.type))),
    () => b.emit({ op: "mov", dst: result, src: zero }),
  );
  return reg(result);
}

/** An element that is itself an array, string or tuple; of a copied union in the bytes that were copied. */
export function elementInto(l: Lowering, expr: Index, to: Address): void {
  if (isScalar(expr.type)) throw new Error("scalar element copied as memory");
  const { b } = l;
  const sizeBytes = sizeOf(expr.type);
  const index = constantIndex(expr);
  if (index !== null) {
    b.emit({ op: "copy", to, from: shift(l.rules.keptPlace(l, expr.operand), index * sizeBytes), sizeBytes });
    return;
  }
  const step = Math.min(alignmentOf(sizeBytes), alignmentOf(to.off)) as 1 | 2 | 4 | 8;
  withElement(
    l,
    expr,
    (element) => {
      for (let at = 0; at < sizeBytes; at += step) b.store(shift(to, at), step, b.load(shift(element, at), step, false));
    },
    () => b.emit({ op: "zero", to, sizeBytes }),
  );
}
