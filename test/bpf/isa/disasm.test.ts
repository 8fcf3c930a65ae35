import { expect, test } from "vitest";
import { assemble } from "../../../src/bpf/isa/asm.ts";
import { disasm } from "../../../src/bpf/isa/disasm.ts";
import type { Insn, InsnIndex } from "../../../src/bpf/isa/insn.ts";

function insnsOf(text: string): Insn[] {
  const assembled = assemble(text, { maps: [{ name: "AT_x" }] });
  if (!assembled.ok) throw new Error(`line ${assembled.line}: ${assembled.reason}`);
  return assembled.insns;
}

const listing = `   0: (b7) r1 = 0
   1: (63) *(u32 *)(r10 -4) = r1
   2: (bf) r2 = r10
   3: (07) r2 += -4
   4: (18) r1 = map[AT_x]
   6: (85) call bpf_map_lookup_elem#1
   7: (15) if r0 == 0x0 goto pc+4
   8: (b7) r1 = 1
   9: (db) lock *(u64 *)(r0 +0) += r1
  10: (56) if w0 != 0xffffffff goto pc+1
  11: (05) goto pc+0
  12: (b7) r0 = 0
  13: (95) exit
`;

test("the listing is the kernel's text, numbered by slot", () => {
  expect(disasm(insnsOf(listing), { maps: [{ name: "AT_x" }] })).toBe(listing);
});

test("opcodes, function heads and source lines", () => {
  const insns = insnsOf("r0 = 1\nr1 = 0x100000001\nexit");
  const text = "BEGIN { $x = 1;\n exit() }";
  const lines = [
    { insn: 0 as InsnIndex, start: 8, end: 14 },
    { insn: 2 as InsnIndex, start: 17, end: 23 },
  ];
  expect(disasm(insns, { opcodes: true, source: { text, lines }, funcs: [{ name: "begin_1", start: 0 as InsnIndex }] })).toBe(
    [
      "begin_1:",
      "; $x = 1",
      "   0: (b7) r0 = 1",
      "       b7 00 00 00 01 00 00 00",
      "   1: (18) r1 = 0x100000001",
      "       18 01 00 00 01 00 00 00 00 00 00 00 01 00 00 00",
      "; exit()",
      "   3: (95) exit",
      "       95 00 00 00 00 00 00 00",
      "",
    ].join("\n"),
  );
});

test("labels, comments and bare helper names assemble", () => {
  expect(
    insnsOf("top:\n r1 = -1 ; all ones\n if r1 s> 0x7 goto top\n call bpf_ktime_get_ns\n call top\n r2 = &top // callback\n goto top"),
  ).toEqual([
    { kind: "alu", op: "mov", wide: true, dst: 1, src: { imm: -1 } },
    { kind: "branch", op: "sgt", wide: true, dst: 1, src: { imm: 7 }, target: 0 },
    { kind: "call", helper: 5 },
    { kind: "call_local", target: 0 },
    { kind: "lddw", dst: 2, value: { kind: "func", target: 0 } },
    { kind: "jump", target: 0 },
  ]);
});

test.each([
  ["r1 = 99999999999", 'cannot read "r1 = 99999999999"'],
  ["exit\nfrobnicate", 'cannot read "frobnicate"'],
  ["goto nowhere", "no label nowhere"],
  ["goto +3\nexit", "jump to no insn"],
])("%s", (text, reason) => {
  expect(assemble(text)).toMatchObject({ ok: false, reason });
});
