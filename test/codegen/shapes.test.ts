/** The instructions of the shapes that scripts are made of. */
import { expect, test } from "vitest";
import type { IrProgram } from "../../lang/ir/ir.ts";
import { disasm } from "../../src/bpf/isa/disasm.ts";
import { codegen } from "../../src/codegen/codegen.ts";
import {
  addr,
  bb,
  branch,
  func,
  funcArg,
  hashMap,
  imm,
  jump,
  map,
  program,
  ptr,
  reg,
  ret,
  slot,
  slotAt,
  tracepoint,
  v,
} from "./ir-builder.ts";
import type { Body, End } from "./ir-builder.ts";

const listing = (ir: IrProgram): string => {
  const { programs, maps } = codegen(ir);
  const { insns, funcs } = programs[0]!;
  return `\n${disasm(insns, { maps, funcs })}`.replaceAll(/^ *\d+: \(..\) /gm, "  ").trimEnd() + "\n";
};

/** One block that returns `result`, of a function over its context in v0. */
const straight = (insns: readonly Body[], result: End = ret(0), slots = [slot(16)]): string =>
  listing(program([func("f", [0], slots, [{ insns, end: result }])]));

const field = (dst: number, off = 8): Body => ({ op: "loadCtx", dst: v(dst), ctx: v(0), off, size: 8, signed: false });

test("@[args.x] = count()", () => {
  const ir = program(
    [
      func(
        "f",
        [0],
        [slot(8), slot(8)],
        [
          {
            insns: [
              { op: "loadCtx", dst: v(1), ctx: v(0), off: 24, size: 4, signed: true },
              { op: "store", to: slotAt(0), size: 8, src: reg(1) },
              { op: "helper", dst: v(2), helper: 1, args: [map(0), addr(slotAt(0))] },
            ],
            end: branch("eq", reg(2), imm(0), 2, 1),
          },
          { insns: [{ op: "addTo", to: ptr(2), src: imm(1) }], end: jump(3) },
          {
            insns: [
              { op: "store", to: slotAt(1), size: 8, src: imm(1) },
              { op: "helper", dst: v(3), helper: 2, args: [map(0), addr(slotAt(0)), addr(slotAt(1)), imm(1)] },
            ],
            end: jump(3),
          },
          { insns: [], end: ret(0) },
        ],
      ),
    ],
    [hashMap("@", 8, 8, "percpu_hash")],
    tracepoint("sched", "sched_switch"),
  );
  expect(listing(ir)).toMatchInlineSnapshot(`
    "
    sched_switch:
      r5 = *(u32 *)(r1 +24)
      r5 <<= 32
      r5 s>>= 32
      *(u64 *)(r10 -8) = r5
      r1 = map[AT_]
      r2 = r10
      r2 += -8
      call bpf_map_lookup_elem#1
      if r0 != 0x0 goto pc+10
      *(u64 *)(r10 -16) = 1
      r1 = map[AT_]
      r2 = r10
      r2 += -8
      r3 = r10
      r3 += -16
      r4 = 1
      call bpf_map_update_elem#2
      goto pc+3
      r5 = *(u64 *)(r0 +0)
      r5 += 1
      *(u64 *)(r0 +0) = r5
      r0 = 0
      exit
    "
  `);
});

test("a value that is needed after a call is saved in r6, one that is not stays where it is an argument", () => {
  expect(
    straight(
      [field(1), { op: "helper", dst: v(2), helper: 5, args: [] }, { op: "bin", fn: "sub", dst: v(3), a: reg(2), b: reg(1) }],
      ret(reg(3)),
    ),
  ).toMatchInlineSnapshot(`
    "
    begin:
      r6 = *(u64 *)(r1 +8)
      call bpf_ktime_get_ns#5
      r0 -= r6
      exit
    "
  `);
});

test("the context stays in r1 until the first call", () => {
  expect(straight([field(1), field(2, 16), { op: "bin", fn: "add", dst: v(3), a: reg(1), b: reg(2) }], ret(reg(3)))).toMatchInlineSnapshot(`
    "
    begin:
      r0 = *(u64 *)(r1 +8)
      r5 = *(u64 *)(r1 +16)
      r0 += r5
      exit
    "
  `);
});

