/** Static probes of programs: notes of an ELF file, and the operands in them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { readElf } from "../../probes/symbols/elf.ts";
import { parseOperands } from "../../probes/symbols/operands.ts";
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
  ["", []],
])("operands %s", (text, want) => expect(shown(text)).toEqual(want));
