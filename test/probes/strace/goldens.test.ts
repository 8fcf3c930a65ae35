/** What the real bpftrace printed of a run is what the text of strace of the same run gives. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compareGolden, type GoldenRule } from "../../support/golden-compare.ts";
import { fixturePath } from "../../support/fixtures.ts";
import { runScript } from "../../support/run-script.ts";
import { openFixture } from "./support.ts";

const goldens: readonly (readonly [script: string, text: string, rule: GoldenRule])[] = [
  ["lat", "strace", { compare: "approx", exact_maps: ["@n"] }],
  ["meta", "strace", { compare: "exact" }],
  ["opens", "strace", { compare: "exact" }],
  ["multi", "strace2", { compare: "exact" }],
  ["net", "strace3", { compare: "exact" }],
];

test.each(goldens)("%s", async (script, text, rule) => {
  const recording = await openFixture(text);
  const result = await runScript(readFileSync(fixturePath(`strace/${script}.bt`), "utf8"), { recording });
  expect(result.exitCode, result.stderr).toBe(0);
  expect(compareGolden(rule, readFileSync(fixturePath(`strace/${script}.golden`), "latin1"), result.stdout)).toEqual([]);
});
