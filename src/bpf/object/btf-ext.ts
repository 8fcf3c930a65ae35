/** `.BTF.ext`: which type each function has, and which place of the script each instruction comes from. */
import { BTF_MAGIC, BTF_VERSION } from "./btf.ts";
import type { BtfId } from "./btf.ts";
import { byteWriter } from "./bytes.ts";
import type { StringTable } from "./bytes.ts";

export interface FuncInfo {
  /** Byte offset in the section. */
  readonly offBytes: number;
  readonly type: BtfId;
}

export interface LineRecord {
  readonly offBytes: number;
  readonly text: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export interface SectionInfo {
  readonly name: string;
  readonly funcs: readonly FuncInfo[];
  readonly lines: readonly LineRecord[];
}

const HEADER_BYTES = 24;
const FUNC_RECORD_BYTES = 8;
const LINE_RECORD_BYTES = 16;
const MAX_LINE = (1 << 22) - 1;
const MAX_COLUMN = (1 << 10) - 1;

/** Adds its strings to those of the `.BTF` section. */
export function encodeBtfExt(sections: readonly SectionInfo[], fileName: string, strings: StringTable): Uint8Array {
  const file = strings.add(fileName);
  const funcs = encodeTable(
    sections,
    FUNC_RECORD_BYTES,
    strings,
    (section) => section.funcs,
    (out, info) => {
      out.u32(info.offBytes);
      out.u32(info.type);
    },
  );
  const lines = encodeTable(
    sections,
    LINE_RECORD_BYTES,
    strings,
    (section) => section.lines,
    (out, record) => {
      out.u32(record.offBytes);
      out.u32(file);
      out.u32(strings.add(record.text));
      out.u32(((Math.min(record.line, MAX_LINE) << 10) | Math.min(record.column, MAX_COLUMN)) >>> 0);
    },
  );
  const out = byteWriter();
  out.u16(BTF_MAGIC);
  out.u8(BTF_VERSION);
  out.u8(0);
  out.u32(HEADER_BYTES);
  out.u32(0);
  out.u32(funcs.length);
  out.u32(funcs.length);
  out.u32(lines.length);
  out.bytes(funcs);
  out.bytes(lines);
  return out.finish();
}

/** Record size, then for each section its name, the number of its records, and those. */
function encodeTable<T>(
  sections: readonly SectionInfo[],
  recordBytes: number,
  strings: StringTable,
  recordsOf: (section: SectionInfo) => readonly T[],
  write: (out: ReturnType<typeof byteWriter>, record: T) => void,
): Uint8Array {
  const out = byteWriter();
  out.u32(recordBytes);
  for (const section of sections) {
    const records = recordsOf(section);
    if (records.length === 0) continue;
    out.u32(strings.add(section.name));
    out.u32(records.length);
    for (const record of records) write(out, record);
  }
  return out.finish();
}
