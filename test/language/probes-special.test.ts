/** begin, end, self, test, bench, interval: probes that need no recording. */
import { expect, test } from "vitest";
import { recordingOf } from "../support/recordings.ts";
import { runScript, type RunOptions } from "../support/run-script.ts";

const forkExec = await recordingOf("s03-forkexec");

const printed = async (text: string, options: RunOptions = {}): Promise<string> => (await runScript(text, options)).stdout.trim();
const replayed = (text: string): Promise<string> => printed(text, { recording: forkExec });
const said = async (text: string, options: RunOptions = {}): Promise<string[]> => {
  const { stderr, exitCode } = await runScript(text, options);
  expect(exitCode, stderr).toBe(1);
  return stderr.split("\n").filter((line) => /ERROR|WARNING|HINT/.test(line));
};

test("row 1.14: begin runs first, several of them in order, in our own process", async () => {
  expect(await printed("interval:s:1 { print(3); exit() } begin { print(1) } begin { print(2) }")).toBe("1\n2\n3");
  expect(await printed("begin { print((pid, tid, comm)) }")).toBe("(4242, 4242, hindsight)");
  expect(await replayed("begin { print((pid, tid, comm)) }")).toBe("(0, 0, hindsight)");
  expect(await replayed("tracepoint:sched:sched_process_fork { @after = @before } begin { @before = 7 }")).toBe("@after: 7\n@before: 7");
});

test("row 1.14: begin has no target, begin:* is tolerated", async () => {
  expect(await printed("begin:* { print(probe) }")).toBe("begin");
  expect(await said("begin:x { }")).toEqual(["stdin:1:1-8: ERROR: begin probe type requires 0 arguments, found 1"]);
  expect(await said("end:x { }")).toEqual(["stdin:1:1-6: ERROR: end probe type requires 0 arguments, found 1"]);
});

test("row 1.15: end runs last, behind exit() too; several in order; they count as probes", async () => {
  const { stdout, stderr } = await runScript("end { print(2) } end { print(3) } interval:s:1 { print(1); exit(); print(9) }");
  expect(stdout.trim()).toBe("1\n2\n3");
  expect(stderr).toContain("Attached 3 probes\n");
  expect(await replayed("end { print((@n, 1)) } tracepoint:sched:sched_process_fork { @n++ }")).toBe("(74, 1)\n\n\n@n: 74");
});

test("row 1.16: begin and end alone: the run ends by itself", async () => {
  expect(await runScript('begin { printf("a\\n") } end { printf("b\\n") }')).toMatchObject({ stdout: "a\nb\n\n\n", exitCode: 0 });
});

test("row 1.18: of the signals to ourselves SIGUSR1 can be probed", async () => {
  const { stderr } = await runScript("self:signal:SIGUSR1 { print(1) } self:signal:SIGUSR1 { print(2) } interval:s:1 { exit() }");
  expect(stderr).toContain("Attached 3 probes\n");
  expect(await said("self:signal:SIGUSR2 { }")).toEqual(["stdin:1:1-20: ERROR: SIGUSR2 is not a supported signal"]);
  expect(await said("self:timer:SIGUSR1 { }")).toEqual(["stdin:1:1-19: ERROR: timer is not a supported trigger"]);
});

test("row 1.19: tests have names of their own", async () => {
  expect(await said("test: { }")).toEqual(["stdin:1:1-6: ERROR: test probes must have a name"]);
  expect(await said("test:a { } test:b { } test:a { }")).toEqual([
    'stdin:1:23-29: ERROR: "a" was used as the name for more than one TEST probe',
    "stdin:1:1-7: ERROR: this is the other instance",
  ]);
});

test("row 1.20: benchmarks have names of their own, which a test may share", async () => {
  expect(await said("bench: { }")).toEqual(["stdin:1:1-7: ERROR: bench probes must have a name"]);
  expect(await said("bench:a { } bench:a { }")).toEqual([
    'stdin:1:13-20: ERROR: "a" was used as the name for more than one BENCH probe',
    "stdin:1:1-8: ERROR: this is the other instance",
  ]);
  const { compilation } = await runScript("bench:a { } test:a { }");
  expect(compilation.script?.attach.map(({ point }) => point.name)).toEqual(["bench:a", "test:a"]);
});

test.each([
  ["seconds", "interval:s:1", 2],
  ["milliseconds", "interval:ms:500", 5],
  ["microseconds", "interval:us:250000", 11],
  ["times a second", "interval:hz:10", 27],
  ["the alias", "i:s:1", 2],
])("row 1.21: %s, over a recording of 2.77 s", async (_, point, ticks) => {
  expect(await replayed(`${point} { @ = count() }`)).toBe(`@: ${ticks}`);
});

test("row 1.21: one CPU, and time that goes on in even steps", async () => {
  const text =
    "begin { @t = nsecs } interval:ms:100 { print((cpu, nsecs - @t)); @t = nsecs; if (++@n == 3) { exit() } } end { clear(@t); clear(@n) }";
  expect(await replayed(text)).toBe("(0, 100000000)\n(0, 100000000)\n(0, 100000000)");
});

test.each([
  ["interval:s:0", "interval frequency should be a positive integer"],
  ["interval:s:x", "Invalid rate of interval probe: invalid integer: x"],
  ["interval:s:-1", "Invalid rate of interval probe: invalid integer: -1"],
  ["interval:foo:1", "foo is not an accepted unit of time"],
  ["interval::1", "interval probe must have unit of time"],
])("row 1.21: %s is refused", async (point, message) => {
  expect(await said(`${point} { }`)).toEqual([`stdin:1:1-${point.length + 1}: ERROR: ${message}`]);
});

test.each([
  ["plain nanoseconds", "interval:100000000", "@[interval:us:100000]: 27"],
  ["whole microseconds are kept", "interval:100000999", "@[interval:us:100000]: 27"],
  ["a duration", "interval:1s", "@[interval:us:1000000]: 2"],
  ["a short duration", "interval:500ms", "@[interval:us:500000]: 5"],
])("row 1.22: %s", async (_, point, expected) => {
  expect(await replayed(`${point} { @[probe] = count() }`)).toBe(expected);
});

test("row 1.22: a microsecond is the least", async () => {
  expect(await said("interval:999 { }")).toEqual([
    "stdin:1:1-13: ERROR: Invalid rate of interval probe. Minimum is 1000 or 1us. Found: 999 nanoseconds",
  ]);
  expect((await runScript("interval:1us { exit() }")).exitCode).toBe(0);
});
