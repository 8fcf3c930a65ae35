/** Members of C structs in their bytes, bit-fields as the integers that they hold (rows 3.38, 3.39). */
import { hasNumbers, numberBytes, turnedMembers } from "../../lang/types/numbers-in.ts";
import { sizeOf, type StructMember, type StructType, type Type } from "../../lang/types/type.ts";

/** Where a member's value can be read. */
export interface MemberValue {
  readonly name: string;
  readonly type: Type;
  readonly view: DataView;
  readonly at: number;
}

/** The bits, sign-extended if the member's type is signed; big-endian machines count them from the highest one of the first byte. */
function bitFieldAt(member: StructMember, bits: NonNullable<StructMember["bits"]>, view: DataView, at: number): MemberValue {
  let word = 0n;
  const count = Math.ceil((bits.shift + bits.count) / 8);
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at + member.offset, count);
  for (let i = 0; i < count; i++) word = (word << 8n) | BigInt(bytes[member.byteOrder === "big" ? i : count - 1 - i]!);
  const signed = member.type.kind === "int" && member.type.signed;
  const shifted = word >> BigInt(member.byteOrder === "big" ? 8 * count - bits.shift - bits.count : bits.shift);
  const value = signed ? BigInt.asIntN(bits.count, shifted) : BigInt.asUintN(bits.count, shifted);
  const own = new DataView(new ArrayBuffer(8));
  own.setBigUint64(0, BigInt.asUintN(64, value), true);
  return { name: member.name, type: member.type, view: own, at: 0 };
}

/** The numbers in a value's bytes, in the other byte order. */
function turnNumbers(type: Type, bytes: Uint8Array): void {
  const sizeBytes = numberBytes(type);
  if (sizeBytes > 0) bytes.subarray(0, sizeBytes).reverse();
  else if (!hasNumbers(type)) return;
  else if (type.kind === "array") for (let i = 0; i < type.length; i++) turnNumbers(type.elem, bytes.subarray(i * sizeOf(type.elem)));
  else if (type.kind === "struct") for (const member of turnedMembers(type)) turnNumbers(member.type, bytes.subarray(member.offset));
}

/** A member that keeps the bytes of a big-endian machine, in ours. */
function turned({ name, type, offset }: StructMember, view: DataView, at: number): MemberValue {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at + offset, sizeOf(type)).slice();
  turnNumbers(type, bytes);
  return { name, type, view: new DataView(bytes.buffer), at: 0 };
}

function memberAt(member: StructMember, view: DataView, at: number): MemberValue {
  if (member.bits !== undefined) return bitFieldAt(member, member.bits, view, at);
  if (member.byteOrder === "big") return turned(member, view, at);
  return { name: member.name, type: member.type, view, at: at + member.offset };
}

export const structMembers = (type: StructType, view: DataView, at: number): MemberValue[] =>
  type.members.map((member) => memberAt(member, view, at));
