/** Profile over recordings without samples: who runs on each CPU is known from sched_switch. */
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { openRecording, openRecordingBytes } from "../../probes/open.ts";
import type { Recording } from "../../probes/recording.ts";
import { together } from "../../probes/together.ts";
import { unpackedFixture } from "../support/fixtures.ts";
import { madeEvent, madeRecording, type MadeRecord } from "../support/made-recording.ts";
import { printed } from "../support/printed.ts";
import { recordingOf } from "../support/recordings.ts";
import { runScript } from "../support/run-script.ts";
import { travel } from "../support/travel.ts";

const sched = madeEvent("sched", "sched_switch", 400, [
  ["char prev_comm[16]", 16, 0],
  ["pid_t prev_pid", 4, 1],
  ["char next_comm[16]", 16, 0],
  ["pid_t next_pid", 4, 1],
]);
const other = madeEvent("made", "other", 401, [["u64 n", 8, 0]]);

const to = (cpu: number, pid: number, comm: string): MadeRecord => ({ event: sched, cpu, values: { next_pid: pid, next_comm: comm } });

/** 1 µs apart, the first one at 1,000 ns. CPU 1 has its first switch at 3,000. */
const RECORDS: readonly MadeRecord[] = [
  to(0, 100, "alpha"),
  { event: other, cpu: 1 },
  to(1, 200, "beta"),
  to(0, 0, "swapper/0"),
  { event: other },
  to(0, 101, "gamma"),
  { event: other, cpu: 1 },
];
const made = () => madeRecording(RECORDS);

const LINES = 'profile:us:1 { printf("%d cpu %d tid %d pid %d %s\\n", nsecs, cpu, tid, pid, comm); }';

test.each(["jit", "interp"] as const)("a tick fires on every CPU for the task that the latest switch put there (%s)", async (backend) => {
  const { stdout, stderr, missing } = await runScript(LINES, { recording: await made(), backend });
  expect(stderr).toBe("Attached 1 probe\n");
  // The switches of 4,000 and 6,000 ns are of the same instants as ticks, which see what was before.
  expect(stdout.trim().split("\n")).toEqual([
    "2000 cpu 0 tid 100 pid 100 alpha",
    "3000 cpu 0 tid 100 pid 100 alpha",
    "4000 cpu 0 tid 100 pid 100 alpha",
    "4000 cpu 1 tid 200 pid 200 beta",
    "5000 cpu 0 tid 0 pid 0 swapper/0",
    "5000 cpu 1 tid 200 pid 200 beta",
    "6000 cpu 0 tid 0 pid 0 swapper/0",
    "6000 cpu 1 tid 200 pid 200 beta",
    "7000 cpu 0 tid 101 pid 101 gamma",
    "7000 cpu 1 tid 200 pid 200 beta",
  ]);
  // CPU 1 at 2,000 and 3,000.
  expect(missing["ticks"]).toBe(2);
});

test("row 1.23: profile without samples", async () => {
  expect(await printed("profile:1us { @[probe] = count(); }", { recording: await made() })).toEqual(["@[profile:us:1]: 10"]);
});

test("a script that asks for no names needs none to be followed", async () => {
  const { stdout, missing } = await runScript("profile:us:2 { @[cpu, tid] = count(); @c = count(); }", { recording: await made() });
  // At 3,000, 5,000 and 7,000.
  expect(stdout.split("\n").filter((line) => line !== "")).toEqual(["@[0, 0]: 1", "@[0, 100]: 1", "@[0, 101]: 1", "@[1, 200]: 2", "@c: 5"]);
  expect(missing).toMatchObject({ ticks: 1, comm: 0, tgid: 0 });
});

test("ticks count from --from on, and know what was switched to before", async () => {
  const options = { recording: await made(), from: { ns: 2500n, relative: false } };
  const { stdout, missing } = await runScript('profile:us:1 { printf("%d %d %s\\n", nsecs, cpu, comm); }', options);
  expect(stdout.trim().split("\n")).toEqual([
    "3500 0 alpha",
    "3500 1 beta",
    "4500 0 swapper/0",
    "4500 1 beta",
    "5500 0 swapper/0",
    "5500 1 beta",
    "6500 0 gamma",
    "6500 1 beta",
  ]);
  expect(missing["ticks"]).toBe(0);
});

