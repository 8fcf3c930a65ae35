import { SLOT_BYTES } from "../isa/encode.ts";
import type { MapSpec, MapType, ProgramSpec } from "../spec.ts";
import { btfBuilder } from "./btf.ts";
import type { BtfBuilder, BtfId } from "./btf.ts";
import { voidId } from "./btf.ts";
import { encodeBtfExt } from "./btf-ext.ts";
import type { SectionInfo } from "./btf-ext.ts";
import { byteWriter } from "./bytes.ts";
import { writeElf } from "./elf.ts";
import type { ElfRelocation, ElfSection, ElfSymbol } from "./elf.ts";
import { IMM, functionsOf } from "./functions.ts";
import type { ObjectFunction } from "./functions.ts";
import { lineTable } from "./lines.ts";
import type { LineTable } from "./lines.ts";

/** linux include/uapi/linux/bpf.h, enum bpf_map_type */
const mapTypeNumber: Readonly<Record<MapType, number>> = {
  hash: 1,
  array: 2,
  percpu_hash: 5,
  percpu_array: 6,
  stack_trace: 7,
  lru_hash: 9,
  lru_percpu_hash: 10,
  ringbuf: 27,
};

/** A function where it stands in the object. */
interface Placed {
  readonly func: ObjectFunction;
  /** Index among the code sections. */
  readonly section: number;
  readonly offBytes: number;
  readonly isProgram: boolean;
  /** Functions that it refers to, in the order of its calls: indices into the placed ones. */
  readonly callees: readonly number[];
}

const TEXT = 0;

/**
 * An ELF object that libbpf loads (`bpftool prog loadall`): a section per attach point name, subprograms in `.text`, maps in `.maps`,
 * `.BTF` with `.BTF.ext`, whose lines are those of the script. Map references are indices into `maps`.
 * Source: libbpf 1.x src/libbpf.c; linux Documentation/bpf/btf.rst; LLVM's relocation types.
 */
export function writeObject(
  script: { readonly programs: readonly ProgramSpec[]; readonly maps: readonly MapSpec[] },
  source: { readonly name: string; readonly text: string },
): Uint8Array {
  const { sectionNames, placed } = placeFunctions(script.programs);
  const btf = btfBuilder();
  const mapBytes = describeMaps(btf, script.maps);
  const types = functionTypes(btf, placed);

  const symbols: ElfSymbol[] = placed.map(({ func, section, offBytes, isProgram }) => ({
    name: func.name,
    kind: "func",
    local: !isProgram,
    section,
    offBytes,
    sizeBytes: func.bytes.length,
  }));
  const textSymbol = symbols.push({ name: "", kind: "section", local: true, section: TEXT, offBytes: 0, sizeBytes: 0 }) - 1;
  const firstMap = symbols.length;
  const mapSection = sectionNames.length;
  let mapAt = 0;
  script.maps.forEach((map, index) => {
    symbols.push({ name: map.name, kind: "object", local: false, section: mapSection, offBytes: mapAt, sizeBytes: mapBytes[index]! });
    mapAt += mapBytes[index]!;
  });

  const code = sectionNames.map((name, section): ElfSection => {
    const inside = placed.filter((at) => at.section === section);
    const bytes = byteWriter();
    for (const at of inside) bytes.bytes(aimed(at, placed));
    return { name, type: "code", bytes: bytes.finish(), relocations: inside.flatMap((at) => relocationsOf(at, textSymbol, firstMap)) };
  });
  const lines = lineTable(source.text);
  const infos = sectionNames.map((name, section) => sectionInfo(name, section, placed, types, lines));
  const btfExt = encodeBtfExt(infos, source.name, btf.strings);
  const license = script.programs[0]?.license ?? "GPL";
  const plain = (name: string, type: ElfSection["type"], bytes: Uint8Array): ElfSection => ({ name, type, bytes, relocations: [] });
  return writeElf(
    [
      ...code,
      // libbpf wants no such section where there are no maps.
      ...(mapAt > 0 ? [plain(".maps", "data", new Uint8Array(mapAt))] : []),
      plain("license", "data", new TextEncoder().encode(`${license}\0`)),
      plain(".BTF", "info", btf.finish()),
      plain(".BTF.ext", "info", btfExt),
    ],
    symbols,
  );
}

/** Subprograms go to `.text`, those that several programs have alike only once. */
function placeFunctions(programs: readonly ProgramSpec[]): { sectionNames: string[]; placed: Placed[] } {
  const sectionNames = [".text"];
  const ends = [0];
  const placed: Placed[] = [];
  const shared = new Map<string, number>();
  const textNames = new Map<string, number>();
  const place = (func: ObjectFunction, section: number, callees: readonly number[]): number => {
    const offBytes = ends[section]!;
    ends[section] = offBytes + func.bytes.length;
    return placed.push({ func, section, offBytes, isProgram: section !== TEXT, callees }) - 1;
  };
  for (const program of programs) {
    const functions = functionsOf(program);
    const indices: number[] = new Array<number>(functions.length).fill(-1);
    // Called functions first, so that functions can be compared by what they call.
    for (const at of calleesFirst(functions)) {
      if (at === 0) continue;
      const func = functions[at]!;
      const callees = func.calls.map((call) => indices[call.callee]!);
      const key = JSON.stringify([
        func.name,
        [...func.bytes],
        func.maps,
        func.lines,
        func.calls.map((call) => [call.offBytes, call.kind]),
        callees,
      ]);
      indices[at] = shared.get(key) ?? place({ ...func, name: freshName(func.name, textNames) }, TEXT, callees);
      shared.set(key, indices[at]);
    }
    let section = sectionNames.indexOf(program.section);
    if (section < 0) {
      section = sectionNames.push(program.section) - 1;
      ends.push(0);
    }
    const main = functions[0]!;
    place(
      main,
      section,
      main.calls.map((call) => indices[call.callee]!),
    );
  }
  return { sectionNames, placed };
}

