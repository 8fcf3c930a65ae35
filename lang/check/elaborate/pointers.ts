/** Pointer arithmetic and the address spaces of pointers (rows 3.33, 3.36). */
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { HirExpr } from "../../hir/hir.ts";
import { uint64, type AddressSpace, type Type } from "../../types/type.ts";
import { memorySpaceOf } from "../split-bodies.ts";
import { convert, intConstant, toWide } from "./convert.ts";
import type { Context } from "./context.ts";

/** Where memory behind a value of `type` is: what the value says, else where the probe's memory is (row 3.36). */
export function memorySpaceFor(cx: Context, type: Type): AddressSpace {
  if (type.kind === "pointer" && type.space !== "none") return type.space;
  return (type.kind === "int" ? type.space : undefined) ?? memorySpaceOf(cx.points[0]!);
}

/** `pointer` moved by `count` elements of `elemBytes`. */
export function movedPointer(cx: Context, pointer: HirExpr, op: "+" | "-", count: HirExpr, elemBytes: number, span: Span): HirExpr {
  const elements = convert(cx, toWide(cx, count), uint64);
  const size = intConstant(count.span, BigInt(elemBytes), uint64);
  const bytes: HirExpr =
    elemBytes === 1 ? elements : { kind: "binary", span: count.span, type: uint64, op: "*", left: elements, right: size };
  const moved: HirExpr = { kind: "binary", span, type: uint64, op, left: convert(cx, pointer, uint64), right: bytes };
  return { ...convert(cx, moved, pointer.type), span };
}

/** Kernel and user addresses mean nothing to each other. */
export function noteSpaces(cx: Context, a: Type, b: Type, span: Span): void {
  if (a.kind !== "pointer" || b.kind !== "pointer") return;
  if (a.space !== b.space && a.space !== "none" && b.space !== "none") cx.report.warn("addressSpace", span, "Addrspace mismatch");
}
