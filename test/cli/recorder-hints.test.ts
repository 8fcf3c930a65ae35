/** What is missing is asked for in the words of the recorder that was used. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fixturePath } from "../support/fixtures.ts";
import { runCommand } from "../support/run-command.ts";

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "hindsight-hints-"));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const hints = async (trace: string, script: string): Promise<string[]> => {
  const { stderr } = await runCommand(["--trace", trace, "-q", "-e", script]);
  return [...stderr.matchAll(/^HINT: (.*)$/gm)].map(([, hint]) => hint!);
};

test("perf.data: call chains, and the files that its own mappings name", async () => {
  const trace = fixturePath("traces/s02-ddio/perf.data.gz");
  expect(await hints(trace, "tracepoint:block:block_rq_issue { @[kstack] = count(); @u[ustack] = count(); exit(); }")).toEqual([
    "record them with: perf record -g, and neither --user-callchains nor :u; what is sampled in user code has none",
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

test("JSON lines are of any recorder", async () => {
  const path = join(directory, "made.jsonl");
  writeFileSync(path, '{"ts":1,"pid":7,"event":"app:request","args":{"status":200}}\n');
  expect(await hints(path, "tracepoint:app:request { @[kstack] = count(); }")).toEqual([
    "record them with the events: trace-cmd record -T, or perf record -g",
  ]);
});

test("packets have no stacks and no task", async () => {
  const script = "packet { @[kstack] = count(); @c[comm] = count(); }";
  expect(await hints(fixturePath("lo.pcap"), script)).toEqual([
    "packets have none: record the kernel's events of them beside the capture, trace-cmd record -T -e net:netif_rx",
    "record beside them who sends and receives, and pass both: trace-cmd record -e syscalls:sys_enter_sendto -e net:netif_rx",
  ]);
  const { stderr, status } = await runCommand(["--strict", "--trace", fixturePath("lo.pcap"), "-q", "-e", "packet { @[comm] = count(); }"]);
  expect(status).toBe(1);
  expect(stderr).toContain("ERROR: packets have no task and no CPU: comm of packet:");
});