test("at one instant: timers in the order of the script, a tick on all CPUs at once, then events", async () => {
  const script = `
    tracepoint:sched:sched_switch { printf("%d switch to %d\\n", nsecs, args.next_pid); }
    profile:us:3 { printf("%d profile %d\\n", nsecs, tid); }
    interval:us:3 { printf("%d interval %s\\n", nsecs, comm); }
    p:us:3 { printf("%d again %d\\n", nsecs, tid); }`;
  expect(await printed(script, { recording: await made() })).toEqual([
    "1000 switch to 100",
    "3000 switch to 200",
    "4000 profile 100",
    "4000 profile 200",
    "4000 interval hindsight",
    "4000 again 100",
    "4000 again 200",
    "4000 switch to 0",
    "6000 switch to 101",
    "7000 profile 101",
    "7000 profile 200",
    "7000 interval hindsight",
    "7000 again 101",
    "7000 again 200",
  ]);
});

test("predicates, per-CPU values and exit are those of any probe", async () => {
  const script = "profile:us:1 /tid != 0/ { @s = sum(tid); @n[cpu] = count(); if (nsecs == 5000) { exit(); } }";
  expect(await printed(script, { recording: await made() })).toEqual(["@n[1]: 2", "@n[0]: 3", `@s: ${100 * 3 + 200 * 2}`]);
});

test("stacks and registers are missing, and counted", async () => {
  const script = 'profile:us:3 { @[kstack, reg("ip"), usermode] = count(); print(ustack); }';
  const { stdout, missing, missingArguments } = await runScript(script, { recording: await made() });
  expect(stdout.replaceAll(/\s+/g, "")).toBe("@[,0,0]:4");
  // Once a firing.
  expect(missing).toMatchObject({ tickStack: 4, kernelStack: 0, userStack: 0 });
  expect(missingArguments.map(({ point, names, count }) => [point.name, names, count])).toEqual([
    ["profile:us:3", ['reg("ip")', "usermode"], 4],
  ]);
});

test("big-endian recordings", async () => {
  const recording = await madeRecording(RECORDS, { byteOrder: "big" });
  expect(await printed("profile:us:3 { @[tid] = count(); }", { recording })).toEqual(["@[100]: 1", "@[101]: 1", "@[200]: 2"]);
});

test("texts, whose CPUs are all in one stream", async () => {
  const line = (cpu: number, ns: number, from: number, to: number): string =>
    `          task-${from}     [00${cpu}] d..2.  10.00000${ns / 1000}: sched_switch: prev_comm=t${from} prev_pid=${from} prev_prio=120 ` +
    `prev_state=S ==> next_comm=t${to} next_pid=${to} next_prio=120\n`;
  const text = `# tracer: nop\n#\n${line(2, 1000, 7, 8)}${line(0, 2000, 9, 10)}${line(2, 3000, 8, 11)}${line(1, 5000, 12, 13)}`;
  const opened = await openRecordingBytes("trace.txt", new TextEncoder().encode(text));
  if (!opened.ok) expect.fail(opened.message);
  const { stdout, missing } = await runScript('profile:us:2 { printf("%d %d %s\\n", elapsed, cpu, comm); }', {
    recording: opened.recording,
  });
  expect(stdout.trim().split("\n")).toEqual(["2000 0 t10", "2000 2 t8", "4000 0 t10", "4000 2 t11"]);
  expect(missing["ticks"]).toBe(2);
});

test("recordings side by side have CPUs of their own", async () => {
  const parts = [RECORDS, [{ event: other }, to(1, 300, "delta"), { event: other }, { event: other }], [{ event: other }]];
  const recordings = await Promise.all(parts.map((records) => madeRecording(records)));
  const both = together(recordings.map((recording, i) => ({ recording, tag: ["a", "b", "c"][i]!, offsetNs: 0n })));
  if (!both.ok) expect.fail(both.message);
  const { stdout, missing } = await runScript("profile:us:3 { @[recording, cpu, tid] = count(); }", { recording: both.recording });
  expect(stdout.trim().split("\n")).toEqual(["@[a, 0, 100]: 1", "@[a, 0, 101]: 1", "@[a, 1, 200]: 2", "@[b, 1, 300]: 2"]);
  // CPU 0 of b; c has no switches, so nobody asks for what ran there.
  expect(missing["ticks"]).toBe(2);
});

test("without samples and without switches: how to record it", async () => {
  const { stderr, exitCode } = await runScript("profile:hz:99 { }", { recording: await madeRecording([{ event: other }]) });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("ERROR: profile:hz:99 is not in the recording.");
  expect(stderr).toContain("HINT: record it with: perf record -k mono -a -e cpu-clock -F 99");
});

