import { array, assert, constantFrom, integer, property, tuple } from "fast-check";
import { expect, test } from "vitest";
import { parse } from "../../../lang/parse/parse.ts";
import { printAst } from "../../../lang/parse/print-ast.ts";

/** Row 2.53, loosest first. */
const levels = [["||"], ["&&"], ["|"], ["^"], ["&"], ["==", "!="], ["<", "<=", ">", ">="], ["<<", ">>"], ["+", "-"], ["*", "/", "%"]];

/** Splits at the last operator of the loosest level: what left associative precedence means, without an operator stack. */
function expected(operands: readonly string[], operators: readonly string[]): string {
  for (const level of levels) {
    const at = operators.findLastIndex((operator) => level.includes(operator));
    if (at < 0) continue;
    const left = expected(operands.slice(0, at + 1), operators.slice(0, at));
    const right = expected(operands.slice(at + 1), operators.slice(at + 1));
    return `(${operators[at]} ${left} ${right})`;
  }
  return operands[0]!;
}

test("any chain of binary operators groups by level, then from the left (row 2.53)", () => {
  const rest = array(tuple(constantFrom(...levels.flat()), integer({ min: 0, max: 9 })), { maxLength: 12 });
  assert(
    property(rest, (pairs) => {
      const operators = pairs.map(([operator]) => operator);
      const operands = ["0", ...pairs.map(([, operand]) => String(operand))];
      const text = `begin { $x = 0 ${pairs.map(([operator, operand]) => `${operator} ${operand}`).join(" ")}; }`;
      const { script, diagnostics } = parse({ name: "stdin", text });
      expect(diagnostics).toEqual([]);
      expect(printAst(script)).toBe(`(probe [begin] {\n  (= $x ${expected(operands, operators)})\n})\n`);
    }),
    { numRuns: 300 },
  );
});
