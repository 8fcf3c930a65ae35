import fc from "fast-check";
import { expect, test } from "vitest";
import { assemble } from "../../../src/bpf/isa/asm.ts";
import { decode } from "../../../src/bpf/isa/decode.ts";
import { insnText } from "../../../src/bpf/isa/disasm.ts";
import { encode, slotOffsets } from "../../../src/bpf/isa/encode.ts";
import type { Insn, InsnIndex } from "../../../src/bpf/isa/insn.ts";
import { anyInsns } from "../../support/insn-arbitrary.ts";

const at = (index: number): InsnIndex => index as InsnIndex;
const hex = (insns: readonly Insn[]): string => Buffer.from(encode(insns)).toString("hex");

test("decode(encode(x)) is x", () => {
  fc.assert(
    fc.property(anyInsns, (insns) => {
      expect(decode(encode(insns))).toEqual({ ok: true, insns });
    }),
    { numRuns: 500 },
  );
});

test("assembling the listing gives the same instructions", () => {
  fc.assert(
    fc.property(anyInsns, (insns) => {
      const slotOf = slotOffsets(insns);
      const known = insns.map((insn): Insn => (insn.kind === "call" ? { kind: "call", helper: 5 } : insn));
      const text = known.map((insn, index) => insnText(insn, slotOf[index]!, { slotOf })).join("\n");
      expect(assemble(text)).toEqual({ ok: true, insns: known, labels: new Map() });
    }),
    { numRuns: 500 },
  );
});

test("decoding any bytes gives instructions that encode to them again, or a slot and a reason", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const decoded = decode(bytes);
      if (decoded.ok) expect(encode(decoded.insns)).toEqual(bytes);
      else expect(decoded.damage.slot).toBeLessThanOrEqual(bytes.length / 8);
    }),
    { numRuns: 2000 },
  );
});

test.each<[string, Insn[], string]>([
  ["r0 = 42", [{ kind: "alu", op: "mov", wide: true, dst: 0, src: { imm: 42 } }], "b70000002a000000"],
  ["w1 = w2", [{ kind: "alu", op: "mov", wide: false, dst: 1, src: { reg: 2 } }], "bc21000000000000"],
  ["r1 s/= -2", [{ kind: "alu", op: "sdiv", wide: true, dst: 1, src: { imm: -2 } }], "37010100feffffff"],
  ["r1 = (s8)r2", [{ kind: "movsx", wide: true, bits: 8, dst: 1, src: 2 }], "bf21080000000000"],
  ["r1 = be16 r1", [{ kind: "end", order: "be", bits: 16, dst: 1 }], "dc01000010000000"],
  ["r1 = bswap64 r1", [{ kind: "end", order: "swap", bits: 64, dst: 1 }], "d701000040000000"],
  ["*(u32 *)(r10 -4) = r1", [{ kind: "store", size: 4, base: 10, off: -4, src: { reg: 1 } }], "631afcff00000000"],
  ["r2 = *(s16 *)(r3 +6)", [{ kind: "load", size: 2, signed: true, dst: 2, base: 3, off: 6 }], "8932060000000000"],
  [
    "r3 = atomic64_fetch_add((u64 *)(r1 +0), r3)",
    [{ kind: "atomic", op: "add", fetch: true, size: 8, base: 1, off: 0, src: 3 }],
    "db31000001000000",
  ],
  [
    "r1 = 0xfedcba9876543210",
    [{ kind: "lddw", dst: 1, value: { kind: "imm64", value: 0xfedcba9876543210n } }],
    "18010000103254760000000098badcfe",
  ],
  ["r1 = map[3]", [{ kind: "lddw", dst: 1, value: { kind: "map", map: 3 } }], "18110000030000000000000000000000"],
  ["r1 = map[3][0]+16", [{ kind: "lddw", dst: 1, value: { kind: "map_value", map: 3, off: 16 } }], "18210000030000000000000010000000"],
])("%s", (text, insns, bytes) => {
  expect(hex(insns)).toBe(bytes);
  expect(insnText(insns[0]!, 0, { slotOf: [0] })).toBe(text);
});

