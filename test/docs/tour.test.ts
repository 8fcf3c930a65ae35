/** The tour's commands print what it says, and its keys lead to its pictures. UPDATE_EXPECT=1 writes both anew. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { runCli, runShell } from "../support/cli.ts";
import { expectPicture } from "../support/screen-pictures.ts";
import { waitFor } from "../support/screens.ts";
import { noTerminal, openTerminal } from "../support/terminal.ts";
import { KEYS } from "../tui/keys.ts";

const file = new URL("../../docs/tour.md", import.meta.url);
const tour = readFileSync(file, "utf8");
const isUpdate = process.env["UPDATE_EXPECT"] === "1";

/** ```console blocks: `$ COMMAND` and what it prints, or inputs of the REPL behind its prompt. */
const BLOCK = /```console\n([\s\S]*?)```/g;
const PROMPT = "hindsight> ";
const REPL = "$ hindsight repl ";
const TUI = "$ hindsight tui ";

const blocks = [...tour.matchAll(BLOCK)].map(([, text]) => text!);
const isRepl = (block: string): boolean => block.startsWith(REPL) || block.startsWith(PROMPT);
const linesBehind = (mark: string, block: string): string[] =>
  block
    .split("\n")
    .filter((line) => line.startsWith(mark))
    .map((line) => line.slice(mark.length));

const shellBlock = (block: string): string =>
  linesBehind("$ ", block)
    .map((command) => `$ ${command}\n${runShell(command)}`)
    .join("");

/** What the REPL prints for a file of inputs, cut at the inputs: a command whose answer is known stands behind each. */
function replOutputs(words: string, inputs: readonly string[]): string[] {
  const marker = "help quit";
  const run = (lines: readonly string[]): string => runShell(`hindsight repl ${words} <<'END'\n${lines.join("\n")}\nEND`);
  const answer = run([marker]);
  const outputs = run(inputs.flatMap((input) => [input, marker])).split(answer);
  expect(outputs.pop()).toBe("");
  expect(outputs).toHaveLength(inputs.length);
  // Without the marks, it prints the same.
  expect(run(inputs)).toBe(outputs.join(""));
  return outputs;
}

/** All blocks of the REPL are one session. */
function replBlocks(): string[] {
  const mine = blocks.filter(isRepl);
  const words = mine[0]!.split("\n", 1)[0]!.slice(REPL.length);
  const outputs = replOutputs(
    words,
    mine.flatMap((block) => linesBehind(PROMPT, block)),
  );
  return mine.map((block, i) => {
    const inputs = linesBehind(PROMPT, block).map((input) => `${PROMPT}${input}\n${outputs.shift()!}`);
    return (i === 0 ? `${REPL}${words}\n` : "") + inputs.join("");
  });
}

test("every command of the tour prints what it says", () => {
  expect(blocks.filter((block) => !isRepl(block) && !block.startsWith(TUI)).length).toBeGreaterThan(0);
  const repl = replBlocks();
  const printed = tour.replace(BLOCK, (all, block: string) => {
    if (block.startsWith(TUI)) return all;
    return `\`\`\`console\n${isRepl(block) ? repl.shift()! : shellBlock(block)}\`\`\``;
  });
  if (isUpdate) writeFileSync(file, printed);
  else expect(printed).toBe(tour);
});

test("every picture of the folder is in the tour, and the other way round", () => {
  const shown = [...tour.matchAll(/\]\(screens\/(.*?)\)/g)].map(([, name]) => name!);
  expect(shown.toSorted()).toEqual(readdirSync(new URL("screens/", file)).toSorted());
});

test("what is installed runs as the tour says", () => {
  const { scripts, bin } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>;
    readonly bin: Readonly<Record<string, string>>;
  };
  expect(scripts["start"]).toBeDefined();
  expect(bin).toEqual({ hindsight: "dist/cli.js" });
  expect(runCli(["--version"]).status).toBe(0);
});

const KEY_NAMES: Readonly<Record<string, string>> = {
  Home: KEYS.home,
  End: KEYS.end,
  Tab: KEYS.tab,
  Enter: KEYS.enter,
  Esc: KEYS.escape,
  Up: KEYS.up,
  Down: KEYS.down,
  Left: KEYS.left,
  Right: KEYS.right,
  PgUp: KEYS.pageUp,
  PgDn: KEYS.pageDown,
  Space: KEYS.space,
};

/** What is on the screen when a key has done its work, where the next one must not come before: marks tell what changed between two frames. */
const SETTLED: Readonly<Record<string, RegExp>> = { End: / end\s*$/m, n: / finished\s*$/m };

/** From a command that starts the TUI to the next one: keys are in <kbd>, and pictures are of the screen behind the keys before them. */
const sessions = [
  ...tour.matchAll(
    /(?:<!-- (\d+) x (\d+) -->\n)?```console\n\$ hindsight tui (.*)\n```([\s\S]*?)(?=(?:<!-- \d+ x \d+ -->\n)?```console\n|$)/g,
  ),
].map(([, cols = "80", rows = "24", words, text]) => ({ size: { cols: Number(cols), rows: Number(rows) }, words: words!, text: text! }));

describe.skipIf(noTerminal !== null)("the terminal interface", () => {
  test.each(sessions)("$words, $size.cols x $size.rows", async ({ size, words, text }) => {
    const terminal = openTerminal(["tui", ...words.split(" ")], size);
    // The timeline comes when the recording has been read.
    await waitFor(terminal, "5.14s");
    const steps = [...text.matchAll(/<kbd>(.*?)<\/kbd>|\]\((screens\/.*?\.svg)\)/g)];
    expect(steps.length).toBeGreaterThan(0);
    for (const [, key, picture] of steps) {
      if (key !== undefined) {
        terminal.type(KEY_NAMES[key] ?? key);
        if (SETTLED[key] !== undefined) await waitFor(terminal, SETTLED[key]);
      } else await expectPicture(terminal, size, new URL(picture!, file));
    }
  });

  test("there are sessions of it", () => expect(sessions.length).toBeGreaterThan(0));
});
