/** Every diagnostic has an example: source, place, hint. UPDATE_EXPECT=1 writes what is said anew; read the difference before committing it. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { answer, exampleFiles, readExamples, updateExamples } from "./golden.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Every code that the sources mention. */
function codesOfSources(): string[] {
  const files = ["lang", "src", "probes"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(root, folder, name)),
  );
  const codes = files.flatMap((file) => [...readFileSync(file, "utf8").matchAll(/"(HS\d{4})"/g)].map(([, code]) => code!));
  return [...new Set(codes)].sort();
}

for (const file of exampleFiles) {
  if (process.env["UPDATE_EXPECT"] === "1") await updateExamples(file);
  describe(file, () => {
    test.each(readExamples(file).map((example) => [example.title, example] as const))("%s", async (_, example) => {
      const { said, codes } = await answer(example);
      expect(said).toBe(example.said);
      // What is said while running has no entry among the compilation's diagnostics, but a place of its own.
      if (example.code.startsWith("HS6")) expect(said).toMatch(/^stdin:\d+:\d+-\d+: WARNING: /);
      else expect(codes).toContain(example.code);
    });
  });
}

test("every code has an example", () => {
  const shown = new Set(exampleFiles.flatMap(readExamples).map(({ code }) => code));
  const codes = codesOfSources();
  expect(codes.length).toBeGreaterThan(60);
  expect(codes.filter((code) => !shown.has(code))).toEqual([]);
  expect([...shown].filter((code) => !codes.includes(code))).toEqual([]);
});
