/** Questions about types by name: structs, members by path, prototypes of functions. */
import type { Btf } from "./btf.ts";
import type { BtfId, BtfMember, BtfType } from "./type.ts";

type OfKind<K extends BtfType["kind"]> = Extract<BtfType, { readonly kind: K }>;

/** No real chain is longer; a damaged one may lead to itself. */
const MAX_CHAIN = 64;

/** The first type of that kind and name; null: there is none. */
export function findType(btf: Btf, kind: BtfType["kind"], name: string): BtfId | null {
  return btf.named(name).find((id) => btf.type(id).kind === kind) ?? null;
}

/** What typedefs, qualifiers and tags are names of; a chain without an end is void. */
export function unqualified(btf: Btf, id: BtfId): { readonly id: BtfId; readonly type: BtfType } {
  let at = id;
  for (let i = 0; i < MAX_CHAIN; i++) {
    const type = btf.type(at);
    switch (type.kind) {
      case "typedef":
      case "volatile":
      case "const":
      case "restrict":
      case "type_tag":
        at = type.type;
        break;
      default:
        return { id: at, type };
    }
  }
  return { id: at, type: { kind: "void" } };
}

/** A member with its place in the outermost struct. */
export interface PlacedMember {
  readonly type: BtfId;
  /** From the start of the struct that was asked about. */
  readonly bitOffset: number;
  /** Of a bit-field; 0: it is none. */
  readonly bitSize: number;
}

/** Old bit-fields have their width in the type. */
export function placedMember(btf: Btf, member: BtfMember, from: number): PlacedMember {
  const { type } = unqualified(btf, member.type);
  const bitOffset = from + member.bitOffset;
  if (member.bitSize > 0 || type.kind !== "int" || (type.bits === type.sizeBytes * 8 && type.bitOffset === 0))
    return { type: member.type, bitOffset, bitSize: member.bitSize };
  return { type: member.type, bitOffset: bitOffset + type.bitOffset, bitSize: type.bits };
}

/** Members of structs and unions without a name, in order, are looked through; each type once, as a second time finds no more. */
function memberNamed(btf: Btf, id: BtfId, name: string, from: number, seen: Set<BtfId>): PlacedMember | null {
  const { id: whole, type } = unqualified(btf, id);
  if ((type.kind !== "struct" && type.kind !== "union") || seen.has(whole)) return null;
  seen.add(whole);
  for (const member of type.members) {
    if (member.name === name) return placedMember(btf, member, from);
    const inner = member.name === "" ? memberNamed(btf, member.type, name, from + member.bitOffset, seen) : null;
    if (inner !== null) return inner;
  }
  return null;
}

/** `path[0]` of the struct `id`, `path[1]` of what that is, and so on, all in one piece of memory; null: there is no such member. */
export function memberAt(btf: Btf, id: BtfId, path: readonly string[]): PlacedMember | null {
  let at: PlacedMember = { type: id, bitOffset: 0, bitSize: 0 };
  for (const name of path) {
    const next = memberNamed(btf, at.type, name, at.bitOffset, new Set());
    if (next === null) return null;
    at = next;
  }
  return path.length === 0 ? null : at;
}

export type Prototype = Pick<OfKind<"func_proto">, "params" | "returns" | "variadic">;

const prototypeOf = (btf: Btf, id: BtfId): Prototype | null => {
  const { type } = unqualified(btf, id);
  return type.kind === "func_proto" ? type : null;
};

/** Parameters and result of a function; null: it is not known. Of several static functions of one name, the first. */
export function functionPrototype(btf: Btf, name: string): Prototype | null {
  const id = findType(btf, "func", name);
  const type = id === null ? null : btf.type(id);
  return type?.kind === "func" ? prototypeOf(btf, type.proto) : null;
}

/** Functions that the kernel has for each tracepoint; the typedef alone knows the types, but not the names. */
const TRACEPOINT_FUNCTIONS = ["__probestub_", "__traceiter_"];

/** Arguments of a tracepoint as BPF programs get them, without the first, `__data`; null: there is no such tracepoint. */
export function tracepointPrototype(btf: Btf, event: string): Prototype | null {
  const id = findType(btf, "typedef", `btf_trace_${event}`);
  if (id === null) return null;
  const pointer = unqualified(btf, id).type;
  const unnamed = pointer.kind === "pointer" ? prototypeOf(btf, pointer.to) : null;
  const named = TRACEPOINT_FUNCTIONS.map((prefix) => functionPrototype(btf, `${prefix}${event}`)).find((found) => found !== null);
  const proto = named ?? unnamed;
  return proto === null ? null : { ...proto, params: proto.params.slice(1) };
}
