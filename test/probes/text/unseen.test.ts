/** Events that are described and of which the text has no line. */
import { expect, test } from "vitest";
import { recordedMachine } from "../../../src/session/recorded-machine.ts";
import { noSideData } from "../../../src/session/recorded-machine.ts";
import { listProbes } from "../../../src/workspace/probe-list.ts";
import { runScript } from "../../support/run-script.ts";
import { ofScript, openText } from "./support.ts";

const WAKEUP = "sh 7 [000] 1.000001: sched:sched_wakeup: comm=a pid=22 prio=120 target_cpu=001\n";
const EXIT = "sh 7 [000] 1.000002: syscalls:sys_exit_read: 0x340\n";

test("wildcards stand for what the text holds", async () => {
  expect(await ofScript(WAKEUP + EXIT, "tracepoint:*:* { @[probe] = count() }")).toEqual([
    "@[tracepoint:sched:sched_wakeup]: 1",
    "@[tracepoint:syscalls:sys_exit_read]: 1",
  ]);
  expect(await ofScript(WAKEUP + EXIT, "rawtracepoint:* { @[probe] = count() }")).toEqual(["@[rawtracepoint:sched_wakeup]: 1"]);
});

test("so does the list of probes", async () => {
  const machine = recordedMachine(await openText(WAKEUP + EXIT, "perf script text"), noSideData);
  expect(listProbes("tracepoint:*", machine).map(({ name }) => name)).toEqual(
    expect.arrayContaining(["tracepoint:sched:sched_wakeup", "tracepoint:syscalls:sys_exit_read"]),
  );
  expect(listProbes("tracepoint:block:*", machine)).toEqual([]);
});

test("what it does not hold is asked for with a warning", async () => {
  const recording = await openText(WAKEUP, "perf script text");
  const { stderr, exitCode } = await runScript("t:sched:sched_wakeup { @w = count() } t:block:block_rq_issue { @b = count() }", {
    recording,
  });
  expect(stderr).toContain("WARNING: The recording holds no event of tracepoint:block:block_rq_issue.");
  expect(stderr).not.toContain("no event of tracepoint:sched:sched_wakeup");
  expect(exitCode).toBe(0);
});