function calleesFirst(functions: readonly ObjectFunction[]): number[] {
  const order: number[] = [];
  const seen = new Set<number>();
  const visit = (at: number): void => {
    if (seen.has(at)) return;
    seen.add(at);
    for (const call of functions[at]!.calls) visit(call.callee);
    order.push(at);
  };
  functions.forEach((_, at) => visit(at));
  return order;
}

function freshName(name: string, taken: Map<string, number>): string {
  const count = (taken.get(name) ?? 0) + 1;
  taken.set(name, count);
  return count === 1 ? name : `${name}_${count}`;
}

/**
 * The function's bytes with the places of its callees in `.text`, to which the relocation by the section's symbol adds nothing:
 * slots less one for a call, bytes for an address (libbpf, bpf_object__reloc_code). libbpf takes local functions in this way only.
 */
function aimed({ func, callees }: Placed, placed: readonly Placed[]): Uint8Array {
  const bytes = func.bytes.slice();
  const view = new DataView(bytes.buffer);
  func.calls.forEach((call, at) => {
    const target = placed[callees[at]!]!.offBytes;
    view.setInt32(call.offBytes + IMM, call.kind === "call" ? target / SLOT_BYTES - 1 : target, true);
  });
  return bytes;
}

function relocationsOf({ func, offBytes }: Placed, textSymbol: number, firstMap: number): ElfRelocation[] {
  const all: ElfRelocation[] = [
    ...func.maps.map((use) => ({ type: "lddw" as const, offBytes: offBytes + use.offBytes, symbol: firstMap + use.map })),
    ...func.calls.map((call) => ({ type: call.kind, offBytes: offBytes + call.offBytes, symbol: textSymbol })),
  ];
  return all.sort((a, b) => a.offBytes - b.offBytes);
}

/** `int (*NAME)[VALUE]` members: how libbpf reads map definitions. Returns the size of each definition. */
function describeMaps(btf: BtfBuilder, maps: readonly MapSpec[]): number[] {
  if (maps.length === 0) return [];
  const intId = btf.int("int", 4, true);
  const indexId = btf.int("__ARRAY_SIZE_TYPE__", 4, false);
  const numbers = new Map<number, BtfId>();
  const number = (value: number): BtfId => {
    let id = numbers.get(value);
    if (id === undefined) numbers.set(value, (id = btf.pointer(btf.array(intId, indexId, value))));
    return id;
  };
  const sizes: number[] = [];
  const variables = maps.map((map) => {
    const fields = [
      { name: "type", value: mapTypeNumber[map.type] },
      { name: "key_size", value: map.keySize },
      { name: "value_size", value: map.valueSize },
      { name: "max_entries", value: map.maxEntries },
      { name: "map_flags", value: map.flags },
    ].filter(({ value }) => value !== 0);
    const members = fields.map(({ name, value }, at) => ({ name, type: number(value), offBytes: at * 8 }));
    const sizeBytes = members.length * 8;
    sizes.push(sizeBytes);
    return { type: btf.variable(map.name, btf.struct("", sizeBytes, members)), sizeBytes };
  });
  let at = 0;
  const places = variables.map(({ type, sizeBytes }) => {
    const off = at;
    at += sizeBytes;
    return { type, off, sizeBytes };
  });
  btf.dataSection(".maps", at, places);
  return sizes;
}

/** Programs are `int name(void *ctx)`; of subprograms only the name is known. */
function functionTypes(btf: BtfBuilder, placed: readonly Placed[]): BtfId[] {
  const longId = btf.int("long", 8, true);
  const program = btf.funcProto(btf.int("int", 4, true), [{ name: "ctx", type: btf.pointer(voidId) }]);
  const subprogram = btf.funcProto(longId, []);
  return placed.map(({ func, isProgram }) => btf.func(func.name, isProgram ? program : subprogram, isProgram ? "global" : "static"));
}

function sectionInfo(name: string, section: number, placed: readonly Placed[], types: readonly BtfId[], lines: LineTable): SectionInfo {
  const inside = placed.flatMap((at, index) => (at.section === section ? [{ ...at, type: types[index]! }] : []));
  return {
    name,
    funcs: inside.map(({ offBytes, type }) => ({ offBytes, type })),
    lines: inside.flatMap(({ func, offBytes }) =>
      func.lines.map((line) => ({ offBytes: offBytes + line.offBytes, ...lines.at(line.start) })),
    ),
  };
}
