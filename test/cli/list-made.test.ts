/** -l leaves out the records that stand for what a recording tells otherwise. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { fixturePath } from "../support/fixtures.ts";
import { runCommand } from "../support/run-command.ts";

const folder = mkdtempSync(join(tmpdir(), "hindsight-list-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("records that are made of what a recording tells otherwise are listed to who asks for them", async () => {
  const text = join(folder, "trace.txt");
  writeFileSync(
    text,
    "# tracer: nop\n#\n            true-21756   [001] .....  6513.809293: sched_process_exec: filename=/usr/bin/true pid=21756 old_pid=21756\n",
  );
  for (const [trace, event] of [
    [text, "sched:sched_process_exec"],
    [fixturePath("traces/s04-pingpong/perf.data.gz"), "sched:sched_switch"],
  ] as const) {
    const all = (await runCommand(["--trace", trace, "-l"])).stdout;
    expect(all).toContain(`tracepoint:${event}\n`);
    expect(all).not.toContain("tracepoint:ftrace:");
    expect((await runCommand(["--trace", trace, "-l", "t:ftrace:*stack"])).stdout).toBe(
      "tracepoint:ftrace:kernel_stack\ntracepoint:ftrace:user_stack\n",
    );
  }
});