test("time travel: each CPU of a tick is a firing", async () => {
  const { replay, output, maps } = travel(`${LINES} profile:us:2 { @[cpu, tid] = count(); }`, { recording: await made() });
  replay.seekTime({ ns: 2n ** 62n, relative: false });
  // Of the first probe 10, of the second one those at 3,000, 5,000 and 7,000.
  const { firings } = replay.position();
  expect(firings).toBe(15);
  const states = Array.from({ length: firings + 1 }, (_, firing) => {
    replay.seekFiring(firing);
    return { output: output(), maps: maps() };
  });
  expect(new Set(states.map((state) => inspect(state, { depth: null }))).size).toBe(firings + 1);
  for (const firing of [15, 3, 12, 4, 11, 7, 6, 5, 14, 1, 0, 9, 2, 13, 10, 8]) {
    replay.seekFiring(firing);
    expect({ output: output(), maps: maps() }).toEqual(states[firing]);
  }
  replay.seekFiring(3);
  expect(replay.lastFiring()).toMatchObject({ tsNs: 3000n, cpu: 0, tid: 100, isTimer: false, record: new Uint8Array() });
  expect(replay.step()).toMatchObject({ firings: 4, ns: 4000n });
  expect(replay.step()).toMatchObject({ firings: 5, ns: 4000n });
  expect(replay.lastFiring()).toMatchObject({ cpu: 1, tid: 200 });
  // From the middle of a tick to its whole.
  expect(replay.step(-1)).toMatchObject({ firings: 4, ns: 4000n });
  expect(replay.seekTime({ ns: 4000n, relative: false })).toMatchObject({ firings: 5, ns: 4000n });
});

/**
 * Time on the CPU by task, without any timer; and the ticks in it: of a stretch from a to b ns after the start, b's own among them, they are
 * b / period - a / period. Times are one higher in @since, where 0 is none.
 */
const stretches = (key: "pid" | "comm"): string => `
  tracepoint:sched:sched_switch {
    if (@since[cpu] > 0) { @on[args.prev_${key}] += elapsed + 1 - @since[cpu];
      @n[args.prev_${key}]++;
      @ticks[args.prev_${key}] += elapsed / (uint64)$1 - (@since[cpu] - 1) / (uint64)$1;
    } else { @unknown += elapsed / (uint64)$1; }
    @since[cpu] = elapsed + 1;
    @who[cpu] = args.next_${key};
  }
  end {
    for ($one : @who) {
      @on[$one.1] += elapsed + 1 - @since[$one.0];
      @n[$one.1]++;
      @ticks[$one.1] += elapsed / (uint64)$1 - (@since[$one.0] - 1) / (uint64)$1;
    }
    clear(@who);
    clear(@since);
  }`;

/** Lines of a map that are not 0. */
const numbers = (stdout: string, map: string): Map<string, number> =>
  new Map(
    [...stdout.matchAll(new RegExp(`^@${map}(?:\\[(.*)\\])?: (\\d+)$`, "gm"))]
      .map(([, key = "", value]) => [key, Number(value)] as const)
      .filter(([, value]) => value > 0),
  );

/** Those that ran something else on the way: what they are called from then on is told by their next switch, in the middle of a stretch. */
const RENAMED = ["bash", "hssh", "ping", "pong", "taskset"];

async function perfData(): Promise<Recording> {
  const opened = await openRecording(unpackedFixture("traces/s04-pingpong/perf.data"));
  if (!opened.ok) expect.fail(opened.message);
  return opened.recording;
}

test.each([
  { format: "trace.dat", key: "pid", open: () => recordingOf("s04-pingpong") },
  { format: "trace.dat", key: "comm", open: () => recordingOf("s04-pingpong") },
  { format: "perf.data", key: "pid", open: perfData },
] as const)("ticks are the time on the CPU, by $key ($format)", async ({ key, open }) => {
  const recording = await open();
  const periodNs = 101_000;
  const byEvents = await runScript(stretches(key), { recording, params: [String(periodNs)] });
  expect(byEvents.exitCode, byEvents.stderr).toBe(0);
  const profiled = await runScript(`profile:us:101 { @ticks[${key === "pid" ? "tid" : "comm"}] = count(); }`, { recording });
  expect(profiled.stderr).toBe("Attached 1 probe\n");
  const found = (map: string, stdout = byEvents.stdout) => {
    const entries = numbers(stdout, map);
    for (const name of RENAMED) entries.delete(name);
    return entries;
  };
  const ticks = found("ticks", profiled.stdout);
  expect(ticks.size).toBeGreaterThan(10);
  expect(ticks).toEqual(found("ticks"));
  expect(profiled.missing["ticks"]).toBe(numbers(byEvents.stdout, "unknown").get("") ?? 0);
  const times = found("n");
  for (const [task, onNs] of found("on")) {
    const count = ticks.get(task) ?? 0;
    expect(Math.abs(count * periodNs - onNs)).toBeLessThan(times.get(task)! * periodNs);
  }
});
