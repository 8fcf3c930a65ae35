/** A WebAssembly module as its sections, and what of it must be known to append to it. */
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { externKind, sectionId, sectionOrder, type } from "./opcodes.ts";

const HEADER = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

export interface Sections {
  /** Bodies by section id; views of the module's bytes. */
  readonly known: Map<number, Uint8Array>;
  /** Custom sections, name included. */
  readonly custom: readonly Uint8Array[];
}

export interface FuncType {
  readonly params: readonly number[];
  readonly results: readonly number[];
}

export interface ModuleIndex {
  readonly types: readonly FuncType[];
  /** Type index of every function, the imported ones first. */
  readonly funcTypes: readonly number[];
  /** Exported functions: name to function index. */
  readonly exports: ReadonlyMap<string, number>;
}

export function readSections(bytes: Uint8Array): Sections {
  const reader = new ByteReader(bytes);
  if (!reader.bytes(HEADER.length).every((byte, i) => byte === HEADER[i])) throw new Error("runtime is not a WebAssembly module");
  const known = new Map<number, Uint8Array>();
  const custom: Uint8Array[] = [];
  while (!reader.atEnd) {
    const id = reader.u8();
    const body = reader.bytes(reader.u32());
    if (id === sectionId.custom) custom.push(body);
    else known.set(id, body);
  }
  return { known, custom };
}

export function writeSections(sections: Sections): Uint8Array {
  let size = HEADER.length;
  for (const body of [...sections.known.values(), ...sections.custom]) size += body.length + 6;
  const out = new ByteWriter(size);
  out.bytes(HEADER);
  for (const id of sectionOrder) {
    const body = sections.known.get(id);
    if (body === undefined) continue;
    out.u8(id);
    out.sized(body);
  }
  for (const body of sections.custom) {
    out.u8(sectionId.custom);
    out.sized(body);
  }
  return out.view();
}

export function indexModule(sections: Sections): ModuleIndex {
  const types = readTypes(sections);
  return { types, funcTypes: [...readImportedFuncs(sections), ...readFuncs(sections)], exports: readExports(sections) };
}

function* entries(sections: Sections, id: number): Generator<ByteReader> {
  const body = sections.known.get(id);
  if (body === undefined) return;
  const reader = new ByteReader(body);
  for (let left = reader.u32(); left > 0; left--) yield reader;
}

function readTypes(sections: Sections): FuncType[] {
  const types: FuncType[] = [];
  for (const reader of entries(sections, sectionId.type)) {
    if (reader.u8() !== type.func) throw new Error("runtime has a type that is no function type");
    types.push({ params: [...reader.bytes(reader.u32())], results: [...reader.bytes(reader.u32())] });
  }
  return types;
}

function readImportedFuncs(sections: Sections): number[] {
  const funcs: number[] = [];
  for (const reader of entries(sections, sectionId.import)) {
    reader.name();
    reader.name();
    const kind = reader.u8();
    if (kind === externKind.func) funcs.push(reader.u32());
    else if (kind === externKind.global) reader.bytes(2);
    else {
      if (kind === externKind.table) reader.u8();
      readLimits(reader);
    }
  }
  return funcs;
}

const readFuncs = (sections: Sections): number[] => Array.from(entries(sections, sectionId.function), (reader) => reader.u32());

function readExports(sections: Sections): Map<string, number> {
  const exports = new Map<string, number>();
  for (const reader of entries(sections, sectionId.export)) {
    const name = reader.name();
    const kind = reader.u8();
    const index = reader.u32();
    if (kind === externKind.func) exports.set(name, index);
  }
  return exports;
}

export interface Limits {
  readonly flags: number;
  readonly min: number;
  readonly max: number | null;
}

/** Flag bit 0: there is a maximum. */
export function readLimits(reader: ByteReader): Limits {
  const flags = reader.u8();
  const min = reader.u32();
  return { flags, min, max: (flags & 1) === 1 ? reader.u32() : null };
}
