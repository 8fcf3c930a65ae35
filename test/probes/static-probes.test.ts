/** Static probes of programs: notes of an ELF file, and the operands in them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { readElf } from "../../probes/symbols/elf.ts";
import { parseOperands, whyUnreached } from "../../probes/symbols/operands.ts";
import { fixtureBytes } from "../support/fixtures.ts";

const demo = fixtureBytes("sdt/demo");

/** As `readelf -n` prints them. */
const notes = [
  { provider: "demo", name: "request", address: 0x4000c1n, semaphore: 0n, operands: "-4@%edi 8@%rsi" },
  { provider: "demo", name: "done", address: 0x400133n, semaphore: 0x40114an, operands: "-4@12(%rsp) 4@$7 -1@%al" },
];

test("notes of a program", () => {
  expect(readElf(demo)!.staticProbes).toEqual(notes);
});

test("a program that was prelinked: addresses move with .stapsdt.base", () => {
  const moved = Uint8Array.from(demo);
  const view = new DataView(moved.buffer);
  const linked = 0x400149n;
  let changed = 0;
  // The address that notes have for the base: behind the one of the probe.
  for (let at = 0; at + 16 <= moved.length; at++) {
    if (view.getBigUint64(at, true) !== notes[changed]?.address || view.getBigUint64(at + 8, true) !== linked) continue;
    view.setBigUint64(at + 8, linked - 0x1000n, true);
    changed++;
  }
  expect(changed).toBe(2);
  expect(readElf(moved)!.staticProbes.map(({ address }) => address)).toEqual(notes.map(({ address }) => address + 0x1000n));
});

const globals = fixtureBytes("sdt/globals");

test("data of a program that is put anywhere: where the kernel finds it from the probe's code", () => {
  // As `readelf -n` and `readelf -s` print them: -4@total(%rip) -4@calls.0(%rip) -2@zeroed(%rip) 8@16+table(%rip) -4@%edi.
  const [total, calls, zeroed, table] = [0x4040, 0x4000, 0x4044, 0x4020];
  expect(readElf(globals)!.staticProbes.map(({ name, operands }) => [name, operands])).toEqual([
    ["served", `-4@@+${total} -4@@+${calls} -2@@+${zeroed} 8@@+${table + 16} -4@%edi`],
    ["many", `4@$1 4@$2 4@$3 4@$4 4@$5 4@$6 4@$7 4@$8 4@$9 4@$10 4@$11 -4@@+${total}`],
  ]);
});

/** The program with other operands, of the same length or shorter, in the first note, after `edit`. */
function withOperands(operands: string, edit: (view: DataView) => void = () => undefined): string {
  const bytes = Uint8Array.from(globals);
  const at = Buffer.from(bytes).indexOf("-4@total(%rip) -4@calls.0");
  const room = bytes.indexOf(0, at) - at;
  bytes.fill(0, at, at + room);
  bytes.set(Buffer.from(operands), at);
  edit(new DataView(bytes.buffer));
  return readElf(bytes)!.staticProbes[0]!.operands;
}
const ofMachine = (machine: number) => (view: DataView) => {
  view.setUint16(18, machine, true);
};
const fixed = (view: DataView): void => {
  view.setUint16(16, 2, true);
};

test.each<[string, string, (view: DataView) => void, string]>([
  ["with an offset on either side", "4@total+4(%rip) 4@8+total(%rip) 4@total-4(%rip)", () => undefined, "4@@+16452 4@@+16456 4@@+16444"],
  ["of no such symbol", "4@absent(%rip) 8@%rdi", () => undefined, "4@absent(%rip) 8@%rdi"],
  ["its address, where the program is not moved", "8@$total 4@total", fixed, "8@$16448 4@@+16448"],
  ["its address, where it is", "8@$total 4@total", () => undefined, "8@$total 4@total"],
  ["low bits of its address, of arm64", "4@[x0, #:lo12:total] 4@[x1, 8]", ofMachine(183), "4@[x0, 64] 4@[x1, 8]"],
])("data of a program: %s", (_what, operands, edit, want) => expect(withOperands(operands, edit)).toBe(want));

test("code that lies elsewhere in the file than its address says: data is as far from it as it is in memory", () => {
  const moved = (view: DataView): void => {
    // The second segment, whose addresses are moved together with the probe's.
    const header = Number(view.getBigUint64(32, true)) + 56;
    view.setBigUint64(header + 16, 0x2000n, true);
    const note = Buffer.from(view.buffer).indexOf("stapsdt") + 8;
    view.setBigUint64(note, view.getBigUint64(note, true) + 0x1000n, true);
  };
  expect(withOperands("4@total(%rip)", moved)).toBe(`4@@+${0x4040 - 0x1000}`);
});

