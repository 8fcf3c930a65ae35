/** Members of C structs and unions, and what pointers lead to (rows 2.51, 3.32, 3.35, 3.38). */
import type { Name } from "../../ast/ast.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { HirExpr } from "../../hir/hir.ts";
import { sizeOf, string, typeName, uint64, type AddressSpace, type StructMember, type StructType, type Type } from "../../types/type.ts";
import { suggestion } from "../suggestion.ts";
import { convert } from "./convert.ts";
import type { Context } from "./context.ts";
import { memorySpaceFor } from "./pointers.ts";
import { typesOf, unknownCompound } from "./type-expr.ts";

/** The type with its members, if it is a struct of which only the name was known; null with a diagnostic. */
export function completed(cx: Context, type: Type, span: Span): Type | null {
  if (type.kind !== "incomplete") return type;
  return typesOf(cx).compound(type.tag, type.name) ?? unknownCompound(cx, span, typeName(type));
}

/** Pointers in memory lead to where that memory is: what user memory holds are user addresses. */
function inSpace(type: Type, space: AddressSpace): Type {
  if (space !== "user") return type;
  switch (type.kind) {
    case "pointer":
      return type.space === "none" ? { ...type, space } : type;
    case "array":
      return { ...type, elem: inSpace(type.elem, space) };
    case "struct":
      return structInUserSpace(type);
    default:
      return type;
  }
}

const userStructs = new WeakMap<StructType, StructType>();

function structInUserSpace(type: StructType): StructType {
  const known = userStructs.get(type);
  if (known !== undefined) return known;
  const made = { ...type, members: type.members.map((member) => ({ ...member, type: inSpace(member.type, "user") })) };
  userStructs.set(type, made);
  return made;
}

/** The value that a pointer leads to; null with a diagnostic. */
export function dereference(cx: Context, pointer: HirExpr, span: Span): HirExpr | null {
  const { type } = pointer;
  if (type.kind !== "pointer") throw new Error(`${type.kind} is no pointer`);
  const to = completed(cx, type.to, span);
  if (to === null) return null;
  if (to.kind === "void" || to.kind === "opaque" || to.kind === "none") {
    cx.report.error("invalidOperand", span, `Can not dereference a pointer to '${typeName(to)}'`, {
      hint: "cast it to a pointer to what is there",
    });
    return null;
  }
  return { kind: "deref", span, pointer, type: inSpace(to, type.space) };
}

/** `*x` of an integer reads a uint64 there (row 3.35). */
export function dereferenceInteger(cx: Context, value: HirExpr, span: Span): HirExpr {
  const space = memorySpaceFor(cx, value.type);
  const pointer = convert(cx, convert(cx, value, uint64), { kind: "pointer", to: uint64, space });
  return { kind: "deref", span, pointer, type: uint64 };
}

/** Through as many pointers as there are in front of a value. */
export function throughPointers(cx: Context, value: HirExpr, span: Span): HirExpr | null {
  let at: HirExpr | null = value;
  while (at?.type.kind === "pointer") at = dereference(cx, at, span);
  return at;
}

/** Null with a diagnostic. */
export function memberNamed(cx: Context, type: StructType, name: Name): { readonly member: StructMember; readonly index: number } | null {
  const index = type.members.findIndex((candidate) => candidate.name === name.text);
  const member = type.members[index];
  if (member !== undefined) return { member, index };
  cx.report.error("unknownField", name.span, `Struct/union of type '${typeName(type)}' does not contain a field named '${name.text}'`, {
    hint: suggestion(
      name.text,
      type.members.map((candidate) => candidate.name),
    ),
  });
  return null;
}

/** A char array is read whole and ends where it is full, so as a string it has room for a NUL behind it (row 3.23). */
export const readable = (value: HirExpr): HirExpr =>
  value.type.kind === "string" ? { kind: "char_array", span: value.span, operand: value, type: string(value.type.sizeBytes + 1) } : value;

export function structMember(cx: Context, operand: HirExpr & { readonly type: StructType }, name: Name, span: Span): HirExpr | null {
  const found = memberNamed(cx, operand.type, name);
  if (found === null) return null;
  const { type } = found.member;
  if (type.kind === "opaque" || sizeOf(type) === 0) {
    if (type.kind === "array" || type.kind === "struct") return { kind: "member", span, operand, index: found.index, type };
    cx.report.error("invalidOperand", span, `'${name.text}' has type '${typeName(type)}', which has no value in scripts`);
    return null;
  }
  return readable({ kind: "member", span, operand, index: found.index, type });
}
