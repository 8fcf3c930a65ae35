/** Plans for kernels that are too old for a part of them. */
import { expect, test } from "vitest";
import type { ProbeCatalogue } from "../../lang/catalogue.ts";
import { buildCatalogue } from "../../probes/catalogue.ts";
import type { Release } from "../../src/plan/machine.ts";
import { definitionOf, type PlannedDynamic } from "../../src/plan/plan.ts";
import { recordable, releaseIn } from "../../src/plan/release.ts";
import { madeEvent } from "../support/made-recording.ts";

test.each([
  ["6.1.0-50-amd64", [6, 1]],
  ["Linux guest 6.1.0-50-amd64 x86_64", [6, 1]],
  ["Linux 10.0.0.7 5.14.0-427.el9.x86_64 x86_64", [5, 14]],
  ["6.18.44", [6, 18]],
  ["6.10-rc1", [6, 10]],
  ["Linux aarch64", null],
  [null, null],
] as const)("release of %s", (text, release) => {
  expect(releaseIn(text)).toEqual(release);
});

const format = madeEvent("sched", "sched_switch", 900, [["int prev_pid", 4, 1]]).format;
const catalogue: ProbeCatalogue = buildCatalogue({
  events: [{ category: "sched", name: "sched_switch", id: 900, formatText: () => format }],
  byteOrder: "little",
  longBytes: 8,
  ncpus: 1,
  warn: (message) => expect.fail(message),
});

const dynamic = (letter: PlannedDynamic["letter"], place: string, since: string | null, args: PlannedDynamic["args"]): PlannedDynamic => ({
  letter,
  group: "hs",
  name: "event",
  place,
  isUser: false,
  args,
  why: "the probe",
  since,
  kstack: false,
  ustack: false,
});

function outcome(event: PlannedDynamic, release: Release | null): readonly [event: string, lacking: string | null] {
  const { event: left, unrecordable } = recordable(event, { release, catalogue });
  const shown = "letter" in left ? definitionOf(left) : `${left.category}:${left.name}`;
  return [shown, unrecordable === null ? null : `${unrecordable.what}: ${unrecordable.why}`];
}

const returns = dynamic("r", "vfs_read", "6.10", [
  { name: "count", fetch: "$arg3" },
  { name: "rs1", fetch: "+0($arg2):string" },
  { name: "retval", fetch: "$retval" },
]);

test("entry arguments at a return: without them the result is left", () => {
  const whole = definitionOf(returns);
  for (const release of [[6, 10], [6, 18], [7, 0], null] as const) expect(outcome(returns, release)).toEqual([whole, null]);
  expect(outcome(returns, [6, 1])).toEqual([
    "r:hs/event vfs_read retval=$retval",
    "the arguments of vfs_read, and what they lead to, in the probe: that needs Linux 6.10 or newer, and this is 6.1",
  ]);
});

test("an event on a raw tracepoint: the event of the kernel is left", () => {
  const event = dynamic("t", "sched_switch", "6.5", [{ name: "arg0", fetch: "$arg1" }]);
  expect(outcome(event, [6, 5])[1]).toBeNull();
  expect(outcome(event, [6, 1])).toEqual([
    "sched:sched_switch",
    "the arguments of the probe: that needs Linux 6.5 or newer, and this is 6.1",
  ]);
});

test("an event probe: the event that it reads is left", () => {
  const event = dynamic("e", "sched/sched_switch", "5.15", [{ name: "m_p_0", fetch: "+0($p):x32" }]);
  expect(outcome(event, [5, 15])[1]).toBeNull();
  expect(outcome(event, [5, 4])).toEqual([
    "sched:sched_switch",
    "what the pointers of sched/sched_switch lead to: that needs Linux 5.15 or newer, and this is 5.4",
  ]);
});

test("what is as old as the tracer itself is for all", () => {
  const event = dynamic("p", "vfs_read", null, [{ name: "arg0", fetch: "$arg1" }]);
  expect(outcome(event, [3, 10])).toEqual([definitionOf(event), null]);
});
