/** Where types that the language does not have itself come from: C definitions of the script, and later the recording's type data. */
import type { EnumType, StructType, Type } from "./type.ts";

export interface EnumConstant {
  /** 8 bytes (row 2.07). */
  readonly type: EnumType;
  readonly value: bigint;
}

/** Null: no such name, or nothing but its name is known. */
export interface TypeSource {
  readonly compound: (tag: "struct" | "union", name: string) => StructType | null;
  readonly enumeration: (name: string) => EnumType | null;
  readonly typedef: (name: string) => Type | null;
  readonly constant: (name: string) => EnumConstant | null;
  /** They are not those of the recorded machine: good only for what nothing else tells. */
  readonly isForeign?: boolean;
}

const nothing = (): null => null;

export const noTypes: TypeSource = { compound: nothing, enumeration: nothing, typedef: nothing, constant: nothing };
