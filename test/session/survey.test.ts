/** What `hindsight info` counts. */
import { expect, test } from "vitest";
import { infoText } from "../../src/cli/info.ts";
import { survey } from "../../src/session/survey.ts";
import { openText } from "../probes/text/support.ts";
import { runCommand } from "../support/run-command.ts";

const BODY = "sched:sched_wakeup: comm=a pid=22 prio=120 target_cpu=001";

test("events are what was recorded, not what tells names of tasks", async () => {
  const recording = await openText(`sh 7 [000] 1.000001: ${BODY}\nls 7 [000] 1.000002: ${BODY}\n`, "perf script text");
  const found = survey(recording);
  expect(found.stats.events).toBeGreaterThan(2n);
  expect(found.recorded).toBe(2n);
  expect([...found.events.values()]).toEqual([2n]);
  expect(infoText(recording, found)).toMatch(/^events {4}2 of 1 kinds/m);
});

test("a high CPU number costs no memory", async () => {
  const recording = await openText(`sh 7 [000] 1.000001: ${BODY}\nsh 7 [4000] 1.000002: ${BODY}\n`, "perf script text");
  expect(recording.info.ncpus).toBe(4_001);
  expect(survey(recording)).toMatchObject({ recorded: 2n });
});

test("a second file is not passed over in silence", async () => {
  const { stderr, status } = await runCommand(["info", "a.dat", "b.dat"]);
  expect(stderr).toBe("ERROR: hindsight info takes one file, and b.dat is another: pass each with --trace FILE\n");
  expect(status).toBe(1);
});
