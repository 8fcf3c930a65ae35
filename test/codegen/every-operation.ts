/** A program with each operation of the IR in each of its forms. */
import type { BinFn, Cond, IrProgram, Slot } from "../../lang/ir/ir.ts";
import { addr, bb, branch, func, funcArg, hashMap, imm, map, program, ptr, reg, ret, slot, slotAt, tracepoint, v } from "./ir-builder.ts";
import type { Body } from "./ir-builder.ts";

const binFns: readonly BinFn[] = ["add", "sub", "mul", "udiv", "umod", "and", "or", "xor", "shl", "lshr", "ashr"];
const conds: readonly Cond[] = ["eq", "ne", "ult", "ule", "ugt", "uge", "slt", "sle", "sgt", "sge"];
const wide = 0x1234_5678_9abc_def0n;
const sizes = [1, 2, 4, 8] as const;

/** v0 context, v1 and v2 unknown numbers, v3 a result that goes on into v1. */
const use: Body = { op: "bin", fn: "xor", dst: v(1), a: reg(1), b: reg(3) };

const body: readonly Body[] = [
  ...binFns.flatMap((fn): Body[] => [
    { op: "bin", fn, dst: v(3), a: reg(1), b: reg(2) },
    use,
    { op: "bin", fn, dst: v(3), a: reg(1), b: imm(12) },
    use,
    { op: "bin", fn, dst: v(3), a: imm(12), b: reg(2) },
    use,
    { op: "bin", fn, dst: v(3), a: reg(1), b: imm(wide) },
    use,
    { op: "bin", fn, dst: v(3), a: reg(1), b: imm(0) },
    use,
    { op: "bin", fn, dst: v(2), a: reg(1), b: reg(2) },
  ]),
  ...([8, 16, 32] as const).flatMap((bits): Body[] => [
    { op: "ext", dst: v(3), src: reg(1), bits, signed: true },
    use,
    { op: "ext", dst: v(3), src: reg(1), bits, signed: false },
    use,
  ]),
  ...([16, 32, 64] as const).flatMap((bits): Body[] => [{ op: "bswap", dst: v(3), src: reg(1), bits }, use]),
  ...conds.flatMap((cond): Body[] => [
    { op: "setcc", dst: v(3), cond, a: reg(1), b: reg(2) },
    use,
    { op: "setcc", dst: v(3), cond, a: reg(1), b: imm(wide) },
    use,
    { op: "setcc", dst: v(2), cond, a: imm(7), b: reg(2) },
  ]),
  { op: "log2", dst: v(3), src: reg(1) },
  use,
  { op: "hide", dst: v(3), src: reg(1) },
  use,
  { op: "hide", dst: v(3), src: imm(wide) },
  use,
  { op: "zero", to: slotAt(0), sizeBytes: 40 },
  { op: "zero", to: slotAt(1), sizeBytes: 400 },
  { op: "zero", to: slotAt(2), sizeBytes: 1024 },
  { op: "bytes", to: slotAt(0, 3), bytes: new TextEncoder().encode("seventeen letters") },
  { op: "copy", to: slotAt(1), from: slotAt(0), sizeBytes: 39 },
  { op: "copy", to: slotAt(2, 4), from: slotAt(1), sizeBytes: 396 },
  ...sizes.flatMap((size): Body[] => [
    { op: "store", to: slotAt(0, 8), size, src: reg(1) },
    { op: "store", to: slotAt(0, 16), size, src: imm(wide) },
    // Not aligned: in parts.
    { op: "store", to: slotAt(0, 25), size, src: reg(1) },
    { op: "load", dst: v(3), from: slotAt(0, 25), size, signed: true },
    use,
    { op: "load", dst: v(3), from: slotAt(1, 8), size, signed: false },
    use,
    { op: "loadCtx", dst: v(3), ctx: v(0), off: 16, size, signed: size < 8 },
    use,
    { op: "loadCtx", dst: v(3), ctx: v(0), off: 17, size, signed: false },
    use,
  ]),
  { op: "addTo", to: slotAt(0, 8), src: reg(1) },
  { op: "addressOf", dst: v(4), addr: slotAt(1, 16) },
  { op: "store", to: ptr(4, 8), size: 8, src: reg(1) },
  { op: "ctx", dst: v(5) },
  { op: "loadCtx", dst: v(3), ctx: v(5), off: 24, size: 4, signed: true },
  use,
  { op: "call", dst: v(3), func: 1 as never, args: [reg(1), addr(slotAt(1)), reg(4), imm(wide), { kind: "ctx" }] },
  use,
  { op: "store", to: slotAt(3), size: 8, src: reg(4) },
  { op: "helper", dst: v(3), helper: 181, args: [imm(3), funcArg(2), addr(slotAt(3)), imm(0)] },
  use,
  { op: "store", to: slotAt(4), size: 8, src: reg(1) },
  { op: "helper", dst: null, helper: 2, args: [map(0), addr(slotAt(4)), addr(slotAt(0)), imm(0)] },
  { op: "helper", dst: v(6), helper: 1, args: [map(0), addr(slotAt(4))] },
];

const slots: readonly Slot[] = [slot(40), slot(400), slot(1024), slot(8), slot(8)];

export const everyOperation: IrProgram = program(
  [
    func("all", [0], slots, [
      {
        insns: [
          { op: "loadCtx", dst: v(1), ctx: v(0), off: 8, size: 8, signed: false },
          { op: "helper", dst: v(2), helper: 7, args: [] },
          ...body,
        ],
        end: branch("eq", reg(6), imm(0), 1, 2),
      },
      { insns: [], end: ret(reg(1)) },
      { insns: [{ op: "addTo", to: ptr(6), src: reg(1) }], end: branch("slt", reg(1), imm(wide), 3, 1) },
      { insns: [{ op: "addTo", to: ptr(6, 8), src: imm(1) }], end: { op: "jump", to: bb(1) } },
    ]),
    func(
      "five",
      [0, 1, 2, 3, 4],
      [slot(200)],
      [
        {
          insns: [
            { op: "zero", to: slotAt(0), sizeBytes: 200 },
            { op: "load", dst: v(5), from: ptr(1), size: 8, signed: false },
            { op: "load", dst: v(6), from: ptr(2), size: 8, signed: false },
            { op: "bin", fn: "add", dst: v(5), a: reg(5), b: reg(6) },
            { op: "loadCtx", dst: v(6), ctx: v(4), off: 8, size: 8, signed: false },
            { op: "bin", fn: "add", dst: v(5), a: reg(5), b: reg(6) },
            { op: "bin", fn: "add", dst: v(5), a: reg(5), b: reg(3) },
            { op: "bin", fn: "add", dst: v(5), a: reg(5), b: reg(0) },
          ],
          end: ret(reg(5)),
        },
      ],
    ),
    func(
      "each",
      [0, 1],
      [],
      [
        {
          insns: [
            { op: "load", dst: v(2), from: ptr(1), size: 8, signed: false },
            { op: "addTo", to: ptr(2), src: reg(0) },
          ],
          end: ret(0),
        },
      ],
    ),
  ],
  [hashMap("@table", 8, 40)],
  tracepoint("sched", "sched_switch"),
);
