/** docs/repl.md is made from the table of commands, and every example runs. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Command } from "../../src/repl/commands/command.ts";
import { commands } from "../../src/repl/commands/table.ts";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const page = new URL("../../docs/repl.md", import.meta.url);
const START = "UPDATE_EXPECT=1 writes it anew -->\n";

/** Commands that need root, or a terminal. */
const WITHOUT_EXAMPLE = ["record", "tui"];

const MARK = "=====";

/** What each input of an example says. */
function answers(example: readonly string[]): string[] {
  const { stdout, stderr, status } = spawnSync(process.execPath, [cli, "repl", "--sample"], {
    encoding: "utf8",
    input: example.map((input) => `${input}\n{ print("${MARK}"); }\n`).join(""),
    cwd: mkdtempSync(join(tmpdir(), "hindsight-repl-")),
    env: { PATH: process.env["PATH"] },
  });
  expect({ stderr, status }, example.join("\n")).toEqual({ stderr: "", status: 0 });
  // As text, or as a JSON value.
  return stdout.split(new RegExp(`^.*${MARK}.*\n`, "m"));
}

/** Where the sample is, what was measured, and addresses, which another version may have elsewhere. */
const general = (text: string): string =>
  text
    .replaceAll(/\/\S*\/sample\.dat/g, "sample.dat")
    .replaceAll(/ +(?:ns\/run|[<\d][\d,]*)$/gm, (cell) =>
      text.startsWith("program ") ? (cell.endsWith("run") ? "  ns/run" : "  …") : cell,
    )
    .replaceAll(/\b0x[0-9a-f]{6,8}\b/g, "0x…");

const MOST_LINES = 7;
/** Of what makes sense as a whole only. */
const WHOLE = ["explain", "disasm"];

function cut(text: string, most: number): string {
  const lines = general(text).trimEnd().split("\n");
  const shown = lines.length > most ? [...lines.slice(0, most - 1), "…"] : lines;
  return shown.map((line) => (line === "" ? "" : `${line}\n`)).join("");
}

function exampleText({ name, example }: Command): string {
  if (example.length === 0) return "";
  const said = answers(example);
  // Programs say the same everywhere: only what the command itself is about is shown.
  const lines = example.map(
    (input, i) =>
      `> ${input}\n${/^(?:tracepoint|set autorun)/.test(input) && name !== "set" ? "" : cut(said[i] ?? "", WHOLE.includes(name) ? Infinity : MOST_LINES)}`,
  );
  return `\n\`\`\`\n${lines.join("")}\`\`\`\n`;
}

function commandText(command: Command): string {
  const { name, aliases, usage, summary, help } = command;
  const also = aliases.length === 0 ? "" : ` Also: ${aliases.map((alias) => `\`${alias}\``).join(", ")}.`;
  const title = `${name} ${usage}`.trim();
  return `### ${name}\n\n\`${title}\`: ${summary}. ${help}${also}\n${exampleText(command)}`;
}

test("every command has an example", () => {
  expect(commands.filter(({ example }) => example.length === 0).map(({ name }) => name)).toEqual(WITHOUT_EXAMPLE);
});

test("the reference is that of the commands, and their examples say what it says", () => {
  const text = readFileSync(page, "utf8");
  const from = text.indexOf(START) + START.length;
  const want = text.slice(from);
  const got = `\n${commands.map(commandText).join("\n")}`;
  if (process.env["UPDATE_EXPECT"] === "1") writeFileSync(page, text.slice(0, from) + got);
  else expect(got).toBe(want);
});

test("names and aliases are one command's each", () => {
  const names = commands.flatMap(({ name, aliases }) => [name, ...aliases]);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});
