/** Members of tuples, records and structs, by position. */
import type { HirExpr } from "../hir/hir.ts";
import type { Address } from "../ir/ir.ts";
import { layoutOf, sizeOf, type Type } from "../types/type.ts";
import type { Lowering } from "./lowering.ts";
import { shift } from "./operand.ts";

export function memberTypes(type: Type): readonly Type[] {
  if (type.kind === "tuple") return type.elems;
  if (type.kind === "record") return type.fields.map((field) => field.type);
  if (type.kind === "struct") return type.members.map((member) => member.type);
  throw new Error(`${type.kind} has no members`);
}

export const memberOffsets = (type: Type): readonly number[] =>
  type.kind === "struct" ? type.members.map((member) => member.offset) : layoutOf(memberTypes(type)).offsets;

export function memberPlace(l: Lowering, expr: Extract<HirExpr, { kind: "member" }>): Address {
  return shift(l.rules.keptPlace(l, expr.operand), memberOffsets(expr.operand.type)[expr.index]!);
}

/** Bytes between members and behind the last one: [offset, size], in ascending order. */
export function paddingOf(members: readonly Type[]): readonly (readonly [number, number])[] {
  const { offsets, sizeBytes } = layoutOf(members);
  const gaps = members.map((member, i): readonly [number, number] => {
    const end = offsets[i]! + sizeOf(member);
    return [end, (offsets[i + 1] ?? sizeBytes) - end];
  });
  return gaps.filter(([, size]) => size > 0);
}
