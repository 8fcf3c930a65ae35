/** Attach points in general: how they are written, expanded and ordered. */
import { expect, test } from "vitest";
import { recordingOf } from "../support/recordings.ts";
import { runScript, type RunOptions } from "../support/run-script.ts";

const forkExec = await recordingOf("s03-forkexec");

const printed = async (text: string, options: RunOptions = {}): Promise<string> => (await runScript(text, options)).stdout.trim();
const replayed = (text: string, options: RunOptions = {}): Promise<string> => printed(text, { recording: forkExec, ...options });
/** What a script that does not compile says: messages with their places, hints. */
const said = async (text: string, options: RunOptions = {}): Promise<string[]> => {
  const { stderr, exitCode } = await runScript(text, { recording: forkExec, ...options });
  expect(exitCode, stderr).toBe(1);
  return stderr.split("\n").filter((line) => /ERROR|WARNING|HINT/.test(line));
};

test.each([
  ["a body", 'begin { print("a") }', "a"],
  ["a trailing comma before the body", 'begin, { print("a") }', "a"],
  ["a trailing comma before the predicate", 'begin, /1/ { print("a") }', "a"],
  ["several points over lines", 'begin,\n  end\n/pid >= 0/\n{ print("a") }', "a\na"],
  ["an empty body", "begin {}", ""],
])("row 1.01: %s", async (_, text, expected) => {
  expect(await printed(text)).toBe(expected);
});

test("row 1.01: a slash behind a colon belongs to the path, before it begins the predicate", async () => {
  expect(await said("uprobe:/bin/bash:readline /pid/ { }")).toEqual([
    "stdin:1:1-26: ERROR: uprobe:/bin/bash:readline is not in the recording.",
    expect.stringContaining("HINT: record it with: perf probe -x /bin/bash "),
  ]);
  expect(await printed('begin/1/ { print("a") }')).toBe("a");
});

test("row 1.02: providers in any case, aliases as they are", async () => {
  expect(await printed("BEGIN { print(probe) } Begin { print(probe) } END { print(probe) }")).toBe("begin\nbegin\nend");
  expect(await replayed("TRACEPOINT:sched:sched_process_free { @[probe] = count() }")).toBe("@[tracepoint:sched:sched_process_free]: 73");
  expect(await replayed("t:sched:sched_process_free { @[probe] = count() }")).toBe("@[tracepoint:sched:sched_process_free]: 73");
  expect(await said("T:sched:sched_process_free { }")).toEqual(["stdin:1:1-27: ERROR: Invalid probe type: T"]);
  // u is uprobe, U is usdt.
  expect((await said("u:/bin/sh:main { }"))[0]).toContain("uprobe:/bin/sh:main");
  expect((await said("U:/bin/sh:main { }"))[0]).toContain("usdt:/bin/sh:main");
});

test("row 1.03: a name given to a probe is what probe yields", async () => {
  expect(await printed("first=begin { print(probe) } last=end { print(probe) }")).toBe("first\nlast");
  expect(await replayed("forks=tracepoint:sched:sched_process_f* { @[probe] = count() }")).toBe("@[forks]: 147");
});

test("row 1.04: parameters are put in before the text is cut, even into the provider", async () => {
  expect(await printed("beg$1 { print(probe) }", { params: ["in"] })).toBe("begin");
  expect(await replayed("tracepoint:$1 { @[probe] = count() }", { params: ["sched:sched_process_free"] })).toBe(
    "@[tracepoint:sched:sched_process_free]: 73",
  );
  expect(await replayed("tracepoint:sched:sched_process_$1 { @ = count() }", { params: ["free"] })).toBe("@: 73");
});

test("row 1.04: quotes keep colons, blanks and dollars; escapes hold in them", async () => {
  expect(await replayed('"tracepoint":"sched":"sched_process_free" { @ = count() }')).toBe("@: 73");
  expect((await said('uprobe:"/a b":"f(int, char:x)" { }'))[0]).toContain("uprobe:/a b:f(int, char:x) is not in the recording");
  expect((await said('uprobe:/bin/sh:"a\\"b" { }'))[0]).toContain('uprobe:/bin/sh:a"b is not');
  expect((await said('uprobe:/bin/sh:"a$b" { }'))[0]).toContain("uprobe:/bin/sh:a$b is not");
  expect(await said("uprobe:/bin/sh:a$b { }")).toEqual([
    "stdin:1:17-18: ERROR: syntax: '$' in an attach point is a positional parameter: expected a number",
    "HINT: a '$' that belongs to the name goes in double quotes",
  ]);
});