test("targets count slots, an lddw is two", () => {
  const insns: Insn[] = [
    { kind: "branch", op: "eq", wide: true, dst: 1, src: { imm: 0 }, target: at(2) },
    { kind: "lddw", dst: 2, value: { kind: "func", target: at(3) } },
    { kind: "exit" },
    { kind: "exit" },
  ];
  expect(slotOffsets(insns)).toEqual([0, 1, 3, 4]);
  expect(hex(insns)).toBe("15010200000000001842000002000000000000000000000095000000000000009500000000000000");
});

test("a jump that is too far for 16 bits becomes gotol", () => {
  const nop: Insn = { kind: "alu", op: "mov", wide: true, dst: 0, src: { imm: 0 } };
  const insns: Insn[] = [{ kind: "jump", target: at(40_001) }, ...Array<Insn>(40_000).fill(nop), { kind: "exit" }];
  expect(encode(insns)[0]).toBe(0x06);
  expect(decode(encode(insns))).toEqual({ ok: true, insns });
  expect(() => encode([{ kind: "branch", op: "eq", wide: true, dst: 0, src: { imm: 0 }, target: at(40_001) }, ...insns.slice(1)])).toThrow(
    RangeError,
  );
});

test.each<[string, string, number, string]>([
  ["b7000000", "half a slot", 0, "truncated instruction"],
  ["b710000000000000", "src in mov imm", 0, "BPF_MOV uses reserved fields"],
  ["0700010000000000", "offset in add", 0, "BPF_ALU uses reserved fields"],
  ["bc21200000000000", "32-bit movsx of 32 bits", 0, "BPF_MOV uses reserved fields"],
  ["8710000000000000", "src in neg", 0, "BPF_NEG uses reserved fields"],
  ["d701000008000000", "bswap8", 0, "BPF_END uses reserved fields"],
  ["6112000001000000", "imm in load", 0, "BPF_LDX uses reserved fields"],
  ["6212000000000000", "src in store of imm", 0, "BPF_ST uses reserved fields"],
  ["9912000000000000", "sign-extending load of 8 bytes", 0, "unknown opcode 99"],
  ["0501000000000000", "dst in ja", 0, "BPF_JA uses reserved fields"],
  ["8500010005000000", "off in call", 0, "BPF_CALL uses reserved fields"],
  ["8520000005000000", "kfunc call", 0, "BPF_CALL uses reserved fields"],
  ["9500000001000000", "imm in exit", 0, "BPF_EXIT uses reserved fields"],
  ["9d00000000000000", "exit with a register operand", 0, "unknown opcode 9d"],
  ["d800000000000000", "unknown class use", 0, "unknown opcode d8"],
  ["b70b000000000000", "r11", 0, "R11 is invalid"],
  ["c312000000000000c312000099000000", "unknown atomic", 1, "BPF_ATOMIC uses invalid atomic opcode 99"],
  ["1801000000000000", "half an lddw", 0, "invalid bpf_ld_imm64 insn"],
  ["18010000000000000100000000000000", "second half with an opcode", 0, "invalid bpf_ld_imm64 insn"],
  ["18310000000000000000000000000000", "BTF variable", 0, "unrecognized bpf_ld_imm64 insn"],
  ["0500010000000000180100000000000000000000000000009500000000000000", "jump into lddw", 0, "jump into the middle of ldimm64 insn 1"],
  ["0500010000000000", "jump past the end", 0, "jump out of range from insn 0 to 2"],
  ["0500feff00000000", "jump before the start", 0, "jump out of range from insn 0 to -1"],
])("damage: %s (%s)", (bytes, _what, slot, reason) => {
  expect(decode(new Uint8Array(Buffer.from(bytes, "hex")))).toEqual({ ok: false, damage: { slot, reason } });
});
