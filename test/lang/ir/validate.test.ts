import { expect, test } from "vitest";
import { helper } from "../../../lang/ir/helpers.ts";
import type {
  Address,
  BlockId,
  FuncId,
  IrFunction,
  IrInsn,
  IrMap,
  IrProgram,
  MapId,
  Operand,
  SlotId,
  Terminator,
  VReg,
} from "../../../lang/ir/ir.ts";
import { validateIr } from "../../../lang/ir/validate.ts";

const span = { start: 0, end: 0 };
type Bare<T> = T extends unknown ? Omit<T, "span"> : never;

const v = (n: number): VReg => n as VReg;
const reg = (n: number): Operand => ({ kind: "reg", reg: v(n) });
const imm = (n: number): Operand => ({ kind: "imm", value: BigInt(n) });
const slot = (off = 0): Address => ({ kind: "slot", slot: 0 as SlotId, off });
const ptr = (n: number): Address => ({ kind: "ptr", reg: v(n), off: 0 });
const addr = (a: Address) => ({ kind: "addr", addr: a }) as const;
const map = { kind: "map", map: 0 as MapId } as const;
const ret: Bare<Terminator> = { op: "return", value: imm(0) };

type Draft = readonly [insns: readonly Bare<IrInsn>[], end: Bare<Terminator>];

function problems(...blocks: readonly Draft[]): string[] {
  const func: IrFunction = {
    name: "f",
    params: [v(0)],
    vregCount: 8,
    slots: [{ name: "s", sizeBytes: 16, align: 8 }],
    blocks: blocks.map(([insns, end]) => ({ insns: insns.map((insn) => ({ ...insn, span })), end: { ...end, span } })),
  };
  const hash: IrMap = { name: "@", kind: "hash", keyBytes: 8, valueBytes: 8, maxEntries: 1, script: null };
  const program: IrProgram = { functions: [func], probes: [{ func: 0 as FuncId, attach: [], span }], maps: [hash], actions: [] };
  return validateIr(program);
}

const branch = (a: Operand, then: number, otherwise: number): Bare<Terminator> => ({
  op: "branch",
  cond: "ne",
  a,
  b: imm(0),
  then: then as BlockId,
  else: otherwise as BlockId,
});
const jump = (to: number): Bare<Terminator> => ({ op: "jump", to: to as BlockId });
const lookup: Bare<IrInsn> = { op: "helper", dst: v(1), helper: helper.map_lookup_elem, args: [map, addr(slot())] };
const key: Bare<IrInsn> = { op: "store", to: slot(), size: 8, src: imm(1) };

test("a sound function has no problems", () => {
  expect(problems([[key, lookup], branch(reg(1), 1, 2)], [[{ op: "addTo", to: ptr(1), src: imm(1) }], jump(2)], [[], ret])).toEqual([]);
});

test.each<[string, Draft[], string]>([
  [
    "a register set on one path only",
    [
      [[], branch(reg(0), 1, 2)],
      [[{ op: "mov", dst: v(1), src: imm(1) }], jump(2)],
      [[{ op: "mov", dst: v(2), src: reg(1) }], ret],
    ],
    "f b2.0 (mov): v1 is not assigned on every path",
  ],
  [
    "a register set in a loop body only",
    [
      [[], jump(1)],
      [[{ op: "mov", dst: v(2), src: reg(1) }], branch(reg(0), 2, 3)],
      [[{ op: "mov", dst: v(1), src: imm(1) }], jump(1)],
      [[], ret],
    ],
    "f b1.0 (mov): v1 is not assigned on every path",
  ],
  ["a block that does not exist", [[[], jump(5)]], "f b0 end: block 5 does not exist"],
  [
    "a block that nothing reaches",
    [
      [[], ret],
      [[], ret],
    ],
    "f b1: unreachable block",
  ],
  [
    "a lookup's result used without a test",
    [[[key, lookup, { op: "addTo", to: ptr(1), src: imm(1) }], ret]],
    "f b0.2 (addTo): v1 may be 0",
  ],
  ["a lookup with a key that was not written", [[[lookup], ret]], "f b0.0 (helper): byte 0 of s is read but not written on every path"],
  [
    "a key written in part",
    [[[{ op: "store", to: slot(), size: 4, src: imm(1) }, lookup], ret]],
    "f b0.1 (helper): byte 4 of s is read but not written on every path",
  ],
  [
    "an access past the slot",
    [[[{ op: "store", to: slot(16), size: 8, src: imm(1) }], ret]],
    "f b0.0 (store): bytes 16..24 of s, which has 16",
  ],
  ["a misaligned access", [[[{ op: "store", to: slot(4), size: 8, src: imm(1) }], ret]], "f b0.0 (store): access of 8 bytes at offset 4"],
  [
    "a misaligned record access",
    [[[{ op: "loadCtx", dst: v(1), ctx: v(0), off: 12, size: 8, signed: false }], ret]],
    "f b0.0 (loadCtx): access of 8 record bytes at offset 12",
  ],
  [
    "a helper with too few arguments",
    [[[{ op: "helper", dst: null, helper: helper.map_delete_elem, args: [map] }], ret]],
    "f b0.0 (helper): map_delete_elem called with 1 arguments",
  ],
  [
    "a per-CPU lookup in a map that has none",
    [[[key, { op: "helper", dst: v(1), helper: helper.map_lookup_percpu_elem, args: [map, addr(slot()), imm(0)] }], ret]],
    "f b0.1 (helper): @ is not per CPU",
  ],
  ["a shift by 64", [[[{ op: "bin", fn: "shl", dst: v(1), a: reg(0), b: imm(64) }], ret]], "f b0.0 (bin): shift by 64"],
])("%s", (_, blocks, expected) => {
  expect(problems(...blocks)).toContain(expected);
});

test("a callback's argument must be on the stack, and the callback take two parameters", () => {
  const loop: Bare<IrInsn> = {
    op: "helper",
    dst: null,
    helper: helper.loop,
    args: [imm(3), { kind: "func", func: 0 as FuncId }, addr(slot()), imm(0)],
  };
  expect(problems([[loop], ret])).toEqual([
    "f b0.0 (helper): the argument of a callback is not on the stack",
    "f b0.0 (helper): callback with the wrong number of parameters",
  ]);
});