test("row 1.05: one body for several points; what depends on the point is copied", async () => {
  const shared = await runScript("tracepoint:sched:sched_process_* { @ = count() }", { recording: forkExec });
  expect(shared.compilation.script?.programs).toHaveLength(1);
  expect(shared.stdout.trim()).toBe("@: 290");
  const copied = await runScript("tracepoint:sched:sched_process_* { @[probe] = count() }", { recording: forkExec });
  expect(copied.compilation.script?.programs.length).toBeGreaterThan(3);
  expect(copied.stdout.trim().split("\n")).toEqual([
    "@[tracepoint:sched:sched_process_exec]: 65",
    "@[tracepoint:sched:sched_process_free]: 73",
    "@[tracepoint:sched:sched_process_fork]: 74",
    "@[tracepoint:sched:sched_process_exit]: 78",
  ]);
});

test("row 1.05: every point must have what the body uses", async () => {
  expect((await said("tracepoint:sched:sched_process_fork, begin { print(args.child_pid) }"))[0]).toMatch(/ERROR: .*begin/);
});

test.each([
  ["in the event", "tracepoint:sched:sched_process_f*", 147],
  ["in the category", "tracepoint:s*:sched_process_free", 73],
  ["in both", "tracepoint:*:*_process_f*", 147],
  ["in the provider", "tr*:sched:sched_process_free", 73],
  ["in the middle", "tracepoint:sched:sched*free", 73],
])("row 1.06: wildcards %s", async (_, point, count) => {
  expect(await replayed(`${point} { @ = count() }`)).toBe(`@: ${count}`);
});

test("row 1.06: * alone is a wildcard; providers that cannot take the parts are left out", async () => {
  expect(await said("tracepoint:sched:sched_process_f?ee { }")).toContainEqual(expect.stringContaining("Tracepoint not found"));
  // begin and end take no parts; no other provider is left.
  expect(await replayed("*:sched:sched_process_free { @[probe] = count() }")).toBe("@[tracepoint:sched:sched_process_free]: 73");
  expect(await said("x*:sched:sched_process_free { }")).toEqual(["stdin:1:1-28: ERROR: No probe type matched for x*"]);
});

test("row 1.07: nothing matches", async () => {
  expect(await said("tracepoint:nope:* { }")).toEqual([
    "stdin:1:1-18: ERROR: No matches for tracepoint nope:*.",
    "HINT: record it with: trace-cmd record -e 'nope:*'",
  ]);
  const text = "tracepoint:nope:x, begin { @ = count() }";
  const warned = await runScript(`config = { missing_probes = warn } ${text}`, { recording: forkExec });
  expect(warned.stderr).toContain("WARNING: Tracepoint not found: nope:x Skipping.");
  expect(warned.stdout.trim()).toBe("@: 1");
  const ignored = await runScript(text, { recording: forkExec, config: { BPFTRACE_MISSING_PROBES: "ignore" } });
  expect(ignored.stderr).toBe("Attached 1 probe\n");
  expect(ignored.stdout.trim()).toBe("@: 1");
});

test("row 1.07: a probe without any point is removed", async () => {
  const { stderr } = await runScript("config = { missing_probes = warn } tracepoint:nope:x { } begin { }", { recording: forkExec });
  expect(stderr).toContain("WARNING: Probe has no valid attach points and is removed.");
});

test("row 1.08: no more programs than max_bpf_progs", async () => {
  const options = { config: { BPFTRACE_MAX_BPF_PROGS: "2" } };
  expect(await said("tracepoint:sched:sched_process_* { print(probe) }", options)).toEqual([
    expect.stringMatching(
      /^stdin:1:1-33: ERROR: Your program is trying to generate more than \d+ BPF programs, which exceeds the current limit of 2/,
    ),
    expect.stringContaining("BPFTRACE_MAX_BPF_PROGS"),
  ]);
  expect(await replayed("tracepoint:sched:sched_process_* { @ = count() }", options)).toBe("@: 290");
});

