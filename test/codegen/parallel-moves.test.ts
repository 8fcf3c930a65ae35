import fc from "fast-check";
import { expect, test } from "vitest";
import type { Reg } from "../../src/bpf/isa/insn.ts";
import { emitParallel } from "../../src/codegen/parallel-moves.ts";

const target = fc.integer({ min: 1, max: 5 }).map((reg) => reg as Reg);
const source = fc.integer({ min: 0, max: 9 }).map((reg) => reg as Reg);

test("every target gets what its source held before, whatever the cycles", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(target, fc.option(source)), { selector: ([to]) => to, maxLength: 5 }), (pairs) => {
      const registers = Array.from({ length: 10 }, (_, reg) => `r${reg}`);
      emitParallel(
        pairs.map(([to, needs]) => ({
          to,
          needs,
          emit: (from) => void (registers[to] = needs === null ? "constant" : registers[from]!),
        })),
        0,
        (to, from) => void (registers[to] = registers[from]!),
      );
      for (const [to, needs] of pairs) expect(registers[to]).toBe(needs === null ? "constant" : `r${needs}`);
      // Nothing else changes but the spare register.
      const targets = new Set<number>(pairs.map(([to]) => to));
      for (let reg = 1; reg < 10; reg++) if (!targets.has(reg)) expect(registers[reg]).toBe(`r${reg}`);
    }),
  );
});
