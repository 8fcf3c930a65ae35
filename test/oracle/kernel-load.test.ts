/** The real kernel takes what we generate. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codegen } from "../../src/codegen/codegen.ts";
import type { IrProgram } from "../../lang/ir/ir.ts";
import { randomProgram } from "../codegen/random-ir.ts";
import { everyOperation } from "../codegen/every-operation.ts";
import { branch, func, imm, program, reg, ret, tracepoint, v } from "../codegen/ir-builder.ts";
import type { Body } from "../codegen/ir-builder.ts";
import { kernelAccepts, kernelListing, kernelUnavailable } from "../support/kernel-load.ts";

const reason = kernelUnavailable();
if (reason !== null) console.log(`skipped: loading programs into the kernel (${reason})`);

const accepted = (ir: IrProgram): void => {
  const verdict = kernelAccepts(codegen(ir));
  if ("log" in verdict) expect.fail(verdict.log.split("\n").slice(-40).join("\n"));
  expect(verdict).toEqual({ ok: true });
};

describe.skipIf(reason !== null)("the kernel's verifier accepts", () => {
  test("every operation of the IR", () => accepted(everyOperation));

  for (const { name, registers, maxStmts, depth } of [
    { name: "few values", registers: 3, maxStmts: 12, depth: 3 },
    { name: "more values than registers", registers: 14, maxStmts: 20, depth: 2 },
    { name: "a full stack", registers: 48, maxStmts: 24, depth: 2 },
    { name: "values beyond the stack", registers: 90, maxStmts: 24, depth: 1 },
  ])
    test(`random programs: ${name}`, () => {
      fc.assert(fc.property(randomProgram(depth, fc.constant({ registers, maxStmts })), accepted), { numRuns: 40 });
    });

  test("a branch over 45,000 instructions", () => {
    // Chains over one register, so that nothing is folded away.
    const body: Body[] = Array.from({ length: 45_000 }, (_, i) => ({ op: "bin", fn: "mul", dst: v(1), a: reg(1), b: imm(2 * i + 3) }));
    accepted(
      program([
        func(
          "far",
          [0],
          [],
          [
            { insns: [{ op: "loadCtx", dst: v(1), ctx: v(0), off: 8, size: 8, signed: false }], end: branch("ugt", reg(1), imm(5), 1, 2) },
            { insns: body, end: ret(reg(1)) },
            { insns: [], end: ret(0) },
          ],
        ),
      ]),
    );
  });

  test("and shows the script's lines and columns", () => {
    const text = "tracepoint:sched:sched_switch\n{\n  $x = args.prev_pid; exit();\n}\n";
    const at = (part: string) => ({ start: text.indexOf(part), end: text.indexOf(part) + part.length });
    const ir = program(
      [
        {
          name: "probe",
          params: [v(0)],
          vregCount: 2,
          slots: [],
          blocks: [
            {
              insns: [{ op: "loadCtx", dst: v(1), ctx: v(0), off: 24, size: 4, signed: false, span: at("args.prev_pid") }],
              end: { op: "return", value: reg(1), span: at("exit()") },
            },
          ],
        },
      ],
      [],
      tracepoint("sched", "sched_switch"),
    );
    expect(kernelListing(codegen(ir), { name: "dir/a.bt", text }, "sched_switch")).toBe(
      [
        "int sched_switch(void * ctx):",
        "; $x = args.prev_pid; exit(); [file:dir/a.bt line_num:3 line_col:8]",
        "   0: (61) r0 = *(u32 *)(r1 +24)",
        "; $x = args.prev_pid; exit(); [file:dir/a.bt line_num:3 line_col:23]",
        "   1: (95) exit",
        "",
      ].join("\n"),
    );
  });
});
