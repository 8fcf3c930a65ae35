import { expect, test } from "vitest";
import { writeObject } from "../../../src/bpf/object/object.ts";
import type { Insn, InsnIndex } from "../../../src/bpf/isa/insn.ts";
import type { MapSpec, ProgramSpec } from "../../../src/bpf/spec.ts";
import { readElf } from "./read-elf.ts";

const at = (n: number): InsnIndex => n as InsnIndex;
const exit: Insn = { kind: "exit" };
const zero: Insn = { kind: "alu", op: "mov", wide: true, dst: 0, src: { imm: 0 } };
const source = { name: "a.bt", text: "begin\n{ @x = 1 }\n" };

const table: MapSpec = { name: "AT_x", type: "hash", keySize: 8, valueSize: 16, maxEntries: 4096, flags: 0 };
const ring: MapSpec = { name: "ringbuf", type: "ringbuf", keySize: 0, valueSize: 0, maxEntries: 65536, flags: 0 };

const program = (
  name: string,
  section: string,
  insns: readonly Insn[],
  funcs: readonly (readonly [string, number])[] = [],
): ProgramSpec => ({
  name,
  type: "kprobe",
  section,
  insns,
  funcs: [{ name, start: at(0) }, ...funcs.map(([func, start]) => ({ name: func, start: at(start) }))],
  lines: [{ insn: at(0), start: 8, end: 14 }],
  license: "GPL",
});

/** Calls `step` and hands its address over; `step` calls `leaf`. Slots: 0 call, 1-2 lddw func, 3-4 lddw map, 5 exit; 6 call, 7 exit; 8 mov, 9 exit. */
const nested = (name: string): ProgramSpec =>
  program(
    name,
    "uprobe",
    [
      { kind: "call_local", target: at(4) },
      { kind: "lddw", dst: 2, value: { kind: "func", target: at(4) } },
      { kind: "lddw", dst: 1, value: { kind: "map", map: 1 } },
      exit,
      { kind: "call_local", target: at(6) },
      exit,
      zero,
      exit,
    ],
    [
      ["step", 4],
      ["leaf", 6],
    ],
  );

test("programs of one section lie one behind the other, each a global symbol", () => {
  const elf = readElf(
    writeObject(
      { programs: [program("one", "tracepoint/a/b", [zero, exit]), program("two", "tracepoint/a/b", [zero, exit])], maps: [table] },
      source,
    ),
  );
  expect(elf.machine).toBe(247);
  expect(elf.sections.map((section) => section.name)).toEqual([
    "",
    ".text",
    "tracepoint/a/b",
    ".maps",
    "license",
    ".BTF",
    ".BTF.ext",
    ".symtab",
    ".strtab",
    ".shstrtab",
  ]);
  expect(elf.symbols.slice(1).map(({ name, bind, type, section, value, size }) => [name, bind, type, section, value, size])).toEqual([
    ["", "local", "section", ".text", 0, 0],
    ["one", "global", "func", "tracepoint/a/b", 0, 16],
    ["two", "global", "func", "tracepoint/a/b", 16, 16],
    ["AT_x", "global", "object", ".maps", 0, 32],
  ]);
  expect(elf.section(".symtab").info, "index of the first global symbol").toBe(2);
  expect(new TextDecoder().decode(elf.section("license").bytes)).toBe("GPL\0");
  // Executable, allocated.
  expect(elf.section("tracepoint/a/b").flags).toBe(6);
});

test("subprograms are in .text, callees first; references go by its section symbol and the place in the instruction", () => {
  const elf = readElf(writeObject({ programs: [nested("main")], maps: [table, ring] }, source));
  const funcs = elf.symbols.filter((symbol) => symbol.type === "func");
  expect(funcs.map(({ name, bind, section, value }) => [name, bind, section, value])).toEqual([
    ["leaf", "local", ".text", 0],
    ["step", "local", ".text", 16],
    ["main", "global", "uprobe", 0],
  ]);
  expect(elf.relocations("uprobe")).toEqual(["0 10 .text", "8 1 .text", "24 1 ringbuf"]);
  expect(elf.relocations(".text")).toEqual(["16 10 .text"]);
  const code = elf.section("uprobe").bytes;
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  expect(view.getInt32(4, true), "slots before step, less one").toBe(1);
  expect(view.getUint8(1), "src of a call").toBe(0x10);
  expect(view.getInt32(12, true), "bytes before step").toBe(16);
  expect([view.getUint8(9), view.getUint8(25)], "lddw without its kind of reference").toEqual([2, 1]);
  expect(view.getInt32(28, true)).toBe(0);
});

test("a subprogram that programs share is there once, two of one name are told apart", () => {
  const other = program("other", "uprobe", [{ kind: "call_local", target: at(2) }, exit, exit], [["step", 2]]);
  const elf = readElf(writeObject({ programs: [nested("a"), nested("b"), other], maps: [table, ring] }, source));
  expect(elf.symbols.filter((symbol) => symbol.type === "func").map((symbol) => symbol.name)).toEqual([
    "leaf",
    "step",
    "step_2",
    "a",
    "b",
    "other",
  ]);
});

test("no maps, no .maps section", () => {
  const elf = readElf(writeObject({ programs: [program("one", "uprobe", [zero, exit])], maps: [] }, source));
  expect(elf.sections.map((section) => section.name)).not.toContain(".maps");
});

test("line records: file, line, column and the line's text", () => {
  const elf = readElf(writeObject({ programs: [program("one", "uprobe", [zero, exit])], maps: [] }, source));
  const ext = elf.section(".BTF.ext").bytes;
  const view = new DataView(ext.buffer, ext.byteOffset, ext.byteLength);
  const btf = elf.section(".BTF").bytes;
  const strings = btf.subarray(24 + new DataView(btf.buffer, btf.byteOffset).getUint32(16, true));
  const string = (offset: number): string => new TextDecoder().decode(strings.subarray(offset, strings.indexOf(0, offset)));
  const lines = 24 + view.getUint32(16, true);
  const word = (n: number): number => view.getUint32(lines + n * 4, true);
  expect(word(0), "record size").toBe(16);
  expect([string(word(1)), word(2)]).toEqual(["uprobe", 1]);
  expect([word(3), string(word(4)), string(word(5)), word(6) >> 10, word(6) & 1023]).toEqual([0, "a.bt", "{ @x = 1 }", 2, 3]);
});