test("damage gives fewer probes, never an exception", () => {
  const edits = fc.array(fc.tuple(fc.nat(demo.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(edits, fc.nat(demo.length), (bytes, length) => {
      const damaged = Uint8Array.from(demo.subarray(0, Math.max(64, length)));
      for (const [at, value] of bytes) damaged[at % damaged.length] = value;
      expect(readElf(damaged)?.staticProbes.length ?? 0).toBeLessThanOrEqual(2);
    }),
  );
});

const shown = (text: string): string[] =>
  parseOperands(text).map(({ sizeBytes, signed, where }) => {
    const place = where.kind === "fetch" ? where.text : where.kind === "constant" ? `\\${where.value}` : "elsewhere";
    return `${signed ? "s" : "u"}${8 * sizeBytes} ${place}`;
  });

test.each([
  ["-4@%edi 8@%rsi", ["s32 %di", "u64 %si"]],
  ["4@%r10d 2@%r9w 1@%bl 8@%rax 1@%sil", ["u32 %r10", "u16 %r9", "u8 %bx", "u64 %ax", "u8 %si"]],
  ["-4@-20(%rbp) 8@(%rsp) 8@0x10(%rdx)", ["s32 -20(%bp)", "u64 +0(%sp)", "u64 +16(%dx)"]],
  ["4@$7 -8@$-1", ["u32 \\7", "s64 \\-1"]],
  ["8@8(%rax,%rbx,8) -4@total(%rip) 8f@%xmm0 1@%ah", ["u64 elsewhere", "s32 elsewhere", "u64 elsewhere", "u8 elsewhere"]],
  ["8@x0 -4@w19 8@[sp, 16] 4@[x29,-8] 8@[x1] 4@12", ["u64 %x0", "s32 %x19", "u64 +16(%sp)", "u32 -8(%x29)", "u64 +0(%x1)", "u32 \\12"]],
  ["-4@@+16448 8@@+0", ["s32 @+16448", "u64 @+0"]],
  ["8@8(,%rax,1) 8@(,%rcx) 8@xzr 4@#12", ["u64 +8(%ax)", "u64 +0(%cx)", "u64 \\0", "u32 \\12"]],
  ["8@[sp] -4@[sp, 12] 8@[x30, #-8]", ["u64 +0(%sp)", "s32 +12(%sp)", "u64 -8(%x30)"]],
  ["8@160(%r15) -4@%r2 8@%gpr31 8@@4194304", ["u64 +160(%r15)", "s32 %r2", "u64 %gpr31", "u64 @4194304"]],
  ["", []],
])("operands %s", (text, want) => expect(shown(text)).toEqual(want));

const PLUS = /adds up no registers/;
test.each([
  ["8@(%rdi,%rax,4)", PLUS],
  ["-4@8(%rbp,%rcx,8)", PLUS],
  ["8@table(,%rax,8)", PLUS],
  ["8@[x0, x1, lsl 3]", PLUS],
  ["4@[x0, w1, sxtw 2]", PLUS],
  ["8@%xmm0", /no vector/],
  ["8@d0", /no vector/],
  ["8@v0.d[1]", /no vector/],
  ["8f@%xmm0", /floating-point number/],
  ["4f@-8(%rbp)", /floating-point number/],
  ["1@%ah", /low bytes/],
  ["4@%fs:8", /segment register/],
  ["4@8(%rip)", /relative to an instruction/],
  ["4@gone+8(%rip)", /does not say where/],
  ["4@[x0, #:lo12:gone]", /does not say where/],
  ["16@?", /no fetch argument/],
])("what no fetch argument reaches says why: %s", (text, why) => {
  const [operand] = parseOperands(text);
  expect(whyUnreached(operand!)?.why).toMatch(why);
  expect(whyUnreached(operand!)?.why).toContain(text);
  expect(whyUnreached(parseOperands("8@%rdi")[0]!)).toBeNull();
});

test.each([
  [
    "of PowerPC, registers have no mark and constants have one",
    21,
    "-4@3 8@16(1) 4@i7 -4@i-7 8@%r5",
    "-4@%gpr3 8@16(%gpr1) 4@$7 -4@$-7 8@%gpr5",
  ],
  ["of x86, a number without a mark is an address", 62, "4@0x4000 4@$7 8@8(%rdi)", "4@@16384 4@$7 8@8(%rdi)"],
  ["of arm64, it is a constant", 183, "4@7 8@x0", "4@7 8@x0"],
])("operands %s", (_what, machine, operands, want) => expect(withOperands(operands, ofMachine(machine))).toBe(want));
