/** What the recording lacks is said once: on stderr, as a record of its own in JSON, as an error with --strict. */
import { expect, test } from "vitest";
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
