import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { openSession, type ReplSession } from "../support/repl.ts";

let repl: ReplSession;
const say = (...inputs: readonly string[]): Promise<string> => repl.say(...inputs);

beforeEach(async () => {
  repl = await openSession();
  repl.session.autorun = false;
});

const SWITCHES = "tracepoint:sched:sched_switch { @n++; @[args.prev_comm] = count(); }";
const WAKEUPS = "tracepoint:sched:sched_wakeup { @w = count(); @h = hist(args.pid); }";

test("programs share maps, and stay as they are when a new one is wrong", async () => {
  expect(await say(SWITCHES, "tracepoint:sched:sched_wakeup { @n--; }", "list")).toBe(
    `1: ${SWITCHES}\n2: tracepoint:sched:sched_wakeup { @n--; }\n`,
  );
  expect(await say("tracepoint:sched:sched_wakeup { @n = nosuch; }")).toBe(
    "! program 3:1:38-44: ERROR: Unknown identifier: 'nosuch'\n! tracepoint:sched:sched_wakeup { @n = nosuch; }\n!                                      ~~~~~~\n",
  );
  const refused = await say('tracepoint:sched:sched_wakeup { @n = "text"; }');
  expect(refused).toMatch(/^! program 1:1:33-37: ERROR: The \+\+ operator can not be used/);
  expect(refused).toMatch(/\n! HINT: program 3 was not added: the others do not fit with it\n$/);
  expect(await say("run", "@n")).toContain("@n: 1440\n");
  expect(await say("remove 1", "list")).toBe("1: tracepoint:sched:sched_wakeup { @n--; }\n");
  expect(await say("clear", "list", "print")).toMatch(/^no programs\n! ERROR: there is no program\n/);
});

test("definitions of any program come before all probes", async () => {
  await say("begin { @a = 1; }", "struct pair { int x; int y; };", "begin { @s = sizeof(struct pair); }");
  expect(await say("print @s")).toBe("@s: 8\n");
  expect(await say("begin { @t = nosuch; }")).toContain(
    "! program 4:1:14-20: ERROR: Unknown identifier: 'nosuch'\n! begin { @t = nosuch; }\n",
  );
});

test("edit puts a program in the place of another", async () => {
  expect(await say(SWITCHES, WAKEUPS, "edit 1 tracepoint:sched:sched_switch { @n = 7; }", "list")).toBe(
    `1: tracepoint:sched:sched_switch { @n = 7; }\n2: ${WAKEUPS}\n`,
  );
  expect(await say("edit 3 begin { }", "edit 1")).toBe(
    "! ERROR: there is no program 3: list shows 1 to 2\n! ERROR: USAGE: edit N PROGRAM, or set EDITOR\n",
  );
});

test("save and load", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "hindsight-repl-")), "both.bt");
  expect(await say(SWITCHES, WAKEUPS, `save ${file}`)).toBe(`saved 2 programs to ${file}\n`);
  expect(readFileSync(file, "utf8")).toBe(`${SWITCHES}\n${WAKEUPS}\n`);
  await say("clear", `load ${file}`, "run");
  expect(await say("@w")).toBe("@w: 1423\n");
  expect(await say("load /nosuch.bt")).toMatch(/^! ERROR: failed to open file '\/nosuch.bt'/);
});

test("moments: by time, by event, step by step, and back", async () => {
  await say(SWITCHES);
  expect(await say("seek +1", "@n")).toBe("+1.000000000 s  267 events so far\n@n: 267\n");
  expect(await say("seek 557.700893886", "@n")).toBe("+1.000000000 s  267 events so far\n@n: 267\n");
  expect(await say("seek event 3")).toBe("event 3  +0.011282125 s  tracepoint:sched:sched_switch  cpu 1  <idle>(0)\n");
  expect(await say("step 2", "@n", "back", "@n")).toMatch(/^event 5 .*\n@n: 5\nevent 4 .*\n@n: 4\n$/);
  expect(await say("seek end", "where", "@n")).toMatch(/^(end {2}\+5\.140755134 s {2}2,863 events\n){2}@n: 2863\n$/);
  expect(await say("back 2863", "seek start")).toBe("start  +0.000000000 s (556.700893886)\n".repeat(2));
  expect(await say("seek nowhere", "step x", "seek event 0")).toMatch(/^(! ERROR: USAGE: .*\n){3}$/);
});

