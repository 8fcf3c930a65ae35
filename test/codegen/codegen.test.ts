/** What surrounds the instructions: programs, sections, maps, attach points, frames. */
import { describe, expect, test } from "vitest";
import type { ResolvedAttachPoint } from "../../lang/catalogue.ts";
import type { FuncId, IrFunction, IrProgram } from "../../lang/ir/ir.ts";
import { codegen } from "../../src/codegen/codegen.ts";
import type { ProgramSpec } from "../../src/bpf/spec.ts";
import { kernelAccepts } from "../support/kernel-load.ts";
import {
  addr,
  begin,
  branch,
  func,
  funcArg,
  hashMap,
  imm,
  interval,
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
import type { Body } from "./ir-builder.ts";
import { outcomeOfIr, outcomeOfProgram } from "./run-program.ts";

const nothing = func("f", [0], [], [{ insns: [], end: ret(0) }]);
const end: ResolvedAttachPoint = { provider: "end", name: "end" };

const probes = (points: readonly (readonly ResolvedAttachPoint[])[]): IrProgram => ({
  functions: points.map(() => nothing),
  probes: points.map((attach, at) => ({ func: at as FuncId, attach, span: { start: 0, end: 1 } })),
  maps: [],
  actions: [],
});

test("names, types and sections follow the first attach point", () => {
  const script = codegen(
    probes([
      [begin],
      [tracepoint("sched", "sched_switch"), tracepoint("sched", "sched_wakeup")],
      [tracepoint("sched", "sched_switch")],
      [tracepoint("syscalls", "sys_enter_clock_nanosleep")],
      [tracepoint("syscalls", "sys_enter_clock_nanosleep_time64")],
      [interval],
      [end],
    ]),
  );
  expect(script.programs.map(({ name, type, section }) => [name, type, section])).toEqual([
    ["begin", "kprobe", "uprobe"],
    ["sched_switch", "tracepoint", "tracepoint/sched/sched_switch"],
    ["sched_switch_2", "tracepoint", "tracepoint/sched/sched_switch"],
    ["sys_enter_clock", "tracepoint", "tracepoint/syscalls/sys_enter_clock_nanosleep"],
    ["sys_enter_clo_2", "tracepoint", "tracepoint/syscalls/sys_enter_clock_nanosleep_time64"],
    ["interval_s_1", "perf_event", "perf_event"],
    ["end", "kprobe", "uprobe"],
  ]);
  expect(script.attach.map(({ program: index, point }) => [index, point.name])).toEqual([
    [0, "begin"],
    [1, "tracepoint:sched:sched_switch"],
    [1, "tracepoint:sched:sched_wakeup"],
    [2, "tracepoint:sched:sched_switch"],
    [3, "tracepoint:syscalls:sys_enter_clock_nanosleep"],
    [4, "tracepoint:syscalls:sys_enter_clock_nanosleep_time64"],
    [5, "interval:s:1"],
    [6, "end"],
  ]);
});

test("maps: @x is AT_x, names stay short and apart", () => {
  const maps = [
    hashMap("@", 8, 8),
    hashMap("@x", 8, 8, "percpu_lru_hash"),
    hashMap("@a_rather_long_name", 8, 8, "lru_hash"),
    hashMap("@a_rather_long_word", 4, 8, "percpu_array"),
    { ...hashMap("events", 0, 0, "ringbuf"), maxEntries: 4096 },
  ];
  expect(codegen(program([nothing], maps)).maps.map(({ name, type }) => [name, type])).toEqual([
    ["AT_", "hash"],
    ["AT_x", "lru_percpu_hash"],
    ["AT_a_rather_lon", "lru_hash"],
    ["AT_a_rather_l_2", "percpu_array"],
    ["events", "ringbuf"],
  ]);
});

test("line records begin where the place in the script changes", () => {
  const [first] = codegen(
    program([
      func(
        "f",
        [0],
        [slot(8)],
        [
          {
            insns: [
              { op: "loadCtx", dst: v(1), ctx: v(0), off: 8, size: 4, signed: true },
              { op: "bin", fn: "add", dst: v(2), a: reg(1), b: imm(1) },
            ],
            end: ret(reg(2)),
          },
        ],
      ),
    ]),
  ).programs;
  expect(first!.lines).toEqual([
    { insn: 0, start: 0, end: 1 },
    { insn: 3, start: 1, end: 2 },
    { insn: 4, start: 2, end: 3 },
  ]);
});

describe("scratch memory", () => {
  /** Fills each slot with a value of its own, then adds up what is in them. */
  const big = (sizes: readonly number[]): IrFunction =>
    func(
      "f",
      [0],
      sizes.map((sizeBytes) => slot(sizeBytes)),
      [
        {
          insns: [
            ...sizes.map((sizeBytes, n): Body => ({ op: "zero", to: slotAt(n), sizeBytes })),
            ...sizes.flatMap((sizeBytes, n): Body[] => [
              { op: "store", to: slotAt(n), size: 8, src: imm(10 ** n) },
              { op: "store", to: slotAt(n, sizeBytes - 8), size: 8, src: imm(2 * 10 ** n) },
            ]),
            { op: "mov", dst: v(1), src: imm(0) },
            ...sizes.flatMap((sizeBytes, n): Body[] =>
              [0, sizeBytes - 8].flatMap((off): Body[] => [
                { op: "load", dst: v(2), from: slotAt(n, off), size: 8, signed: false },
                { op: "bin", fn: "add", dst: v(1), a: reg(1), b: reg(2) },
              ]),
            ),
          ],
          end: ret(reg(1)),
        },
      ],
    );

  test.each([
    { sizes: [1024], maps: [1024] },
    { sizes: [30_000, 20_000, 20_000], maps: [30_000, 20_000, 20_000] },
    { sizes: [32_768, 9_000], maps: [32_768, 9_000] },
  ])("slots of $sizes bytes take maps of $maps bytes", ({ sizes, maps }) => {
    const ir = program([big(sizes)], [hashMap("@", 8, 8), hashMap("@b", 8, 8)]);
    const script = codegen(ir);
    const scratch = script.maps.slice(2);
    expect(scratch.map(({ valueSize }) => valueSize).toSorted((a, b) => a - b)).toEqual(maps.toSorted((a, b) => a - b));
    expect(scratch.every(({ type, maxEntries, keySize }) => type === "percpu_array" && maxEntries === 1 && keySize === 4)).toBe(true);
    expect(script.irMaps.slice(2).every((irMap) => irMap === null)).toBe(true);
    expect(outcomeOfProgram(script)).toEqual(outcomeOfIr(ir));
    expect(kernelAccepts(script)).not.toHaveProperty("log");
  });

  test("a callback's own memory lies behind its caller's", () => {
    const ir = program(
      [
        func(
          "f",
          [0],
          [slot(80), slot(8)],
          [
            {
              insns: [
                { op: "zero", to: slotAt(0), sizeBytes: 80 },
                { op: "store", to: slotAt(0, 8), size: 8, src: imm(4711) },
                { op: "helper", dst: null, helper: 181, args: [imm(2), funcArg(1), addr(slotAt(1)), imm(0)] },
                { op: "load", dst: v(1), from: slotAt(0, 8), size: 8, signed: false },
              ],
              end: ret(reg(1)),
            },
          ],
        ),
        func("loop", [0, 1], [slot(104)], [{ insns: [{ op: "bytes", to: slotAt(0), bytes: new Uint8Array(104).fill(1) }], end: ret(0) }]),
      ],
      [hashMap("@", 8, 8), hashMap("@b", 8, 8)],
    );
    const script = codegen(ir);
    expect(outcomeOfProgram(script).result).toBe(4711n);
    expect(script.maps[2]!.valueSize).toBe(80 + 104);
  });
});

test("a register that only some paths set is zero on the others", () => {
  const ir = program([
    func(
      "f",
      [0],
      [],
      [
        { insns: [{ op: "loadCtx", dst: v(1), ctx: v(0), off: 8, size: 8, signed: false }], end: branch("ult", reg(1), imm(5), 1, 2) },
        { insns: [{ op: "mov", dst: v(2), src: reg(1) }], end: { op: "jump", to: 2 as never } },
        { insns: [{ op: "bin", fn: "add", dst: v(2), a: reg(2), b: imm(3) }], end: ret(reg(2)) },
      ],
    ),
  ]);
  const script = codegen(ir);
  expect(outcomeOfProgram(script).result).toBe(3n);
  expect(kernelAccepts(script)).not.toHaveProperty("log");
});

/** Deepest byte of the frame that the function's instructions name. */
function frameBytes({ insns, funcs }: ProgramSpec, name: string): number {
  const at = funcs.findIndex((candidate) => candidate.name === name);
  const body = insns.slice(funcs[at]!.start, funcs[at + 1]?.start);
  const depths = body.flatMap((insn, i) => {
    if ((insn.kind === "load" || insn.kind === "store") && insn.base === 10) return [-insn.off];
    const before = body[i - 1];
    const pointsToFrame = before?.kind === "alu" && before.op === "mov" && "reg" in before.src && before.src.reg === 10;
    return pointsToFrame && insn.kind === "alu" && "imm" in insn.src ? [-insn.src.imm] : [];
  });
  return Math.max(0, ...depths);
}

test("the frames of a chain of calls fit into 512 bytes together", () => {
  /** Keeps 30 values over a call of `callee`, beside slots. */
  const greedy = (name: string, params: readonly number[], callee: number | null): IrFunction =>
    func(
      name,
      params,
      [slot(64), slot(64), slot(64), slot(16)],
      [
        {
          insns: [
            ...Array.from({ length: 30 }, (_, n): Body => ({ op: "helper", dst: v(10 + n), helper: 7, args: [] })),
            ...[0, 1, 2].map((n): Body => ({ op: "zero", to: slotAt(n), sizeBytes: 64 })),
            { op: "helper", dst: v(5), helper: 7, args: [] },
            ...[0, 1, 2].map((n): Body => ({ op: "store", to: slotAt(n), size: 8, src: reg(5) })),
            { op: "zero", to: slotAt(3), sizeBytes: 16 },
            { op: "log2", dst: v(6), src: reg(5) },
            ...(callee === null
              ? []
              : [{ op: "helper", dst: null, helper: 181, args: [imm(2), funcArg(callee), addr(slotAt(3)), imm(0)] } as const]),
            ...[0, 1, 2].flatMap((n): Body[] => [
              { op: "load", dst: v(7), from: slotAt(n), size: 8, signed: false },
              { op: "bin", fn: "xor", dst: v(6), a: reg(6), b: reg(7) },
            ]),
            ...Array.from({ length: 30 }, (_, n): Body => ({ op: "bin", fn: "xor", dst: v(6), a: reg(6), b: reg(10 + n) })),
            { op: "bin", fn: "and", dst: v(6), a: reg(6), b: imm(0) },
          ],
          end: ret(reg(6)),
        },
      ],
    );
  const ir = program([greedy("a", [0], 1), greedy("b", [0, 1], 2), greedy("c", [0, 1], null)], [hashMap("@", 8, 8), hashMap("@b", 8, 8)]);
  const script = codegen(ir);
  const frames = ["begin", "b", "c"].map((name) => Math.ceil(frameBytes(script.programs[0]!, name) / 32) * 32);
  expect(frames.every((bytes) => bytes > 0)).toBe(true);
  // And the smallest frame for log2.
  expect(frames.reduce((sum, bytes) => sum + bytes) + 32).toBeLessThanOrEqual(512);
  expect(outcomeOfProgram(script)).toEqual(outcomeOfIr(ir));
  expect(kernelAccepts(script)).not.toHaveProperty("log");
});

test("pointers keep their stack slot when values have to go to scratch memory", () => {
  const values = Array.from({ length: 80 }, (_, n) => 10 + n);
  const ir = program(
    [
      func(
        "f",
        [0],
        [slot(4)],
        [
          {
            insns: [
              { op: "store", to: slotAt(0), size: 4, src: imm(1) },
              { op: "helper", dst: v(1), helper: 1, args: [map(0), addr(slotAt(0))] },
            ],
            end: branch("eq", reg(1), imm(0), 2, 1),
          },
          {
            insns: [
              ...values.map((n): Body => ({ op: "helper", dst: v(n), helper: 7, args: [] })),
              { op: "helper", dst: v(2), helper: 5, args: [] },
              ...values.map((n): Body => ({ op: "bin", fn: "xor", dst: v(2), a: reg(2), b: reg(n) })),
              { op: "addTo", to: ptr(1, 8), src: reg(2) },
              { op: "loadCtx", dst: v(3), ctx: v(0), off: 16, size: 8, signed: false },
              { op: "addTo", to: ptr(1, 8), src: reg(3) },
            ],
            end: ret(reg(2)),
          },
          { insns: [], end: ret(0) },
        ],
      ),
    ],
    [hashMap("counts", 4, 16, "percpu_array"), hashMap("@b", 8, 8)],
  );
  const script = codegen(ir);
  expect(script.maps.map(({ name }) => name)).toContain("scratch");
  expect(outcomeOfProgram(script)).toEqual(outcomeOfIr(ir));
  expect(kernelAccepts(script)).not.toHaveProperty("log");
});

test("5,000 values alive at a time", () => {
  const values = Array.from({ length: 5000 }, (_, n) => 10 + n);
  const ir = program(
    [
      func(
        "f",
        [0],
        [],
        [
          {
            insns: [
              { op: "mov", dst: v(1), src: imm(0) },
              ...values.map((n): Body => ({ op: "helper", dst: v(n), helper: 7, args: [] })),
              ...values.flatMap((n): Body[] => [
                { op: "bin", fn: "mul", dst: v(1), a: reg(1), b: imm(3) },
                { op: "bin", fn: "xor", dst: v(1), a: reg(1), b: reg(n) },
              ]),
            ],
            end: ret(reg(1)),
          },
        ],
      ),
    ],
    [hashMap("@", 8, 8), hashMap("@b", 8, 8)],
  );
  const script = codegen(ir);
  expect(outcomeOfProgram(script)).toEqual(outcomeOfIr(ir));
  expect(kernelAccepts(script)).not.toHaveProperty("log");
});

test("the same IR gives the same programs", () => {
  const ir = program([nothing]);
  expect(codegen(ir)).toEqual(codegen(ir));
});
