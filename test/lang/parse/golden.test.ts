/**
 * Scripts with their trees and messages: *.txt beside this file. A case is `== title`, `-- script`, then `-- ast` and `-- diag`
 * (each left out if empty). UPDATE_EXPECT=1 rewrites the last two; read the difference before committing it.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { renderDiagnostic } from "../../../lang/diagnostics/render.ts";
import { parse } from "../../../lang/parse/parse.ts";
import { printAst } from "../../../lang/parse/print-ast.ts";

interface Case {
  readonly title: string;
  readonly script: string;
  readonly expected: string;
}

const folder = import.meta.dirname;
const files = readdirSync(folder).filter((name) => name.endsWith(".txt"));

function readCases(text: string): Case[] {
  return text
    .split(/^== /m)
    .slice(1)
    .map((chunk) => {
      const [head = "", rest = ""] = chunk.split(/^-- script\n/m);
      const [script = ""] = rest.split(/^-- (?:ast|diag)\n/m);
      return { title: head.trim(), script: `${script.trimEnd()}\n`, expected: rest.slice(script.length).trimEnd() };
    });
}

function answer(script: string): string {
  const source = { name: "a.bt", text: script };
  const { script: tree, diagnostics } = parse(source);
  const ast = printAst(tree);
  const diag = diagnostics.map((diagnostic) => renderDiagnostic(source, diagnostic)).join("");
  return `${ast === "" ? "" : `-- ast\n${ast}`}${diag === "" ? "" : `-- diag\n${diag}`}`.trimEnd();
}

for (const file of files) {
  const path = `${folder}/${file}`;
  const cases = readCases(readFileSync(path, "utf8"));
  if (process.env["UPDATE_EXPECT"] === "1") {
    writeFileSync(path, cases.map(({ title, script }) => `== ${title}\n-- script\n${script}${answer(script)}\n`).join("\n"));
  }
  describe(file, () => {
    test.each(readCases(readFileSync(path, "utf8")))("$title", ({ script, expected }) => expect(answer(script)).toBe(expected));
  });
}

test("every row of the grammar has a case (rows 2.01 to 2.63)", () => {
  const titles = files.flatMap((file) => readCases(readFileSync(`${folder}/${file}`, "utf8")).map(({ title }) => title)).join("\n");
  const rows = Array.from({ length: 63 }, (_, i) => `2.${String(i + 1).padStart(2, "0")}`);
  expect(rows.filter((row) => !titles.includes(row))).toEqual([]);
});
