/** Kernel functions and tracepoints with the types of their arguments, and members of what arguments point to. */
import type { Type } from "../../../lang/types/type.ts";
import { cName } from "./definition.ts";
import { functionPrototype, memberAt, tracepointPrototype, unqualified, type PlacedMember, type Prototype } from "./lookup.ts";
import type { BtfId } from "./type.ts";
import type { BtfTypes } from "./type-source.ts";

export interface TypedValue {
  readonly name: string;
  readonly type: Type;
  /** As -lv prints it: `struct file * file`. */
  readonly decl: string;
  readonly id: BtfId;
}

export interface TypedFunction {
  readonly params: readonly TypedValue[];
  /** Null: it returns nothing. */
  readonly returns: TypedValue | null;
}

/** Reads that lead from a pointer to a member: each adds an offset to the pointer that the one before it gave. */
export interface MemberReads {
  readonly offsets: readonly bigint[];
  /** What is there. */
  readonly type: Type;
}

export interface Prototypes {
  readonly ofFunction: (name: string) => TypedFunction | null;
  /** Without the first parameter, which programs do not see. */
  readonly ofTracepoint: (event: string) => TypedFunction | null;
  /** Names that are joined by `_`, which names of members have too: `f_path_dentry`. Null: no member is meant. */
  readonly membersOf: (pointer: TypedValue, joined: string) => MemberReads | null;
}

const MAX_WORDS = 16;

/** The struct behind a pointer; null: the type is none. */
function pointee({ btf }: BtfTypes, id: BtfId): BtfId | null {
  const { type } = unqualified(btf, id);
  return type.kind === "pointer" ? type.to : null;
}

/** The longest member first: `f_path` before `f`. */
function reads(types: BtfTypes, struct: BtfId, words: readonly string[], from: number): MemberReads | null {
  for (let count = words.length; count > 0; count--) {
    const member = memberAt(types.btf, struct, [words.slice(0, count).join("_")]);
    const rest = words.slice(count);
    const found = member === null || member.bitSize > 0 || member.bitOffset % 8 !== 0 ? null : readsFrom(types, member, rest, from);
    if (found !== null) return found;
  }
  return null;
}

function readsFrom(types: BtfTypes, member: PlacedMember, rest: readonly string[], from: number): MemberReads | null {
  const offset = from + member.bitOffset / 8;
  if (rest.length === 0) return { offsets: [BigInt(offset)], type: types.typeOf(member.type) };
  const behind = pointee(types, member.type);
  if (behind === null) return reads(types, member.type, rest, offset);
  const more = reads(types, behind, rest, 0);
  return more === null ? null : { ...more, offsets: [BigInt(offset), ...more.offsets] };
}

export function prototypes(types: BtfTypes): Prototypes {
  const { btf } = types;
  const value = (name: string, id: BtfId): TypedValue => ({ name, type: types.typeOf(id), decl: `${cName(btf, id)} ${name}`, id });
  const typed = (proto: Prototype | null): TypedFunction | null =>
    proto === null
      ? null
      : {
          params: proto.params.map(({ name, type }, index) => value(name === "" ? `arg${index}` : name, type)),
          returns: types.typeOf(proto.returns).kind === "void" ? null : value("retval", proto.returns),
        };
  return {
    ofFunction: (name) => typed(functionPrototype(btf, name)),
    ofTracepoint(event) {
      const found = typed(tracepointPrototype(btf, event));
      // The function that calls the programs returns an int; the tracepoint returns nothing.
      return found === null ? null : { ...found, returns: null };
    },
    membersOf(pointer, joined) {
      const words = joined.split("_");
      const struct = pointee(types, pointer.id);
      return struct === null || words.length > MAX_WORDS ? null : reads(types, struct, words, 0);
    },
  };
}
