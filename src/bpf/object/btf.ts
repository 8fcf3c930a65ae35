/** BTF, the kernel's type format (linux Documentation/bpf/btf.rst): as much of it as maps and functions need. */
import { byteWriter, stringTable } from "./bytes.ts";
import type { StringTable } from "./bytes.ts";

export type BtfId = number & { readonly of: "btf" };

/** Types get their ids in the order in which they are added, from 1; `voidId` is no type. */
export interface BtfBuilder {
  readonly strings: StringTable;
  int(name: string, sizeBytes: 1 | 2 | 4 | 8, signed: boolean): BtfId;
  pointer(to: BtfId): BtfId;
  array(element: BtfId, index: BtfId, length: number): BtfId;
  struct(
    name: string,
    sizeBytes: number,
    members: readonly { readonly name: string; readonly type: BtfId; readonly offBytes: number }[],
  ): BtfId;
  funcProto(returns: BtfId, params: readonly { readonly name: string; readonly type: BtfId }[]): BtfId;
  func(name: string, proto: BtfId, linkage: "static" | "global"): BtfId;
  variable(name: string, type: BtfId): BtfId;
  dataSection(
    name: string,
    sizeBytes: number,
    variables: readonly { readonly type: BtfId; readonly off: number; readonly sizeBytes: number }[],
  ): BtfId;
  /** The `.BTF` section. Strings may be added until then. */
  finish(): Uint8Array;
}

export const voidId = 0 as BtfId;

/** linux include/uapi/linux/btf.h, BTF_KIND_* */
const KIND = { int: 1, pointer: 2, array: 3, struct: 4, func: 12, funcProto: 13, variable: 14, dataSection: 15 } as const;
export const BTF_MAGIC = 0xeb9f;
export const BTF_VERSION = 1;
const BTF_HEADER_BYTES = 24;
const BTF_INT_SIGNED = 1 << 24;
const LINKAGE = { static: 0, global: 1 } as const;

export function btfBuilder(): BtfBuilder {
  const strings = stringTable();
  const types = byteWriter();
  let nextId = 1;

  /** struct btf_type; `sizeOrType` as the kind has it. */
  const begin = (kind: number, name: string, vlen: number, sizeOrType: number): BtfId => {
    types.u32(strings.add(name));
    types.u32((kind << 24) | vlen);
    types.u32(sizeOrType);
    return nextId++ as BtfId;
  };

  return {
    strings,
    int(name, sizeBytes, signed) {
      const id = begin(KIND.int, name, 0, sizeBytes);
      types.u32((signed ? BTF_INT_SIGNED : 0) | (sizeBytes * 8));
      return id;
    },
    pointer: (to) => begin(KIND.pointer, "", 0, to),
    array(element, index, length) {
      const id = begin(KIND.array, "", 0, 0);
      types.u32(element);
      types.u32(index);
      types.u32(length);
      return id;
    },
    struct(name, sizeBytes, members) {
      const id = begin(KIND.struct, name, members.length, sizeBytes);
      for (const member of members) {
        types.u32(strings.add(member.name));
        types.u32(member.type);
        types.u32(member.offBytes * 8);
      }
      return id;
    },
    funcProto(returns, params) {
      const id = begin(KIND.funcProto, "", params.length, returns);
      for (const param of params) {
        types.u32(strings.add(param.name));
        types.u32(param.type);
      }
      return id;
    },
    func: (name, proto, linkage) => begin(KIND.func, name, LINKAGE[linkage], proto),
    variable(name, type) {
      const id = begin(KIND.variable, name, 0, type);
      types.u32(LINKAGE.global);
      return id;
    },
    dataSection(name, sizeBytes, variables) {
      const id = begin(KIND.dataSection, name, variables.length, sizeBytes);
      for (const variable of variables) {
        types.u32(variable.type);
        types.u32(variable.off);
        types.u32(variable.sizeBytes);
      }
      return id;
    },
    finish() {
      const typeBytes = types.finish();
      const stringBytes = strings.finish();
      const out = byteWriter();
      out.u16(BTF_MAGIC);
      out.u8(BTF_VERSION);
      out.u8(0);
      out.u32(BTF_HEADER_BYTES);
      out.u32(0);
      out.u32(typeBytes.length);
      out.u32(typeBytes.length);
      out.u32(stringBytes.length);
      out.bytes(typeBytes);
      out.bytes(stringBytes);
      return out.finish();
    },
  };
}
