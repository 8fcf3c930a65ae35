/** Every tool of scripts/ over a real recording: all that it prints (UPDATE_EXPECT=1 writes it anew), and what the real bpftrace answered. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareGolden } from "../support/golden-compare.ts";
import { fixturePath, unpackedFixture } from "../support/fixtures.ts";
import { runCommand } from "../support/run-command.ts";
import { tools, type Tool } from "./tools.ts";

const folder = join(import.meta.dirname, "printed");
const isUpdate = process.env["UPDATE_EXPECT"] === "1";
/** docs/tour.md prints what it says, and shows it as it is laid out. */
const IN_THE_TOUR = "slow-file-reads";
const names = readdirSync("scripts").map((file) => file.replace(/\.bt$/, ""));

const titleOf = ({ name, words = [] }: Tool): string => [name, ...words.filter((word) => word !== "--")].join(" ");
const cases = tools.map((tool) => [titleOf(tool), tool] as const);
const run = ({ name, trace, words = [] }: Tool, flags: readonly string[]) =>
  runCommand([...flags, "--trace", unpackedFixture(trace), `scripts/${name}.bt`, ...words]);

test("the README names every tool", () => {
  const rows = readFileSync("README.md", "utf8").matchAll(/^\| (\S+)\.bt \| .+\? \|$/gm);
  expect([...rows].map(([, name]) => name).sort()).toEqual([...names].sort());
});

test("every tool is tried", () => {
  expect([...new Set(tools.map(({ name }) => name)), IN_THE_TOUR].sort()).toEqual([...names].sort());
});

test.each(cases)("%s: what it prints", async (title, tool) => {
  const { stdout, stderr, status } = await run(tool, []);
  expect(status, stderr).toBe(0);
  const path = join(folder, `${title.replaceAll(/ --|=/g, "-")}.txt`);
  const got = `${stdout}-- said\n${stderr}`;
  if (isUpdate || !existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, got);
  }
  expect(got).toBe(readFileSync(path, "utf8"));
});

test.each(cases)("%s: so does the reference interpreter", async (_title, tool) => {
  const [jit, interp] = [await run(tool, []), await run(tool, ["--backend", "interp"])];
  expect(interp).toEqual(jit);
});

const answered = cases.flatMap(([title, tool]) => (tool.golden === undefined ? [] : [[title, tool, tool.golden] as const]));

test.each(answered)("%s: what bpftrace answered", async (_title, tool, { file, rule, ours, theirs = (text) => text }) => {
  const [want, got] = [theirs(readFileSync(fixturePath(file), "latin1")), ours((await run(tool, [])).stdout)];
  expect(want.split("\n").length, "lines to compare").toBeGreaterThan(3);
  expect(compareGolden(rule, want, got)).toEqual([]);
});

test.each(names)("%s: the formatter leaves it as it is", async (name) => {
  const { stdout, stderr, status } = await runCommand(["--fmt", `scripts/${name}.bt`]);
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  const text = readFileSync(`scripts/${name}.bt`, "utf8");
  const comments = (script: string): string[] => script.split("\n").filter((line) => line.startsWith("//"));
  if (name === IN_THE_TOUR) expect(comments(stdout)).toEqual(comments(text));
  else expect(stdout).toBe(text);
});

/** A machine with Linux 6.1. */
const machine = [
  "--trace",
  fixturePath("plan/machine.dat"),
  "--kallsyms",
  fixturePath("traces/kernel/kallsyms.gz"),
  "--btf",
  fixturePath("plan/vmlinux.btf.gz"),
];

test.each(names)("%s: plan knows how to record all that it asks for", async (name) => {
  for (const tool of ["trace-cmd", "tracefs", "perf"]) {
    const { stdout, stderr, status } = await runCommand(["plan", ...machine, "--tool", tool, `scripts/${name}.bt`, "--", "make"]);
    expect({ stderr, status }, tool).toEqual({ stderr: "", status: 0 });
    expect(stdout).toContain(`records with ${tool} what scripts/${name}.bt asks for`);
  }
});
