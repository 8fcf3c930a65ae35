/** BTF types as types of the language. */
import type { EnumConstant, TypeSource } from "../../../lang/types/type-source.ts";
import {
  alignOf,
  bool,
  int,
  MAX_TYPE_DEPTH,
  sizeOf,
  voidType,
  type EnumType,
  type StructMember,
  type StructType,
  type Type,
} from "../../../lang/types/type.ts";
import type { Btf } from "./btf.ts";
import { findType, placedMember, unqualified } from "./lookup.ts";
import type { BtfId, BtfMember, BtfType } from "./type.ts";

export interface BtfTypes extends TypeSource {
  readonly btf: Btf;
  /** Integers that C has and the language has not, functions and what is damaged are `opaque`. */
  readonly typeOf: (id: BtfId) => Type;
}

type OfKind<K extends BtfType["kind"]> = Extract<BtfType, { readonly kind: K }>;

/** What is nested deeper, or has more members, is damaged: no kernel has such types. */
const MAX_DEPTH = MAX_TYPE_DEPTH / 4;
const MAX_MEMBERS = 65_536;

/** Types without a name get one by their id, as nothing else tells two of them apart. */
const nameOf = (name: string, id: BtfId): string => (name === "" ? `<anon_type_${id}>` : name);

const opaque = (name: string, sizeBytes: number, align = 1): Type => ({ kind: "opaque", name, sizeBytes, align });

const isIntSize = (sizeBytes: number): sizeBytes is 1 | 2 | 4 | 8 => [1, 2, 4, 8].includes(sizeBytes);

interface Conversion {
  readonly btf: Btf;
  readonly known: Map<BtfId, Type>;
  /** Types around the one at hand: one that contains itself is damaged. */
  readonly open: Set<BtfId>;
}

function integer({ name, sizeBytes, encoding }: OfKind<"int">): Type {
  if (encoding.bool && sizeBytes === 1) return bool;
  return isIntSize(sizeBytes) ? int(sizeBytes, encoding.signed) : opaque(name, sizeBytes, Math.min(16, sizeBytes));
}

function enumeration(type: OfKind<"enum">, id: BtfId): EnumType | null {
  const { name, sizeBytes, values } = type;
  return isIntSize(sizeBytes) ? { kind: "enum", name: nameOf(name, id), sizeBytes, values } : null;
}

/** Address space by `__user`, where the compiler kept it. */
function pointer(cv: Conversion, to: BtfId, depth: number): Type {
  const tag = cv.btf.type(to);
  const space = tag.kind === "type_tag" && tag.name === "user" ? "user" : "none";
  const { id, type } = unqualified(cv.btf, to);
  // Structs lead to one another in circles, but for those without a name.
  if ((type.kind === "struct" || type.kind === "union") && type.name !== "")
    return { kind: "pointer", to: { kind: "incomplete", tag: type.kind, name: type.name }, space };
  return { kind: "pointer", to: convert(cv, id, depth + 1), space };
}

/** An array of `char` is a string, one of `signed char` or `unsigned char` is not (row 3.23). */
function array(cv: Conversion, { elem, length }: OfKind<"array">, depth: number): Type {
  const { id, type } = unqualified(cv.btf, elem);
  if (type.kind === "int" && type.name === "char" && length > 0) return { kind: "string", sizeBytes: length };
  return { kind: "array", elem: convert(cv, id, depth + 1), length };
}

function membersOf(cv: Conversion, member: BtfMember, depth: number): readonly StructMember[] {
  const { bitOffset, bitSize } = placedMember(cv.btf, member, 0);
  const { name } = member;
  const offset = Math.floor(bitOffset / 8);
  const type = convert(cv, unqualified(cv.btf, member.type).id, depth + 1);
  if (name === "") return type.kind === "struct" ? type.members.map((inner) => ({ ...inner, offset: inner.offset + offset })) : [];
  if (bitSize === 0) return [{ name, type, offset }];
  // Bits are counted in the machine's own order, by BTF as by compilers (kernel/bpf/btf.c, btf_int128_shift()).
  return [{ name, type, offset, bits: { shift: bitOffset % 8, count: bitSize } }];
}