test("until a condition, a probe, a time", async () => {
  await say(SWITCHES, WAKEUPS, "seek start");
  expect(await say("until @n == 100", "@n")).toMatch(/^event \d+ .*sched_switch.*\n@n: 100\n$/);
  expect(await say("until probe tracepoint:sched:sched_wakeup")).toContain("tracepoint:sched:sched_wakeup");
  const before = repl.session.attached!.replay.position().ns;
  await say("until time +0.25");
  expect(repl.session.attached!.replay.position().ns).toBe(before + 250_000_000n);
  expect(await say("until @n < 0")).toMatch(/^not from \+\S+ s to the end\nend /);
  expect(await say("until @n <")).toBe("! condition:1:5-6: ERROR: syntax: expected expression\n! @n <\n!     ~\n");
  expect(await say("until clear(@n)")).toMatch(/^! /);
  expect(await say("until probe tracepoint:nosuch")).toContain("HINT: they are on tracepoint:sched:sched_switch");
});

test("what programs print comes when the run comes by it", async () => {
  await say(
    'begin { printf("begin\\n"); } tracepoint:sched:sched_switch { @n++; if (@n < 4) { printf("switch %d\\n", @n); } } end { printf("end\\n"); }',
  );
  expect(await say("seek event 2", "step")).toMatch(/^event 2 .*\nswitch 3\nevent 3 /);
  expect(await say("back", "run")).toMatch(/^event 2 .*\nswitch 3\nend\n\n@n: 2863\n$/);
  expect(await say("run")).toBe("begin\nswitch 1\nswitch 2\nswitch 3\nend\n\n@n: 2863\n");
});

test("a new program is taken to where the user looks, else to the end", async () => {
  repl.session.autorun = true;
  expect(await say("tracepoint:sched:sched_switch { @n = count(); }")).toBe("@n: 2863\n");
  await say("seek +1");
  expect(await say(WAKEUPS.replace("@h = hist(args.pid);", ""))).toBe("+1.000000000 s  395 events so far\n@n: 267\n@w: 128\n");
});

test("maps, some of a map, a key of it", async () => {
  await say(SWITCHES, WAKEUPS, "run");
  expect(await say("maps")).toBe(
    "  @[string[16]]  count_t    29 keys\n  @h             hist_t\n  @n             int64\n  @w             count_t\n",
  );
  expect(await say("print @ 2")).toBe("@[rcu_preempt]: 555\n@[swapper/0]: 649\n");
  expect(await say("@[bash]", '@["dd"]', "@[nobody]")).toBe("@[bash]: 175\n@[dd]: 75\n@ has no key nobody here\n");
  expect(await say("print @switch", "print nonsense")).toBe(
    "! ERROR: there is no map @switch\n! ERROR: USAGE: print @MAP [TOP], print @MAP[KEY]\n",
  );
  await say("set format json", "seek end");
  expect(await say("print @w", "print @ 1")).toBe(
    '{"type": "map", "data": {"@w": 1423}}\n{"type": "map", "data": {"@": {"swapper/0": 649}}}\n',
  );
});

