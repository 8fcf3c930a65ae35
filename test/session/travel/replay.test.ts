/** What a replay offers beside going somewhere. */
import { expect, test } from "vitest";
import { madeEvent, madeRecording } from "../../support/made-recording.ts";
import { travel, type TravelOptions } from "../../support/travel.ts";

const tick = madeEvent("made", "tick", 300, [["u64 n", 8, 0]]);
const tock = madeEvent("made", "tock", 301, [["u64 n", 8, 0]]);

/** Events 1 µs apart from 1,000 ns on: ticks, and every tenth is a tock. */
const clockwork = (count = 100) =>
  madeRecording(
    Array.from({ length: count }, (_, i) => ({
      event: i % 10 === 9 ? tock : tick,
      cpu: i % 2,
      pid: 100 + (i % 3),
      values: { n: BigInt(i) },
    })),
  );

const TEXT = `
  tracepoint:made:tick { @n = count(); @last[pid] = args.n; }
  tracepoint:made:tock { @tocks = count(); printf("tock %d\\n", args.n); }`;

const open = async (text = TEXT, options: Partial<TravelOptions> = {}) => travel(text, { recording: await clockwork(), ...options });

test("a time is reached when everything up to it has fired", async () => {
  const { replay, output } = await open();
  expect(replay.firstNs).toBe(1000n);
  expect(replay.lastNs()).toBe(100_000n);
  expect(replay.seekTime({ ns: 10_000n, relative: false })).toEqual({
    firings: 10,
    ns: 10_000n,
    phase: "running",
    isAtFiring: false,
    told: 2,
  });
  expect(output()).toBe("[stderr] Attached 2 probes\ntock 9\n");
  expect(replay.seekTime({ ns: 9_999n, relative: false }).firings).toBe(9);
  expect(replay.seekTime({ ns: 0n, relative: true }).firings).toBe(1);
  expect(replay.seekTime({ ns: 0n, relative: false })).toMatchObject({ firings: 0, ns: 1000n });
  expect(replay.seekTime({ ns: 2n ** 63n, relative: false })).toMatchObject({ firings: 100, phase: "ended" });
});

test("a step is one firing, which can be looked at", async () => {
  const { replay } = await open();
  replay.seekFiring(9);
  expect(replay.step()).toMatchObject({ firings: 10, ns: 10_000n, isAtFiring: true });
  const firing = replay.lastFiring()!;
  expect(firing).toMatchObject({ tsNs: 10_000n, cpu: 1, tid: 100, isTimer: false });
  expect(firing.programs.map((program) => replay.script.attach[program]!.point.name)).toEqual(["tracepoint:made:tock"]);
  expect(new DataView(firing.record.buffer).getUint16(0, true)).toBe(301);
  expect(new DataView(firing.record.buffer).getBigUint64(8, true)).toBe(9n);
  expect(replay.step(-3)).toMatchObject({ firings: 7, ns: 7000n });
  expect(replay.step(-100)).toMatchObject({ firings: 0, isAtFiring: false });
  expect(replay.lastFiring()).toBeNull();
});

test("forward to the next firing of a probe", async () => {
  const { replay } = await open();
  const programs = replay.programsOf("tracepoint:made:tock");
  const goal = { kind: "programs", programs } as const;
  expect(replay.programsOf("tracepoint:made")).toHaveLength(2);
  expect(replay.advance(goal)).toMatchObject({ stopped: "goal", position: { firings: 10 } });
  expect(replay.advance(goal)).toMatchObject({ stopped: "goal", position: { firings: 20 } });
  replay.seekFiring(95);
  expect(replay.advance(goal)).toMatchObject({ stopped: "goal", position: { firings: 100 } });
  expect(replay.advance(goal)).toMatchObject({ stopped: "end" });
});

test.each(["jit", "interp"] as const)("forward until a condition holds, to the event (%s)", async (backend) => {
  const { replay, output, maps } = await open(TEXT, { backend });
  const until = (text: string) => {
    const compiled = replay.compileCondition(text);
    if (!compiled.ok) expect.fail(compiled.message);
    return { kind: "condition", condition: compiled.condition } as const;
  };
  expect(replay.advance(until("@tocks > 2"))).toMatchObject({ stopped: "goal", position: { firings: 30, isAtFiring: true } });
  expect(output()).toContain("tock 29");
  expect(replay.advance(until("@last[101] >= 50 && cpu == 0"))).toMatchObject({ stopped: "goal", position: { firings: 53 } });
  // What it takes is not among the script's own maps: the replay goes on with another machine.
  const elapsed = until("elapsed > 70000");
  expect(elapsed.condition.isAddition).toBe(false);
  const before = { output: output(), maps: maps() };
  expect(replay.advance(elapsed, 1)).toMatchObject({ stopped: "budget" });
  replay.seekFiring(53);
  expect({ output: output(), maps: maps() }).toEqual(before);
  expect(replay.advance(elapsed)).toMatchObject({ stopped: "goal", position: { firings: 72 } });
  expect(replay.advance(until("@tocks > 1000"))).toMatchObject({ stopped: "end", position: { phase: "ended" } });
  expect(replay.finish().stats?.fired).toBe(100n);
});

