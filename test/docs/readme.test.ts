/** The README's transcript is what its commands print today. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runShell } from "../support/cli.ts";

const readmePath = new URL("../../README.md", import.meta.url);
const START = "UPDATE_EXPECT=1 writes it anew -->\n";
const END = "<!-- end of transcript -->";

const lessons = readFileSync(new URL("../../docs/readme-commands.txt", import.meta.url), "utf8")
  .split(/^## /m)
  .slice(1)
  .map((lesson) => {
    const [title = "", command = ""] = lesson.trim().split("\n");
    return { title, command };
  });

const transcript = (): string =>
  lessons.map(({ title, command }) => `### ${title}\n\n\`\`\`\n$ ${command}\n${runShell(command)}\`\`\`\n`).join("\n");

test("every command of the tour prints what the README says", () => {
  const readme = readFileSync(readmePath, "utf8");
  const from = readme.indexOf(START) + START.length;
  const to = readme.indexOf(END);
  const want = readme.slice(from, to);
  const got = `\n${transcript()}\n`;
  if (process.env["UPDATE_EXPECT"] === "1") writeFileSync(readmePath, readme.slice(0, from) + got + readme.slice(to));
  else expect(got).toBe(want);
});