test("constants: one instruction where 32 bits are enough, cheap forms of multiplication and division", () => {
  expect(
    straight(
      [
        field(1),
        { op: "bin", fn: "mul", dst: v(2), a: reg(1), b: imm(8) },
        { op: "bin", fn: "udiv", dst: v(2), a: reg(2), b: imm(16) },
        { op: "bin", fn: "umod", dst: v(2), a: reg(2), b: imm(32) },
        { op: "bin", fn: "and", dst: v(2), a: reg(2), b: imm(0xffff_ffffn) },
        { op: "bin", fn: "and", dst: v(2), a: reg(2), b: imm(0xffff_0000n) },
        { op: "bin", fn: "sub", dst: v(2), a: reg(2), b: imm(5) },
        { op: "bin", fn: "xor", dst: v(2), a: reg(2), b: imm(0x8000_0000n) },
        { op: "bin", fn: "add", dst: v(2), a: reg(2), b: imm(1n << 40n) },
        { op: "bin", fn: "udiv", dst: v(3), a: reg(2), b: imm(0) },
        { op: "bin", fn: "or", dst: v(2), a: reg(2), b: reg(3) },
      ],
      ret(reg(2)),
    ),
  ).toMatchInlineSnapshot(`
    "
    begin:
      r0 = *(u64 *)(r1 +8)
      r0 <<= 3
      r0 >>= 4
      r0 &= 31
      w0 = w0
      w0 &= -65536
      r0 += -5
      w5 = -2147483648
      r0 ^= r5
      r5 = 0x10000000000
      r0 += r5
      r5 = 0
      r0 |= r5
      exit
    "
  `);
});

test("a comparison that only a branch reads becomes the branch, negated as often as the script says", () => {
  const ir = program([
    func(
      "f",
      [0],
      [],
      [
        {
          insns: [
            field(1),
            { op: "setcc", dst: v(2), cond: "slt", a: reg(1), b: imm(7) },
            { op: "setcc", dst: v(3), cond: "eq", a: reg(2), b: imm(0) },
          ],
          end: branch("ne", reg(3), imm(0), 1, 2),
        },
        { insns: [], end: ret(1) },
        { insns: [], end: ret(2) },
      ],
    ),
  ]);
  expect(listing(ir)).toMatchInlineSnapshot(`
    "
    begin:
      r5 = *(u64 *)(r1 +8)
      if r5 s< 0x7 goto pc+2
      r0 = 1
      exit
      r0 = 2
      exit
    "
  `);
});

test("a comparison is not moved past a change of what it compares", () => {
  const ir = program([
    func(
      "f",
      [0],
      [],
      [
        {
          insns: [field(1), { op: "setcc", dst: v(2), cond: "slt", a: reg(1), b: imm(7) }, { op: "mov", dst: v(1), src: imm(9) }],
          end: branch("ne", reg(2), imm(0), 1, 2),
        },
        { insns: [], end: ret(reg(1)) },
        { insns: [], end: ret(2) },
      ],
    ),
  ]);
  expect(listing(ir)).toMatchInlineSnapshot(`
    "
    begin:
      r0 = *(u64 *)(r1 +8)
      r5 = 1
      if r0 s< 0x7 goto pc+1
      r5 = 0
      r0 = 9
      if r5 == 0x0 goto pc+1
      exit
      r0 = 2
      exit
    "
  `);
});

test("what nobody reads and what nobody reaches is left out", () => {
  const ir = program([
    func(
      "f",
      [0],
      [],
      [
        {
          insns: [field(1), { op: "bin", fn: "add", dst: v(2), a: reg(1), b: imm(1) }, { op: "mov", dst: v(3), src: imm(4) }],
          end: branch("ult", reg(3), imm(5), 1, 2),
        },
        { insns: [], end: jump(3) },
        { insns: [{ op: "helper", dst: v(4), helper: 5, args: [] }], end: ret(reg(4)) },
        { insns: [], end: ret(0) },
      ],
    ),
  ]);
  expect(listing(ir)).toMatchInlineSnapshot(`
    "
    begin:
      r0 = 0
      exit
    "
  `);
});

test("a loop keeps its counter in a register", () => {
  const ir = program([
    func(
      "f",
      [0],
      [],
      [
        {
          insns: [
            { op: "mov", dst: v(1), src: imm(0) },
            { op: "mov", dst: v(2), src: imm(0) },
          ],
          end: jump(1),
        },
        { insns: [], end: branch("ult", reg(1), imm(10), 2, 3) },
        {
          insns: [
            { op: "helper", dst: v(3), helper: 7, args: [] },
            { op: "bin", fn: "add", dst: v(4), a: reg(2), b: reg(3) },
            { op: "mov", dst: v(2), src: reg(4) },
            { op: "bin", fn: "add", dst: v(1), a: reg(1), b: imm(1) },
          ],
          end: { op: "jump", to: bb(1) },
        },
        { insns: [], end: ret(reg(2)) },
      ],
    ),
  ]);
  expect(listing(ir)).toMatchInlineSnapshot(`
    "
    begin:
      r7 = 0
      r6 = 0
      if r7 >= 0xa goto pc+4
      call bpf_get_prandom_u32#7
      r6 += r0
      r7 += 1
      goto pc-5
      r0 = r6
      exit
    "
  `);
});

