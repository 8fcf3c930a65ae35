/** Members of C structs in their bytes, bit-fields as the integers that they hold (rows 3.38, 3.39). */
import type { StructMember, StructType, Type } from "../../lang/types/type.ts";

/** Where a member's value can be read. */
export interface MemberValue {
  readonly name: string;
  readonly type: Type;
  readonly view: DataView;
  readonly at: number;
}

/** The bits, sign-extended if the member's type is signed. */
function bitFieldAt(member: StructMember, bits: NonNullable<StructMember["bits"]>, view: DataView, at: number): MemberValue {
  let word = 0n;
  const bytes = Math.ceil((bits.shift + bits.count) / 8);
  for (let i = bytes - 1; i >= 0; i--) word = (word << 8n) | BigInt(view.getUint8(at + member.offset + i));
  const signed = member.type.kind === "int" && member.type.signed;
  const shifted = word >> BigInt(bits.shift);
  const value = signed ? BigInt.asIntN(bits.count, shifted) : BigInt.asUintN(bits.count, shifted);
  const own = new DataView(new ArrayBuffer(8));
  own.setBigUint64(0, BigInt.asUintN(64, value), true);
  return { name: member.name, type: member.type, view: own, at: 0 };
}

export const structMembers = (type: StructType, view: DataView, at: number): MemberValue[] =>
  type.members.map((member) =>
    member.bits === undefined
      ? { name: member.name, type: member.type, view, at: at + member.offset }
      : bitFieldAt(member, member.bits, view, at),
  );
