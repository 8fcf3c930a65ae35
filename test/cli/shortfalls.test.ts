/** What the recording lacks is said once: on stderr, as a record of its own in JSON, as an error with --strict. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runCli } from "../support/cli.ts";

const SCRIPT = "tracepoint:syscalls:sys_exit_read { @ = max(uid); exit(); }";
const MESSAGE = "the recording does not hold the user ids of some tasks: asked for once, answered with 0";
const HINT = "events carry no ids; of tasks that call it, this one tells: -e syscalls:sys_exit_getuid";

test("on stderr", () => {
  const { stdout, stderr, status } = runCli(["--sample", "-e", SCRIPT]);
  expect(stdout.trim()).toBe("@: 0");
  expect(stderr).toBe(`Attached 1 probe\nWARNING: ${MESSAGE}\nHINT: ${HINT}\n`);
  expect(status).toBe(0);
});

test("not with --no-warnings", () => {
  expect(runCli(["--sample", "--no-warnings", "-q", "-e", SCRIPT])).toMatchObject({ stderr: "", status: 0 });
});

test("a record of its own in JSON", () => {
  const { stdout, stderr, status } = runCli(["--sample", "-f", "json", "-e", SCRIPT]);
  const records = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { readonly type: string; readonly data: unknown });
  expect(records.find(({ type }) => type === "missing")?.data).toEqual({ kind: "uid", count: 1, message: MESSAGE, hint: HINT });
  expect(stderr).not.toContain("WARNING");
  expect(status).toBe(0);
});

test("an error with --strict, even without warnings", () => {
  for (const more of [[], ["--no-warnings"]]) {
    const { stderr, status } = runCli(["--sample", "--strict", ...more, "-q", "-e", SCRIPT]);
    expect(stderr).toBe(`ERROR: ${MESSAGE}\nHINT: ${HINT}\n`);
    expect(status).toBe(1);
  }
  expect(runCli(["--sample", "--strict", "-q", "-e", SCRIPT.replace("uid", "tid")])).toMatchObject({ stderr: "", status: 0 });
});

const directory = mkdtempSync(join(tmpdir(), "hindsight-shortfalls-"));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

test("changes of what processes had mapped that are too many to be told apart, if the script names user code", () => {
  const mapping = (ts: number, page: number, path: string): string => {
    const [start, end] = [page, page + 1].map((at) => `0x${(at << 12).toString(16)}`);
    return JSON.stringify({ mapping: { pid: 7, ts, start, end, fileOffset: "0x0", path } });
  };
  const path = join(directory, "mapped.jsonl");
  const lines = [
    '{"hindsight": 1}',
    ...Array.from({ length: 4096 }, (_, page) => mapping(1, 16 + page, "/a")),
    ...Array.from({ length: 1027 }, (_, i) => mapping(2 + i, 16, `/b${i}`)),
    '{"ts": 5000, "pid": 7, "tgid": 7, "event": "app:work", "args": {}}',
  ];
  writeFileSync(path, `${lines.join("\n")}\n`);
  const message =
    "3 changes of what processes had mapped are not told apart, as there are too many: names of user code from before may be those of later code";
  const run = (script: string): string => runCli(["--trace", path, "-q", "-e", `tracepoint:app:work { ${script} }`]).stderr;
  expect(run("@ = count(); print(usym(0x10000));")).toContain(`WARNING: ${message}\nHINT: record a shorter time, or fewer processes\n`);
  expect(run("@ = count();")).toBe("");
  const typed = `tracepoint:app:work { print(usym(0x10000)); }\n`;
  const { stdout, stderr } = runCli(["repl", "--trace", path], typed);
  expect(`${stdout}${stderr}`).toContain(`WARNING: ${message}\n`);
});
