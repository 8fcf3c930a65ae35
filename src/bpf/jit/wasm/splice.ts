/** Appends functions and table elements to a prebuilt module, so that its code and ours call each other directly. */
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { readLimits, writeSections, type FuncType, type ModuleIndex, type Sections } from "./module.ts";
import { op, sectionId, type } from "./opcodes.ts";

export interface Addition {
  readonly types: readonly FuncType[];
  /** `type` counts from the first added type; bodies hold local declarations and code, without their length. */
  readonly funcs: readonly { readonly type: number; readonly body: Uint8Array }[];
  /** Function indices for the new table slots. */
  readonly elements: readonly number[];
}

/** Slots that the module's one table has: added elements start here. */
export function tableSize(sections: Sections): number {
  return readTable(sections).min;
}

export function splice(sections: Sections, index: ModuleIndex, added: Addition): Uint8Array {
  const known = new Map(sections.known);
  const append = (id: number, count: number, write: (out: ByteWriter) => void): void => {
    known.set(id, appendEntries(known.get(id), count, write));
  };
  append(sectionId.type, added.types.length, (out) => {
    for (const funcType of added.types) {
      out.u8(type.func);
      out.sized(Uint8Array.from(funcType.params));
      out.sized(Uint8Array.from(funcType.results));
    }
  });
  append(sectionId.function, added.funcs.length, (out) => {
    for (const func of added.funcs) out.u32(index.types.length + func.type);
  });
  append(sectionId.code, added.funcs.length, (out) => {
    for (const func of added.funcs) out.sized(func.body);
  });
  append(sectionId.element, 1, (out) => {
    out.u8(0); // active, table 0, function indices
    out.u8(op.i32Const);
    out.s32(tableSize(sections));
    out.u8(op.end);
    out.u32(added.elements.length);
    for (const func of added.elements) out.u32(func);
  });
  known.set(sectionId.table, growTable(sections, added.elements.length));
  return writeSections({ known, custom: sections.custom });
}

function appendEntries(old: Uint8Array | undefined, count: number, write: (out: ByteWriter) => void): Uint8Array {
  const reader = new ByteReader(old ?? Uint8Array.of(0));
  const out = new ByteWriter((old?.length ?? 0) + 1024);
  out.u32(reader.u32() + count);
  out.bytes(reader.rest());
  write(out);
  return out.view();
}

function readTable(sections: Sections): ReturnType<typeof readLimits> {
  const body = sections.known.get(sectionId.table);
  if (body === undefined) throw new Error("runtime has no table for the programs");
  const reader = new ByteReader(body);
  if (reader.u32() !== 1 || reader.u8() !== type.funcref) throw new Error("runtime must have one function table");
  return readLimits(reader);
}

function growTable(sections: Sections, by: number): Uint8Array {
  const limits = readTable(sections);
  const out = new ByteWriter(16);
  out.u32(1);
  out.u8(type.funcref);
  out.u8(limits.flags);
  out.u32(limits.min + by);
  if (limits.max !== null) out.u32(limits.max + by);
  return out.view();
}
