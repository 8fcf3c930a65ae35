/** What is missing is asked for in the words of the recorder that was used. */
import { expect, test } from "vitest";
import { fixturePath } from "../support/fixtures.ts";
import { runCommand } from "../support/run-command.ts";

const hints = async (trace: string, script: string): Promise<string[]> => {
  const { stderr } = await runCommand(["--trace", trace, "-q", "-e", script]);
  return [...stderr.matchAll(/^HINT: (.*)$/gm)].map(([, hint]) => hint!);
};

test("perf.data: call chains, and the files that its own mappings name", async () => {
  const trace = fixturePath("traces/s02-ddio/perf.data.gz");
  expect(await hints(trace, "tracepoint:block:block_rq_issue { @[kstack] = count(); @u[ustack] = count(); exit(); }")).toEqual([
    "record them with: perf record -g",
    "record them with: perf record -g",
  ]);
  const samples = fixturePath("traces/s14-profile/perf.data.gz");
  expect(await hints(samples, 'profile:hz:199 /comm == "hsburn"/ { @[ustack] = count(); }')).toEqual([
    "pass the files that the processes mapped: --symfs DIR (on the machine that recorded: --symfs /)",
  ]);
});

test("trace.dat: trace-cmd's own options", async () => {
  expect(await hints(fixturePath("traces/s07-kprobes/trace.dat"), "tracepoint:syscalls:sys_enter_unlink { @[kstack] = count(); }")).toEqual(
    ["record them with: trace-cmd record -T (or echo stacktrace > events/CATEGORY/EVENT/trigger)"],
  );
});