test("row 1.09: no more probes than max_probes", async () => {
  expect(await said("tracepoint:sched:sched_process_* { @ = count() }", { config: { BPFTRACE_MAX_PROBES: "2" } })).toEqual([
    expect.stringMatching(/^stdin:1:1-33: ERROR: Can't attach to \d+ probes because it exceeds the current limit of 2 probes\.$/),
    expect.stringContaining("BPFTRACE_MAX_PROBES"),
  ]);
});

test("row 1.10: no such provider", async () => {
  expect(await said("begn { }")).toEqual(["stdin:1:1-5: ERROR: Invalid probe type: begn", "HINT: did you mean begin?"]);
});

test.each([
  ["tracepoint:sched", "tracepoint probe type requires 2 arguments, found 1"],
  ["tracepoint:a:b:c", "tracepoint probe type requires 2 arguments, found 3"],
  ["begin:x", "begin probe type requires 0 arguments, found 1"],
  ["interval", "interval probe type requires 1 or 2 arguments, found 0"],
  ["profile:hz:99:1", "profile probe type requires 1 or 2 arguments, found 3"],
  ["kprobe", "kprobe probe type requires 1 or 2 arguments, found 0"],
  ["kretprobe:a:b:c", "kretprobe probe type requires 1 or 2 arguments, found 3"],
  ["fentry", "fentry probe type requires 1 or 3 arguments, found 0"],
  ["rawtracepoint:a:b:c", "rawtracepoint probe type requires 1 or 2 arguments, found 3"],
  ["uprobe:/bin/sh", "uprobe probe type requires 2 or 3 arguments, found 1"],
  ["uretprobe:/bin/sh:a:b:c", "uretprobe probe type requires 2 or 3 arguments, found 4"],
  ["usdt:/bin/sh", "usdt probe type requires 2 or 3 arguments, found 1"],
  ["software", "software probe type requires 1 or 2 arguments, found 0"],
  ["hardware:a:b:c", "hardware probe type requires 1 or 2 arguments, found 3"],
  ["watchpoint:0x10:8", "watchpoint probe type requires 3 arguments, found 2"],
  ["iter", "iter probe type requires 1 or 2 arguments, found 0"],
  ["self:signal", "self probe type requires 2 arguments, found 1"],
  ["test", "test probe type requires 1 arguments, found 0"],
  ["bench:a:b", "bench probe type requires 1 arguments, found 2"],
])("row 1.11: %s", async (point, message) => {
  expect(await said(`${point} { }`)).toEqual([`stdin:1:1-${point.length + 1}: ERROR: ${message}`]);
});

test.each([
  ["true", "/1/", "ran"],
  ["false", "/0/", ""],
  ["of several terms", "/pid > 0 && (1 == 1)/", "ran"],
  ["with a division", "/(4 / 2) == 2/", "ran"],
  ["with a division without parentheses", "/4 / 2 == 2/", "ran"],
  ["a bool", "/true/", "ran"],
])("row 1.12: a predicate, %s", async (_, predicate, expected) => {
  expect(await printed(`begin ${predicate} { print("ran") }`)).toBe(expected);
});

test("row 1.12: it is asked at each event, and must be a number, a pointer or a bool", async () => {
  expect(await replayed('tracepoint:sched:sched_process_fork /args.parent_comm == "hssh"/ { @ = count() }')).toBe("@: 72");
  expect(await said('begin /"text"/ { }')).toEqual(["stdin:1:8-14: ERROR: Invalid condition: string"]);
});

test("row 1.13: bodies of one event run in the order of the script", async () => {
  const text =
    "tracepoint:sched:sched_process_fork /!@done/ { print(1) } tracepoint:sched:* /!@done/ { @seen++; } " +
    "tracepoint:sched:sched_process_fork /!@done/ { print(2); @done = 1 } end { clear(@done); clear(@seen) }";
  expect(await replayed(text)).toBe("1\n2");
  expect(await printed('begin { print("a") } begin { print("b") } end { print("c") } end { print("d") }')).toBe("a\nb\nc\nd");
});
