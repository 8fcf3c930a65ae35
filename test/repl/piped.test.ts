/** Commands from a pipe: the output is that of the programs, the status says whether all went well. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openHistory } from "../../src/repl/history-file.ts";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "hindsight-home-"));

function repl(input: string, ...words: readonly string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [cli, "repl", "--sample", ...words], {
    encoding: "utf8",
    input,
    env: { PATH: process.env["PATH"], HOME: home },
  });
  return { stdout, stderr, status };
}

test("programs and commands one by one", () => {
  const input = `
# how often each task was switched from
tracepoint:sched:sched_switch {
  @n = count();
}
seek +1
@n
`;
  expect(repl(input)).toEqual({ stdout: "@n: 2863\n+1.000000000 s  267 events so far\n@n: 267\n", stderr: "", status: 0 });
});

test("the first error ends it, with the number of its line", () => {
  expect(repl("{ print(1); }\n\nseek +1\n{ print(2); }\n")).toEqual({
    stdout: "1\n",
    stderr:
      "ERROR: there is no program\nHINT: type one: tracepoint:sched:sched_switch { @[args.prev_comm] = count(); }\nERROR: line 3: seek +1\n",
    status: 1,
  });
  const { stderr, status } = repl("BEGIN {\n  nosuch();\n");
  expect(status).toBe(1);
  expect(stderr).toContain("ERROR: syntax: expected '}'");
  expect(stderr).toContain("ERROR: line 1: BEGIN {\n");
});

test("quit ends it, and what programs warn of goes to stderr", () => {
  const { stdout, stderr, status } = repl("tracepoint:syscalls:sys_enter_openat { @[str(args.flags)] = count(); }\nquit\nnonsense\n");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^@\[\]: \d+\n$/);
  expect(stderr).toContain("WARNING: ");
});

test("a script to begin with, one-liners, and the window of the command line", () => {
  const script = join(home, "switches.bt");
  writeFileSync(script, "tracepoint:sched:sched_switch { @n = count(); }\n");
  expect(repl("list\n", script).stdout).toBe(`@n: 2863\n1: tracepoint:sched:sched_switch { @n = count(); }  # ${script}\n`);
  expect(repl("", "-e", "tracepoint:sched:sched_wakeup { @w = count(); }", "--to", "+1").stdout).toBe("@w: 128\n");
  expect(repl("", "-f", "json", script).stdout).toBe('{"type": "map", "data": {"@n": 2863}}\n');
  writeFileSync(script, "tracepoint:sched:sched_switch { nosuch(); }\n");
  expect(repl("list\n", script)).toMatchObject({ stdout: "", status: 1 });
});

test("what cannot be opened is told as by the other commands", () => {
  expect(repl("", "/nosuch.bt")).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("failed to open file '/nosuch.bt'") as string,
  });
  const { stderr, status } = spawnSync(process.execPath, [cli, "repl"], { encoding: "utf8", input: "" });
  expect([status, stderr]).toEqual([
    1,
    "ERROR: USAGE: a recording is needed: --trace FILE, or --sample for the one that comes with hindsight\n",
  ]);
});

test("no history of what is piped, no escape sequences, no terminal interface", () => {
  const { stdout, stderr, status } = repl("{ print(1); }\ninfo\nbegin { }\ntui\n");
  expect(stdout + stderr).not.toContain("\x1b");
  expect([status, stderr.split("\n")[0]]).toEqual([1, "ERROR: the terminal interface needs a terminal"]);
  expect(existsSync(join(home, ".local"))).toBe(false);
});

test("plan is made from the programs", () => {
  const { stdout, status } = repl("set autorun off\ntracepoint:sched:sched_switch { @[args.prev_comm] = count(); }\nplan -- make\n");
  expect(status).toBe(0);
  expect(stdout).toContain("sched_switch");
  expect(stdout).toContain("make");
});

test("inputs of several lines, backslashes and all, come back from the file of history", () => {
  const path = join(mkdtempSync(join(tmpdir(), "hindsight-history-")), "deep", "history");
  const entries = ["seek +1", 'BEGIN {\n  printf("a\\n\\\\");\n}', "é漢😀"];
  const history = openHistory(path);
  for (const entry of entries) history.add(entry);
  expect(openHistory(path).entries).toEqual(entries);
  expect(readFileSync(path, "utf8").split("\n").length).toBe(4);
  writeFileSync(path, Array.from({ length: 5_000 }, (_, i) => `seek event ${i}\n`).join(""));
  expect(openHistory(path).entries.length).toBe(2_000);
  expect(readFileSync(path, "utf8").startsWith("seek event 3000\n")).toBe(true);
  expect(openHistory("/proc/nosuch/history").entries).toEqual([]);
});

test("raw events of several recordings have the names of their own", () => {
  const { stdout, status } = repl("events 1\n", "--trace", "test/fixtures/traces/s07-kprobes/trace.dat");
  expect(status).toBe(0);
  expect(stdout).toContain(" probe:vfs_write__return  ");
  const second = repl(
    "tracepoint:sched:sched_switch { @n = count(); }\nseek event 3\nevents 1\n",
    "--trace",
    "test/fixtures/traces/s07-kprobes/trace.dat",
  );
  expect(second.stdout).toMatch(/^ {2}\S+ {2}cpu 1 {2}swapper\/1\(0\) +sched:sched_switch {2}prev_comm="swapper\/1" /m);
});