/** BTF does not tell it: as much as the places of all members keep to. */
function alignOfMembers(members: readonly StructMember[], sizeBytes: number): number {
  const fits = (align: number): boolean =>
    sizeBytes % align === 0 &&
    members.every((member) => member.bits !== undefined || member.offset % Math.min(align, alignOf(member.type)) === 0);
  const natural = members.reduce((most, member) => Math.max(most, alignOf(member.type)), 1);
  return [16, 8, 4, 2].find((align) => align <= natural && fits(align)) ?? 1;
}

function compound(cv: Conversion, type: OfKind<"struct" | "union">, id: BtfId, depth: number): Type {
  const { kind: tag, sizeBytes } = type;
  const members: StructMember[] = [];
  for (const member of type.members) {
    members.push(...membersOf(cv, member, depth));
    if (members.length > MAX_MEMBERS) return opaque(nameOf(type.name, id), sizeBytes);
  }
  return { kind: "struct", tag, name: nameOf(type.name, id), sizeBytes, align: alignOfMembers(members, sizeBytes), members };
}

function converted(cv: Conversion, id: BtfId, depth: number): Type {
  const { type } = unqualified(cv.btf, id);
  switch (type.kind) {
    case "int":
      return integer(type);
    case "enum":
      return enumeration(type, id) ?? opaque(type.name, type.sizeBytes);
    case "pointer":
      return pointer(cv, type.to, depth);
    case "array":
      return array(cv, type, depth);
    case "struct":
    case "union":
      return compound(cv, type, id, depth);
    case "forward":
      return { kind: "incomplete", tag: type.tag, name: type.name };
    case "float":
      return opaque(type.name, type.sizeBytes, Math.min(16, Math.max(1, type.sizeBytes)));
    case "void":
      return voidType;
    default:
      return opaque("function", 0);
  }
}

function convert(cv: Conversion, id: BtfId, depth: number): Type {
  const known = cv.known.get(id);
  if (known !== undefined) return known;
  if (depth > MAX_DEPTH || cv.open.has(id)) return opaque("type of too many levels", 0);
  cv.open.add(id);
  const type = converted(cv, id, depth);
  cv.open.delete(id);
  cv.known.set(id, type);
  return type;
}

const isComplete = (type: Type): type is StructType => type.kind === "struct";

/** Types of a kernel for the checker of scripts (CheckEnv.types). Of several types of one name the first counts. */
export function btfTypes(btf: Btf): BtfTypes {
  const cv: Conversion = { btf, known: new Map(), open: new Set() };
  const typeOf = (id: BtfId): Type => convert(cv, unqualified(btf, id).id, 0);
  const named = (kind: BtfType["kind"], name: string): Type | null => {
    const id = findType(btf, kind, name);
    return id === null ? null : typeOf(id);
  };
  const constant = (name: string): EnumConstant | null => {
    const id = btf.withConstant(name);
    const type = id === null ? null : btf.type(id);
    if (id === null || type?.kind !== "enum") return null;
    const value = type.values.find(([other]) => other === name)?.[1];
    const { values } = type;
    return value === undefined ? null : { type: { kind: "enum", name: nameOf(type.name, id), sizeBytes: 8, values }, value };
  };
  return {
    btf,
    typeOf,
    compound(tag, name) {
      const type = named(tag, name);
      return type !== null && isComplete(type) ? type : null;
    },
    enumeration(name) {
      const type = named("enum", name);
      return type?.kind === "enum" ? type : null;
    },
    typedef(name) {
      const type = named("typedef", name);
      return type !== null && (type.kind === "opaque" || type.kind === "incomplete" || sizeOf(type) > 0) ? type : null;
    },
    constant,
  };
}
