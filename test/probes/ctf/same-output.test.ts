/** Scripts over the events of a recording print the same bytes when LTTng's kernel tracer recorded these. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { nothingBeside } from "../../../probes/formats/format.ts";
import { fixturePath } from "../../support/fixtures.ts";
import { recordingOf } from "../../support/recordings.ts";
import { runScript } from "../../support/run-script.ts";
import { ctfOf } from "./convert.ts";
import { babeltrace, hasBabeltrace, open } from "./support.ts";

const scriptOf = (path: string): string => readFileSync(fixturePath(`traces/${path}.bt`), "utf8");

/** No names of tasks are kept apart from events, so scripts that print `comm` are left to what tells it. */
test.each([
  ["s04-pingpong", "le", "tid", ["switches", "oncpu", "runqlat"]],
  ["s04-pingpong", "be", "tid", ["switches", "oncpu", "runqlat"]],
  ["s04-pingpong", "le", "none", ["switches", "oncpu", "runqlat"]],
  ["s16-irq", "le", "tid", ["softirq", "hardirq", "softlat"]],
  ["s02-ddio", "be", "none", ["biolat", "issue"]],
] as const)("%s, %s, context %s", async (name, order, context, scripts) => {
  const original = await recordingOf(name);
  const recording = await open(ctfOf(original, order, context), { ...nothingBeside, kallsyms: original.kallsyms() });
  for (const script of scripts) {
    const want = await runScript(scriptOf(`${name}/${script}`), { recording: original });
    const got = await runScript(scriptOf(`${name}/${script}`), { recording });
    expect(got.stdout, script).toBe(want.stdout);
    expect(want.stdout.length).toBeGreaterThan(20);
  }
});

test("who runs is told by the switch before where no context does", async () => {
  const original = await recordingOf("s04-pingpong");
  const recording = await open(ctfOf(original, "le", "none"));
  const script = `tracepoint:sched:sched_switch { @seen[cpu] = 1; @[tid, args.prev_pid] = count(); }
    tracepoint:sched:sched_waking /@seen[cpu]/ { @w[tid, args.pid] = count(); } end { clear(@seen); }`;
  const want = await runScript(script, { recording: original });
  expect((await runScript(script, { recording })).stdout).toBe(want.stdout);
  expect(want.stdout.length).toBeGreaterThan(1000);
});

test("babeltrace2 reads the written traces too", async ({ skip }) => {
  if (!hasBabeltrace) skip("babeltrace2 is not installed");
  const original = await recordingOf("s04-pingpong");
  for (const order of ["le", "be"] as const) {
    const files = ctfOf(original, order, "tid");
    const lines = babeltrace(files);
    const recording = await open(files);
    const { stdout } = await runScript('tracepoint:sched:sched_switch { printf("%lld %d %d\\n", nsecs, args.prev_pid, args.next_pid); }', {
      recording,
    });
    const want = lines.flatMap((line) => {
      const found = /^\[(\d+)\] .*sched_switch: .*prev_tid = (\d+),.*next_tid = (\d+),/.exec(line);
      return found === null ? [] : [`${String(Number(found[1]))} ${found[2]!} ${found[3]!}`];
    });
    expect(stdout.trim().split("\n").sort()).toEqual(want.sort());
    expect(want.length).toBeGreaterThan(500);
  }
});
