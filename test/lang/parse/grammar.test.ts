import { expect, test } from "vitest";
import { scanItems } from "../../../lang/lex/items.ts";
import { Grammar } from "../../../lang/parse/grammar.ts";
import { goldenScripts } from "./golden-scripts.ts";

/** Chevrotain's checks use it; Node 20 lacks it. Only tests run them. */
const groups = Object as { groupBy?: (items: unknown[], keyOf: (item: unknown) => PropertyKey) => Record<PropertyKey, unknown[]> };
groups.groupBy ??= (items, keyOf) => {
  const result: Record<PropertyKey, unknown[]> = {};
  for (const item of items) (result[keyOf(item)] ??= []).push(item);
  return result;
};

test("the grammar is sound and one token of lookahead is enough", () => {
  expect(() => new Grammar({ check: true })).not.toThrow();
});

test("first-set lookahead decides as chevrotain's own", () => {
  const ours = new Grammar({ check: false });
  const theirs = new Grammar({ check: true });
  let probes = 0;
  for (const text of goldenScripts()) {
    for (const { kind, tokens } of scanItems({ text, pos: 0, comments: [], diagnostics: [] })) {
      if (kind !== "probe") continue;
      probes++;
      const readWith = (grammar: Grammar) => {
        const diagnostics: unknown[] = [];
        return { item: grammar.read((rules) => rules.probe(), text, [...tokens], diagnostics as never), diagnostics };
      };
      expect(readWith(ours)).toEqual(readWith(theirs));
    }
  }
  expect(probes).toBeGreaterThan(100);
});