test("a condition may ask who a task is, where no program does", async () => {
  const recording = { ...(await clockwork()), comms: new Map([[102, "late"]]) };
  const { replay } = await open("tracepoint:made:tick { @n = count(); }", { recording });
  replay.seekFiring(10);
  const late = replay.compileCondition('comm == "late"');
  if (!late.ok) expect.fail(late.message);
  expect(replay.advance({ kind: "condition", condition: late.condition })).toMatchObject({ stopped: "goal", position: { firings: 11 } });
  expect(replay.lastFiring()).toMatchObject({ tid: 102 });
  expect(replay.advance({ kind: "condition", condition: late.condition })).toMatchObject({ stopped: "goal", position: { firings: 14 } });
});

test("conditions that are none are refused", async () => {
  const { replay } = await open();
  const message = (text: string): string => {
    const compiled = replay.compileCondition(text);
    return compiled.ok ? "" : [compiled.message, ...compiled.errors.map((error) => error.message)].join("; ");
  };
  expect(message("@tocks >")).toMatch(/is no condition; .*/);
  expect(message("@nothing > 3")).toMatch(/is no condition; .*@nothing/);
  expect(message("1) } begin { if (1")).toMatch(/is more than an expression|is no condition/);
  expect(message("@last[1]++ > 3")).toMatch(/does more than look/);
});

test("a condition that looks at a map that forgets what nobody looks at leaves the run as it was", async () => {
  const text = "let @few = lruhash(4); tracepoint:made:tick { @few[args.n % 7] = args.n; }";
  const { replay, maps } = await open(text);
  const compiled = replay.compileCondition("@few[0] > 60 && @few[1] > 0");
  if (!compiled.ok) expect.fail(compiled.message);
  replay.advance({ kind: "condition", condition: compiled.condition });
  const { firings } = replay.position();
  const straight = await open(text);
  straight.replay.seekFiring(firings);
  expect(maps()).toEqual(straight.maps());
});

test("a budget interrupts, and the way goes on from there", async () => {
  const { replay } = travel(TEXT, { recording: await clockwork(5000), backend: "interp" });
  const goal = { kind: "time", ns: 4_900_000n } as const;
  let calls = 0;
  for (let stopped = ""; stopped !== "goal"; calls++) ({ stopped } = replay.advance(goal, 100));
  expect(calls).toBeGreaterThan(2);
  expect(replay.position()).toMatchObject({ firings: 4900, ns: 4_900_000n });
});

test("what a program did at a firing, instruction by instruction", async () => {
  const { replay, maps, output } = await open();
  replay.seekFiring(11);
  const before = { position: replay.position(), maps: maps(), output: output() };
  const [traced, ...others] = replay.explain();
  expect(others).toEqual([]);
  expect({ position: replay.position(), maps: maps(), output: output() }).toEqual(before);
  expect(traced).toMatchObject({ program: 0, isCut: false, r0: 0n });
  const { steps, changes } = traced!;
  expect(steps.at(-1)?.text).toBe("exit");
  // args.n of the record, 10, is loaded at some place of the script.
  const load = steps.find(({ registers }) => registers.some(({ after }) => after === 10n));
  expect(load?.text).toMatch(/^r\d = \*\(u64 \*\)\(r\d \+8\)$/);
  expect(TEXT.slice(load!.span!.start, load!.span!.end)).toContain("args.n");
  expect(steps.some(({ call }) => call?.helper === "bpf_map_update_elem" && call.result === 0n)).toBe(true);
  expect(changes.map(({ map }) => map).sort()).toEqual(["@last", "@n"]);
  expect(replay.explain(1)).toEqual([]);
  replay.seekTime({ ns: 50_500n, relative: false });
  expect(replay.explain()).toEqual([]);
});

test("loops and functions are traced in the order in which they run", async () => {
  const { replay } = await open("tracepoint:made:tick { for ($i : 0..300) { @[$i % 3] = $i; } }");
  replay.seekFiring(1);
  const [{ steps }] = replay.explain() as [ReturnType<typeof replay.explain>[number]];
  const loop = steps.findIndex(({ call }) => call?.helper === "bpf_loop");
  const updates = steps.flatMap(({ call }, i) => (call?.helper === "bpf_map_update_elem" ? [i] : []));
  expect(steps[loop]?.call?.result).toBe(300n);
  expect(updates).toHaveLength(300);
  expect(updates[0]).toBeGreaterThan(loop);
});

test("how often programs have run, and when", async () => {
  const { replay, output } = await open();
  replay.seekFiring(25);
  expect(replay.runs()).toEqual([
    { name: "tracepoint:made:tick", program: 0, runs: 23 },
    { name: "tracepoint:made:tock", program: 1, runs: 2 },
  ]);
  const { startNs, bucketNs, counts } = replay.density(10);
  expect([startNs, bucketNs]).toEqual([1000n, 9901n]);
  expect(counts.map((row) => row.reduce((sum, count) => sum + count, 0))).toEqual([90, 10]);
  expect(counts[1]).toEqual(Array(10).fill(1));
  // The streams were read by another machine in between.
  expect(replay.step()).toMatchObject({ firings: 26 });
  replay.finish();
  expect(output()).toContain("tock 99\n\n\n@last[100]: 96\n");
});

test("timers are firings", async () => {
  const { replay, output } = await open('interval:us:40 { printf("at %d\\n", nsecs); } tracepoint:made:tock { }');
  replay.seekTime({ ns: 81_000n, relative: false });
  expect(output()).toBe("[stderr] Attached 2 probes\nat 41000\nat 81000\n");
  expect(replay.seekFiring(10)).toMatchObject({ ns: 81_000n, isAtFiring: true });
  expect(replay.lastFiring()).toMatchObject({ isTimer: true, tsNs: 81_000n });
});
