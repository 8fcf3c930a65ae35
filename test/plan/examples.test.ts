/** Plans as text. UPDATE_EXPECT=1 writes them anew; read the difference before committing it. */
import { describe, expect, test } from "vitest";
import { answer, exampleFiles, readExamples, updateExamples } from "./examples.ts";

for (const file of exampleFiles) {
  if (process.env["UPDATE_EXPECT"] === "1") await updateExamples(file);
  describe(file, () => {
    test.each(readExamples(file))("$title", async (example) => {
      const { plan, said } = await answer(example);
      expect(plan).toBe(example.plan);
      expect(said).toBe(example.said);
    });
  });
}