test("memory: words where the offsets allow it, strings as immediates", () => {
  expect(
    straight(
      [
        { op: "zero", to: slotAt(0), sizeBytes: 15 },
        { op: "bytes", to: slotAt(0, 4), bytes: new TextEncoder().encode("comm\0") },
        { op: "copy", to: slotAt(1), from: slotAt(0), sizeBytes: 11 },
        { op: "helper", dst: null, helper: 2, args: [map(0), addr(slotAt(1)), addr(slotAt(1)), imm(0)] },
      ],
      ret(0),
      [slot(16), slot(16)],
    ),
  ).toMatchInlineSnapshot(`
    "
    begin:
      *(u64 *)(r10 -16) = 0
      *(u32 *)(r10 -8) = 0
      *(u16 *)(r10 -4) = 0
      *(u8 *)(r10 -2) = 0
      *(u32 *)(r10 -12) = 1835888483
      *(u8 *)(r10 -8) = 0
      r5 = *(u64 *)(r10 -16)
      *(u64 *)(r10 -32) = r5
      r5 = *(u16 *)(r10 -8)
      *(u16 *)(r10 -24) = r5
      r5 = *(u8 *)(r10 -6)
      *(u8 *)(r10 -22) = r5
      r1 = map[0]
      r2 = r10
      r2 += -32
      r3 = r10
      r3 += -32
      r4 = 0
      call bpf_map_update_elem#2
      r0 = 0
      exit
    "
  `);
});

test("a large slot is in scratch memory, which is looked up once, and cleared by a helper", () => {
  expect(
    straight(
      [
        { op: "zero", to: slotAt(0), sizeBytes: 1024 },
        { op: "store", to: slotAt(0, 1016), size: 8, src: imm(1) },
      ],
      ret(0),
      [slot(1024)],
    ),
  ).toMatchInlineSnapshot(`
    "
    begin:
      *(u32 *)(r10 -8) = 0
      r1 = map[scratch]
      r2 = r10
      r2 += -8
      call bpf_map_lookup_elem#1
      r6 = r0
      if r6 != 0x0 goto pc+2
      r0 = 0
      exit
      r1 = r6
      r2 = 1024
      r3 = 0
      call bpf_probe_read_kernel#113
      *(u64 *)(r6 +1016) = 1
      r0 = 0
      exit
    "
  `);
});

test("slots that are not needed at the same time share their bytes", () => {
  const put = (n: number): Body[] => [
    { op: "store", to: slotAt(n), size: 8, src: imm(n) },
    { op: "helper", dst: null, helper: 3, args: [map(0), addr(slotAt(n))] },
  ];
  expect(straight([...put(0), ...put(1)], ret(0), [slot(8), slot(8)])).toMatchInlineSnapshot(`
    "
    begin:
      *(u64 *)(r10 -8) = 0
      r1 = map[0]
      r2 = r10
      r2 += -8
      call bpf_map_delete_elem#3
      *(u64 *)(r10 -8) = 1
      r1 = map[0]
      r2 = r10
      r2 += -8
      call bpf_map_delete_elem#3
      r0 = 0
      exit
    "
  `);
});

test("a callback is a function of the program, log2 another", () => {
  const ir = program([
    func(
      "f",
      [0],
      [slot(8)],
      [
        {
          insns: [
            field(1),
            { op: "log2", dst: v(2), src: reg(1) },
            { op: "store", to: slotAt(0), size: 8, src: reg(2) },
            { op: "helper", dst: null, helper: 181, args: [imm(4), funcArg(1), addr(slotAt(0)), imm(0)] },
          ],
          end: ret(0),
        },
      ],
    ),
    func("loop", [0, 1], [], [{ insns: [{ op: "addTo", to: ptr(1), src: reg(0) }], end: ret(0) }]),
  ]);
  const { programs } = codegen(ir);
  expect(programs[0]!.funcs).toEqual([
    { name: "begin", start: 0 },
    { name: "log2", start: expect.any(Number) as number },
    { name: "loop", start: expect.any(Number) as number },
  ]);
  expect(listing(ir).split("log2:")[0]).toMatchInlineSnapshot(`
    "
    begin:
      r1 = *(u64 *)(r1 +8)
      call pc+10
      *(u64 *)(r10 -8) = r0
      r1 = 4
      r2 = subprog[+47]
      r3 = r10
      r3 += -8
      r4 = 0
      call bpf_loop#181
      r0 = 0
      exit
    "
  `);
});
