import fc from "fast-check";
import { expect, test } from "vitest";
import { codegen } from "../../src/codegen/codegen.ts";
import { everyOperation } from "./every-operation.ts";
import { randomProgram } from "./random-ir.ts";
import { outcomeOfIr, outcomeOfProgram } from "./run-program.ts";

test("generated code does what the IR says: every operation", () => {
  expect(outcomeOfProgram(codegen(everyOperation))).toEqual(outcomeOfIr(everyOperation));
});

const shapes = [
  { name: "few values", registers: 3, maxStmts: 12, depth: 3 },
  { name: "more values than registers", registers: 14, maxStmts: 20, depth: 2 },
  { name: "a full stack", registers: 48, maxStmts: 24, depth: 2 },
  { name: "values beyond the stack", registers: 90, maxStmts: 24, depth: 1 },
];

for (const { name, registers, maxStmts, depth } of shapes)
  test(`generated code does what the IR says: ${name}`, () => {
    const programs = randomProgram(depth, fc.constant({ registers, maxStmts }));
    fc.assert(
      fc.property(programs, (ir) => {
        expect(outcomeOfProgram(codegen(ir))).toEqual(outcomeOfIr(ir));
      }),
      { numRuns: 300 },
    );
  });
