/** The scripts of *.txt beside this file. UPDATE_EXPECT=1 rewrites trees and messages; read the difference before committing it. */
import { describe, expect, test } from "vitest";
import { renderDiagnostic } from "../../../lang/diagnostics/render.ts";
import { parse } from "../../../lang/parse/parse.ts";
import { printAst } from "../../../lang/parse/print-ast.ts";
import { goldenFiles, readGolden, updateGolden } from "./golden-scripts.ts";

function answer(script: string): string {
  const source = { name: "a.bt", text: script };
  const { script: tree, diagnostics } = parse(source);
  const ast = printAst(tree);
  const diag = diagnostics.map((diagnostic) => renderDiagnostic(source, diagnostic)).join("");
  return `${ast === "" ? "" : `-- ast\n${ast}`}${diag === "" ? "" : `-- diag\n${diag}`}`.trimEnd();
}

for (const file of goldenFiles) {
  if (process.env["UPDATE_EXPECT"] === "1") updateGolden(file, answer);
  describe(file, () => {
    test.each(readGolden(file))("$title", ({ script, expected }) => expect(answer(script)).toBe(expected));
  });
}

test("every row of the grammar has a case (rows 2.01 to 2.63)", () => {
  const titles = goldenFiles.flatMap((file) => readGolden(file).map(({ title }) => title)).join("\n");
  const rows = Array.from({ length: 63 }, (_, i) => `2.${String(i + 1).padStart(2, "0")}`);
  expect(rows.filter((row) => !titles.includes(row))).toEqual([]);
});