test("explain: instructions, registers, memory, helpers, and what became of the maps", async () => {
  await say(SWITCHES, "seek event 4");
  const text = await say("explain");
  expect(text).toContain("; @n++\n");
  expect(text).toMatch(/call bpf_map_lookup_elem#1 +bpf_map_lookup_elem\(map AT_, fp-16\) = 0x[0-9a-f]+\n/);
  expect(text).toMatch(/\n {2}\d+: exit\nreturned 0\n@n: 3 → 4\n@\[rcu_preempt\]: 1 → 2\n\n$/);
  expect(await say("run", "explain")).toMatch(/! ERROR: the run does not stand at an event\n! HINT: /);
});

test("explain of one program, and of changes in histograms, averages and scalars", async () => {
  await say("tracepoint:sched:sched_switch { @a = avg(args.prev_pid); @h[cpu] = hist(args.prev_pid); }", SWITCHES, "seek event 2");
  const first = await say("explain 1");
  expect(first).toMatch(/@a: count 1, average 0, total 0 → count 2, average 7, total 15\n@h\[1\] bucket \d+: \(none\) → 1\n/);
  expect(first).not.toContain("@n");
  expect(await say("explain 2")).toContain("@n: 1 → 2");
});

test("disasm and verify of one program or all", async () => {
  await say(SWITCHES, WAKEUPS);
  expect(await say("disasm 2")).toMatch(/^tracepoint\/sched\/sched_wakeup: sched_wakeup\nsched_wakeup:\n; /);
  expect(
    (await say("verify")).match(/: ok, \d+ insns, \d+ insns processed, \d+ states? \(peak \d+, most at an insn \d+\), stack \d+ bytes/g)
      ?.length,
  ).toBe(2);
  expect(await say("verify log 1")).toMatch(/\n0: R1=ctx\(\) R10=fp0\n0: \(/);
});

test("stats count runs up to here", async () => {
  await say(SWITCHES, WAKEUPS, "seek +1");
  expect(await say("stats")).toMatch(
    /^program +runs +insns +verified +states +ns\/run\n\S+sched_switch +267 .*\n\S+sched_wakeup +128 .*\n$/,
  );
  // Whoever measures leaves the run where it stands.
  expect(await say("step", "@n", "@w")).toMatch(/^event 396 .*\n@n: 268\n@w: 128\n$/);
});

test("raw events around a moment, with the task's name of then", async () => {
  await say(SWITCHES, "seek event 3");
  expect(await say("events 1")).toMatch(
    /^ {2}\+0\.011282125 {2}cpu 1 {2}swapper\/1\(0\) +sched:sched_switch {2}prev_comm="swapper\/1" prev_pid=0 .*\n> \+0\.\d+ {2}cpu \d /,
  );
  expect(await say("step", "@n")).toMatch(/^event 4 .*\n@n: 4\n$/);
  expect((await say("clear", "events 2")).split("\n").length).toBe(3);
});

test("fields and probes", async () => {
  expect(await say("fields t:sched:sched_wakeup")).toBe(
    "tracepoint:sched:sched_wakeup\n    char comm[16]\n    pid_t pid\n    int prio\n    int target_cpu\n",
  );
  expect(await say("fields tracepoint:sched:sched_wakeupp")).toContain("HINT: did you mean tracepoint:sched:sched_wakeup?");
  expect(await say("probes wakeup")).toBe("tracepoint:ftrace:wakeup\ntracepoint:sched:sched_wakeup\n");
  expect(await say("probes nothing_like_it")).toBe("no probe matches nothing_like_it\n");
});

test("a window of the recording, from here on", async () => {
  await say(SWITCHES, "seek +2", "set from here", "run");
  expect(await say("@n", "set from")).toBe("@n: 2191\n558.700893887\n");
  await say("set from start", "set to +2", "run");
  expect(await say("@n")).toBe("@n: 672\n");
  expect(await say("set to nowhere", "set colour red")).toMatch(/^(! ERROR: USAGE: set .*\n){2}$/);
});

test("a block runs once, beside the programs", async () => {
  await say(SWITCHES, "seek +1");
  expect(await say('{ printf("%d\\n", 6 * 7); @x = 1; }', "@n", "list")).toBe(`42\n@x: 1\n@n: 267\n1: ${SWITCHES}\n`);
  expect(await say("{ print(nosuch); }")).toMatch(/^! block:1:\d+-\d+: ERROR: Unknown identifier: 'nosuch'\n/);
});

test("what is no command gets a suggestion", async () => {
  expect(await say("lst")).toBe("! ERROR: unknown command: lst\n! HINT: did you mean list?\n");
  expect(await say("trcepoint")).toContain("did you mean tracepoint?");
  expect(await say("1 + 2")).toContain("help lists the commands");
  expect(await say("help explai")).toContain("did you mean explain?");
});
