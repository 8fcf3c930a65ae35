/** Types as BTF has them. Ids are places in the kernel's list of types; 0 is void. */

export type BtfId = number & { readonly of: "btf" };

export const VOID = 0 as BtfId;

export interface BtfMember {
  /** Empty: its members are the outer one's. */
  readonly name: string;
  readonly type: BtfId;
  /** From the start of the struct. Big-endian machines count from the highest bit of a byte. */
  readonly bitOffset: number;
  /** Of a bit-field; 0: it is none. */
  readonly bitSize: number;
}

export interface BtfParam {
  readonly name: string;
  readonly type: BtfId;
}

export type BtfType =
  | { readonly kind: "void" }
  | {
      readonly kind: "int";
      readonly name: string;
      readonly sizeBytes: number;
      readonly bits: number;
      /** Of an old bit-field, in the integer that it is part of. */
      readonly bitOffset: number;
      readonly encoding: { readonly signed: boolean; readonly bool: boolean };
    }
  | { readonly kind: "pointer"; readonly to: BtfId }
  | { readonly kind: "array"; readonly elem: BtfId; readonly length: number }
  | {
      readonly kind: "struct" | "union";
      /** Empty: it has none. */
      readonly name: string;
      readonly sizeBytes: number;
      readonly members: readonly BtfMember[];
    }
  | {
      readonly kind: "enum";
      readonly name: string;
      readonly sizeBytes: number;
      readonly values: readonly (readonly [string, bigint])[];
    }
  | { readonly kind: "forward"; readonly name: string; readonly tag: "struct" | "union" }
  | {
      readonly kind: "typedef" | "volatile" | "const" | "restrict" | "type_tag";
      /** Of a typedef or tag; empty for the others. */
      readonly name: string;
      readonly type: BtfId;
    }
  | { readonly kind: "func"; readonly name: string; readonly proto: BtfId }
  | { readonly kind: "func_proto"; readonly returns: BtfId; readonly params: readonly BtfParam[]; readonly variadic: boolean }
  | { readonly kind: "variable"; readonly name: string; readonly type: BtfId }
  | {
      readonly kind: "data_section";
      readonly name: string;
      readonly variables: readonly { readonly type: BtfId; readonly offset: number; readonly sizeBytes: number }[];
    }
  | { readonly kind: "float"; readonly name: string; readonly sizeBytes: number }
  /** `component`: number of a member or parameter; -1: the whole declaration. */
  | { readonly kind: "decl_tag"; readonly name: string; readonly type: BtfId; readonly component: number }
  /** Of a newer kernel. */
  | { readonly kind: "unknown"; readonly number: number };
