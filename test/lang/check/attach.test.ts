import { expect, test } from "vitest";
import { checkText, hints, hir, problems } from "./support.ts";

const points = (text: string, params: readonly string[] = []): string[] | undefined =>
  checkText(text, { params }).program?.probes.map((probe) => probe.attach.map(({ name }) => name).join(" "));

test.each([
  ["row 1.02 upper case", "BEGIN {} END {}", ["begin", "end"]],
  ["row 1.14 begin:* is tolerated", "begin:* {}", ["begin"]],
  ["row 1.21 three parts", "interval:ms:20 {} i:hz:5 {}", ["interval:ms:20", "interval:hz:5"]],
  ["row 1.22 plain nanoseconds", "interval:1500 {}", ["interval:us:1"]],
  ["row 1.22, 1.48 a duration is normalised", "interval:1s {} interval:500ms {}", ["interval:us:1000000", "interval:us:500000"]],
  ["row 1.26 alias", "t:irq:softirq_entry {}", ["tracepoint:irq:softirq_entry"]],
  ["row 1.06 wildcard in the name", "tracepoint:sched:sched_w* {}", ["tracepoint:sched:sched_wakeup tracepoint:sched:sched_wakeup_new"]],
  ["row 1.06 wildcard in the category", "tracepoint:s*:*_switch {}", ["tracepoint:sched:sched_switch"]],
  ["row 1.26 one part with a wildcard searches every category", "tracepoint:soft* {}", ["tracepoint:irq:softirq_entry"]],
  ["row 1.06 wildcard in the provider", "trace*:irq:* {}", ["tracepoint:irq:softirq_entry"]],
  ["row 1.05 several points share a body", "begin, interval:s:1, end {}", ["begin interval:s:1 end"]],
])("%s", (_, text, expected) => {
  expect(points(text)).toEqual(expected);
});

test("row 1.04 parameters are put in before splitting, even into the provider", () => {
  expect(points("tracepoint:$1 {} beg$2 {} interval:$3:$4 {}", ["irq:softirq_entry", "in", "s", "7"])).toEqual([
    "tracepoint:irq:softirq_entry",
    "begin",
    "interval:s:7",
  ]);
});

test("period of intervals in ns", () => {
  const periods = checkText("i:s:2 {} i:ms:3 {} i:us:4 {} i:hz:3 {} i:2500 {}").program?.probes.map(({ attach }) =>
    attach[0]?.provider === "interval" ? attach[0].periodNs : null,
  );
  expect(periods).toEqual([2_000_000_000n, 3_000_000n, 4_000n, 333_333_333n, 2_000n]);
});

test.each([
  ["row 1.10", "foo:bar {}", "error: Invalid probe type: foo @ foo:bar"],
  ["row 1.11", "tracepoint:sched {}", "error: tracepoint probe type requires 2 arguments, found 1 @ tracepoint:sched"],
  ["row 1.11 or", "interval {}", "error: interval probe type requires 1 or 2 arguments, found 0 @ interval"],
  ["row 1.14 begin has no target", "begin:x {}", "error: begin probe type requires 0 arguments, found 1 @ begin:x"],
  ["row 1.21 unit", "interval:foo:1 {}", "error: foo is not an accepted unit of time @ interval:foo:1"],
  ["row 1.21 positive", "interval:s:0 {}", "error: interval frequency should be a positive integer @ interval:s:0"],
  ["row 1.21 number", "interval:s:x {}", "error: Invalid rate of interval probe: invalid integer: x @ interval:s:x"],
  [
    "row 1.22 minimum",
    "interval:999 {}",
    "error: Invalid rate of interval probe. Minimum is 1000 or 1us. Found: 999 nanoseconds @ interval:999",
  ],
  [
    "more than once a nanosecond",
    "interval:hz:2000000000 {}",
    "error: Invalid rate of interval probe: 2000000000 @ interval:hz:2000000000",
  ],
  ["row 1.26 not found", "tracepoint:a:b {}", "error: Tracepoint not found: a:b @ tracepoint:a:b"],
  ["row 1.07 no match", "tracepoint:nope:* {}", "error: No matches for tracepoint nope:*. @ tracepoint:nope:*"],
  ["other providers", "kprobe:vfs_read {}", "error: kprobe:vfs_read is not in the recording. @ kprobe:vfs_read"],
])("%s", (_, text, expected) => {
  expect(problems(text)).toEqual([expected]);
});

