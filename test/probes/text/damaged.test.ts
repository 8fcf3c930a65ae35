/** Texts that are cut, mixed up or hostile: what can be read is, the rest is counted; none of it throws or takes long. */
import { expect, test } from "vitest";
import { openRecordingBytes } from "../../../probes/open.ts";
import type { Recording } from "../../../probes/recording.ts";
import { survey } from "../../../src/session/survey.ts";
import { fixtureBytes } from "../../support/fixtures.ts";
import { latin1, openText, printed } from "./support.ts";

const COUNT = "t:sched:sched_wakeup { @[args.pid] = count(); }";
const BODY = "sched_wakeup: comm=a pid=22 prio=120 target_cpu=001";
const LINE = `            bash-1360    [001] .....  1214.942565: ${BODY}\n`;
const HEADER = "# tracer: nop\n#\n";

const eventsOf = (recording: Recording): bigint => survey(recording).stats.events;

test.each<readonly [name: string, text: string, printed: readonly string[], warning: RegExp | null]>([
  ["cut in the last line", `${HEADER}${LINE}${LINE.slice(0, 70)}`, ["@[22]: 1"], /1 lines of sched_wakeup/],
  ["cut in the last head", `${HEADER}${LINE}${LINE.slice(0, 30)}`, ["@[22]: 1"], /1 of \d+ lines are not understood/],
  ["lines of something else", `${HEADER}${LINE}oops: this is no trace\n${LINE}`, ["@[22]: 2"], /1 of \d+ lines/],
  ["two lines in one", `${HEADER}${LINE}${LINE.slice(0, -20)}${LINE}${LINE}`, ["@[22]: 2"], /lines of sched_wakeup/],
  ["times that go back", `${HEADER}${LINE}${LINE.replace("1214", "3")}${LINE}`, ["@[22]: 3"], null],
  ["a time far away", `${HEADER}${LINE}${LINE.replace("1214", "99999999")}`, ["@[22]: 2"], null],
  ["a time without end", `${HEADER}${LINE}${LINE.replace("1214", "9".repeat(400))}`, ["@[22]: 1"], /1 of \d+ lines/],
  ["a CPU that cannot be", `${HEADER}${LINE}${LINE.replace("[001]", "[99999999]")}`, ["@[22]: 1"], /1 of \d+ lines/],
  ["a pid that cannot be", `${HEADER}${LINE}${LINE.replace("1360", "99999999999999999999")}`, ["@[22]: 2"], null],
  ["numbers too large for their fields", `${HEADER}${LINE.replace("pid=22", "pid=4294967318")}`, ["@[22]: 1"], null],
  [
    "a name longer than its field",
    `${HEADER}${LINE}${LINE.replace("comm=a", `comm=${"x".repeat(300)}`)}`,
    ["@[22]: 1"],
    /1 lines of sched_wakeup/,
  ],
  ["a stack before every event", `${HEADER} => nowhere\n${LINE}`, ["@[22]: 1"], null],
  [
    "a stack of a thousand frames",
    `${HEADER}${LINE}${LINE.replace(BODY, "<stack trace>")}${" => deep\n".repeat(1000)}${LINE}`,
    ["@[22]: 2"],
    null,
  ],
  ["a line without end", `${HEADER}${LINE}${"x".repeat(3_000_000)}\n${LINE}`, ["@[22]: 2"], /1 lines are longer/],
  [
    "an event of a thousand keys",
    `${HEADER}${LINE}${LINE.replace(BODY, `many: ${Array.from({ length: 1000 }, (_, i) => `k${i}=${i}`).join(" ")}`)}`,
    ["@[22]: 1"],
    null,
  ],
])("%s", async (_name, text, expected, warning) => {
  const recording = await openText(text, "ftrace text");
  expect(await printed(COUNT, recording)).toEqual(expected);
  if (warning === null) expect(recording.info.warnings).toEqual([]);
  else expect(recording.info.warnings.join("\n")).toMatch(warning);
});

test("as many names as one likes", async () => {
  const lines = Array.from({ length: 30_000 }, (_, i) =>
    LINE.replace("sched_wakeup", `made_up_${i}`).replace("bash-1360", `t${i}-${i + 1}`.padStart(9)),
  );
  const recording = await openText(HEADER + lines.join("") + LINE, "ftrace text");
  expect(await printed(COUNT, recording)).toEqual(["@[22]: 1"]);
  expect(recording.info.warnings.join()).toMatch(/lines name events beyond/);
});

test.each([
  ["a trace", "text/graph.txt"],
  ["a report", "traces/s09-signals/report.txt"],
  ["a perf script", "traces/s09-signals/perf.script.txt"],
])("%s that is cut anywhere", async (_name, file) => {
  const whole = fixtureBytes(file).subarray(0, 4000);
  let before = 0n;
  for (let end = 0; end < whole.length; end += 37) {
    const opened = await openRecordingBytes("cut", whole.slice(0, end));
    if (!opened.ok) {
      expect(opened.message).toMatch(/^cut: (the file is empty|not a recording)/);
      continue;
    }
    const events = eventsOf(opened.recording);
    // What a cut line loses is that line.
    expect(events).toBeGreaterThanOrEqual(before - 2n);
    before = events;
  }
  expect(before).toBeGreaterThan(10n);
});

test("bytes in place of text are no trace, unless a head says that it is one", async () => {
  const withByte = (head: string): Uint8Array => {
    const bytes = latin1(head + LINE + LINE);
    bytes[head.length + 3] = 0;
    return bytes;
  };
  expect((await openRecordingBytes("binary", withByte(""))).ok).toBe(false);
  const opened = await openRecordingBytes("binary", withByte(HEADER));
  if (!opened.ok) expect.fail(opened.message);
  // It stands in front of the task.
  expect(eventsOf(opened.recording)).toBe(2n);
});
