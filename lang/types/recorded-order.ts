/** Types whose values keep bytes of a big-endian machine: members say so themselves, as whoever prints values knows nothing of recordings. */
import { isOverlaid } from "./numbers-in.ts";
import type { StructMember, StructType, Type } from "./type.ts";

const known = new WeakMap<StructType, StructType>();

const memberOf = (type: StructType, member: StructMember, index: number): StructMember =>
  member.bits !== undefined || isOverlaid(type, index)
    ? { ...member, type: bigEndian(member.type), byteOrder: "big" }
    : { ...member, type: bigEndian(member.type) };

function structOf(type: StructType): StructType {
  let found = known.get(type);
  if (found === undefined) known.set(type, (found = { ...type, members: type.members.map((member, i) => memberOf(type, member, i)) }));
  return found;
}

/** `type`, with marks at bit-fields and members of unions. What pointers lead to is no part of a value. */
export function bigEndian(type: Type): Type {
  switch (type.kind) {
    case "struct":
      return structOf(type);
    case "array":
      return { ...type, elem: bigEndian(type.elem) };
    case "tuple":
      return { ...type, elems: type.elems.map(bigEndian) };
    case "record":
      return { ...type, fields: type.fields.map((field) => ({ ...field, type: bigEndian(field.type) })) };
    default:
      return type;
  }
}
