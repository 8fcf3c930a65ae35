/**
 * Layout of C structs and unions as gcc and clang make it on x86-64 and arm64 Linux (System V ABI, "Data Representation").
 * Bit-fields fill their declared type's storage units from the low bits up and never cross one, unless the struct is packed.
 */
import { alignOf, sizeOf, type StructMember, type StructType, type Type } from "./type.ts";

/** One declared member, in order. */
export interface CField {
  /** Empty: the members of a struct or union without a name are the outer one's, and a bit-field without a name only takes room. */
  readonly name: string;
  readonly type: Type;
  /** Bits of a bit-field; 0 goes on with the next storage unit. */
  readonly bits: number | null;
  /** By __attribute__((packed)) of the member. */
  readonly packed: boolean;
  /** By __attribute__((aligned(n))); 0 if there is none. */
  readonly aligned: number;
}

export interface CShape {
  readonly tag: "struct" | "union";
  readonly name: string;
  readonly packed: boolean;
  readonly aligned: number;
}

const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to;

interface Placed {
  /** In bits from the start. */
  readonly at: number;
  /** Where the next member may begin, in bits. */
  readonly end: number;
  /** What it asks of the whole. */
  readonly align: number;
}

function placeBitField(field: CField, bits: number, from: number, packed: boolean): Placed {
  const natural = alignOf(field.type);
  // A declared alignment counts even where packing takes the natural one away.
  if (bits === 0) return { at: from, end: roundUp(from, natural * 8), align: 1 };
  const start = field.aligned > 0 ? roundUp(from, field.aligned * 8) : from;
  const unit = sizeOf(field.type) * 8;
  const crosses = Math.floor(start / unit) !== Math.floor((start + bits - 1) / unit);
  const at = crosses && !packed ? roundUp(start, natural * 8) : start;
  // One without a name asks nothing of the whole.
  const align = field.name === "" ? 1 : Math.max(packed ? 1 : natural, field.aligned);
  return { at, end: at + bits, align };
}

function placeField(field: CField, from: number, packed: boolean): Placed {
  if (field.bits !== null) return placeBitField(field, field.bits, from, packed);
  const align = Math.max(packed ? 1 : alignOf(field.type), field.aligned, 1);
  const at = roundUp(from, align * 8);
  return { at, end: at + sizeOf(field.type) * 8, align };
}

/** The member as programs see it; those of an anonymous struct or union one by one. */
function membersOf(field: CField, at: number): StructMember[] {
  const { name, type, bits } = field;
  const offset = Math.floor(at / 8);
  if (bits !== null) return name === "" ? [] : [{ name, type, offset, bits: { shift: at % 8, count: bits } }];
  if (name !== "" || type.kind !== "struct") return [{ name, type, offset }];
  return type.members.map((member) => ({ ...member, offset: member.offset + offset }));
}

export function layOutStruct(shape: CShape, fields: readonly CField[]): StructType {
  const members: StructMember[] = [];
  let at = 0;
  let endBits = 0;
  let align = Math.max(1, shape.aligned);
  for (const field of fields) {
    const placed = placeField(field, shape.tag === "union" ? 0 : at, shape.packed || field.packed);
    members.push(...membersOf(field, placed.at));
    at = placed.end;
    endBits = Math.max(endBits, placed.end);
    align = Math.max(align, placed.align);
  }
  return { kind: "struct", tag: shape.tag, name: shape.name, sizeBytes: roundUp(Math.ceil(endBits / 8), align), align, members };
}
