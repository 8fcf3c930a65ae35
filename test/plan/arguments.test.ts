/** Words behind `plan` and `record`. */
import { describe, expect, test } from "vitest";
import { parsePlanArguments, type PlanArguments } from "../../src/cli/plan/arguments.ts";
import { fromKallsyms } from "../../src/cli/plan/kernel-functions.ts";

function args(...words: string[]): PlanArguments {
  const parsed = parsePlanArguments(words);
  if (!parsed.ok) expect.fail(parsed.message);
  return parsed.args;
}

describe("the command behind --", () => {
  test("is taken as it is", () => {
    const { command, options } = args("a.bt", "7", "--", "ls", "-l", "--", "x");
    expect(command).toEqual(["ls", "-l", "--", "x"]);
    expect([options.file, options.params]).toEqual(["a.bt", ["7"]]);
  });

  test("may follow the script's own options", () => {
    const { command, options } = args("a.bt", "--", "--depth=3", "--fast", "--", "ls", "--all");
    expect(command).toEqual(["ls", "--all"]);
    expect([...options.namedParams]).toEqual([
      ["depth", "3"],
      ["fast", null],
    ]);
  });

  test("-c is a line for a shell", () => {
    expect(args("-c", "ls | wc", "a.bt").command).toEqual(["sh", "-c", "ls | wc"]);
  });

  test("there may be none", () => {
    expect(args("-e", "BEGIN {}").command).toEqual([]);
  });
});

test("own flags", () => {
  expect(args("--tool", "perf", "--dir=/tmp/x", "a.bt")).toMatchObject({ tool: "perf", directory: "/tmp/x" });
  expect(args("a.bt")).toMatchObject({ tool: null, directory: "hindsight-recording" });
  expect(args("a.bt", "--", "ls", "--tool", "x").command).toEqual(["ls", "--tool", "x"]);
});

test.each([
  [["--tool", "ftrace", "a.bt"], "--tool takes one of trace-cmd, tracefs, perf, not 'ftrace'"],
  [["--dir=", "a.bt"], "--dir takes a directory"],
  [["-p", "7", "a.bt", "--", "ls"], "either a process (-p) or a command (-- CMD), not both"],
  [["-l"], "plan and record take a script"],
])("%j is refused", (words, message) => {
  const parsed = parsePlanArguments(words);
  expect(parsed.ok ? "" : parsed.message).toContain(message);
});

test("functions of /proc/kallsyms, with their modules", () => {
  const text = "ffffffff81000000 T _text\nffffffff81000010 t helper\nffffffff82000000 D data\nffffffffc0001000 t probe_me\t[ext4]\n";
  expect(fromKallsyms(text)).toEqual([
    { name: "_text", module: null },
    { name: "helper", module: null },
    { name: "probe_me", module: "ext4" },
  ]);
});