test("a missing event comes with a near name and the command that records it", () => {
  expect(hints("tracepoint:sched:sched_swich {}")).toEqual([
    "did you mean sched:sched_switch?\nrecord it with: trace-cmd record -e sched:sched_swich",
  ]);
  expect(hints("tracepoint:block:* {}")).toEqual(["record it with: trace-cmd record -e 'block:*'"]);
});

test("row 1.26 the category syscall gets a hint", () => {
  expect(hints("tracepoint:syscall:sys_exit_read {}")[0]).toContain("the category is called syscalls: tracepoint:syscalls:sys_exit_read");
});

test("without a recording tracepoints say what to pass", () => {
  expect(problems("tracepoint:a:b {}", { catalogue: null })).toEqual(["error: tracepoint:a:b needs a recording @ tracepoint:a:b"]);
  expect(hints("tracepoint:a:b {}", { catalogue: null })).toEqual(["pass the recorded trace with --trace FILE"]);
  expect(problems("begin {} end {} interval:s:1 {}", { catalogue: null })).toEqual([]);
});

test("row 1.07 missing_probes", () => {
  const text = "config = { missing_probes = warn } tracepoint:a:b, begin {} tracepoint:c:d {}";
  expect(problems(text)).toEqual([
    "warning: Tracepoint not found: a:b Skipping. @ tracepoint:a:b",
    "warning: Tracepoint not found: c:d Skipping. @ tracepoint:c:d",
    "warning: Probe has no valid attach points and is removed. @ tracepoint:c:d",
  ]);
  expect(points(text)).toEqual(["begin"]);
  const ignored = { config: { BPFTRACE_MISSING_PROBES: "ignore" } };
  expect(problems("tracepoint:a:b {}", ignored)).toEqual([]);
  expect(checkText("tracepoint:a:b {}", ignored).program?.probes).toEqual([]);
});

test("rows 1.08, 1.09 too many probes and bodies", () => {
  expect(problems("tracepoint:sched:* {}", { config: { BPFTRACE_MAX_PROBES: "2" } })).toEqual([
    "error: Can't attach to 3 probes because it exceeds the current limit of 2 probes. @ tracepoint:sched:*",
  ]);
  expect(problems("tracepoint:sched:* { print(probe) }", { config: { BPFTRACE_MAX_BPF_PROGS: "2" } })[0]).toContain("BPF programs");
});

test("row 1.05 the body is copied per point only as far as it depends on the point", () => {
  expect(points("tracepoint:sched:* { @ = count() }")).toHaveLength(1);
  expect(points("tracepoint:sched:* { print(probe) }")).toHaveLength(3);
  // pid lies elsewhere in sched_switch.
  expect(points("tracepoint:sched:* { print(args.pid) }")).toEqual([
    "tracepoint:sched:sched_switch",
    "tracepoint:sched:sched_wakeup tracepoint:sched:sched_wakeup_new",
  ]);
});

test("row 4.24 probe is the full name, row 1.03 or the name given", () => {
  expect(hir('tracepoint:irq:*, x=interval:1s /probe != ""/ { print(probe) }')).toBe(
    [
      "tracepoint:irq:softirq_entry {",
      "  if true {",
      '    print("tracepoint:irq:softirq_entry")',
      "  }",
      "}",
      "interval:us:1000000 {",
      "  if true {",
      '    print("x")',
      "  }",
      "}",
    ].join("\n"),
  );
});
