/** Wherever a replay goes and whatever way it takes, it is there as a run from the start is. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import fc from "fast-check";
import { openRecording } from "../../../probes/open.ts";
import type { Recording } from "../../../probes/recording.ts";
import { createSession } from "../../../src/session/session.ts";
import { madeEvent, madeRecording } from "../../support/made-recording.ts";
import { prepared, travel, type TravelOptions } from "../../support/travel.ts";

const seed = 20260101;

/** What a session prints from begin to end. */
async function straight(text: string, options: TravelOptions): Promise<{ readonly output: string; readonly exitCode: number }> {
  const { common, log } = prepared(text, options);
  for (const stream of options.recording.streams) stream.rewind();
  const session = createSession({
    ...common,
    live: { now: () => 0n, sleepUntil: async () => {}, pid: 1, comm: "test" },
    breathe: async () => {},
  });
  const { exitCode } = await session.run();
  return { output: log.texts.join(""), exitCode };
}

type Move =
  | { readonly kind: "time"; readonly part: number }
  | { readonly kind: "firing"; readonly part: number }
  | { readonly kind: "step"; readonly by: number }
  | { readonly kind: "end" }
  | { readonly kind: "finish" };

const part = fc.integer({ min: 0, max: 1000 });
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ kind: fc.constant("time" as const), part }),
  fc.record({ kind: fc.constant("firing" as const), part }),
  fc.record({ kind: fc.constant("step" as const), by: fc.integer({ min: -3, max: 3 }) }),
  fc.constant({ kind: "end" as const }),
  fc.constant({ kind: "finish" as const }),
);

/** `other`: the same recording, opened once more: two replays at a time cannot share its streams. */
async function holds(text: string, options: TravelOptions, other: Recording, numRuns: number): Promise<void> {
  const whole = await straight(text, options);
  const { replay: measured, output } = travel(text, options);
  measured.finish();
  expect(output()).toBe(whole.output);
  const { firings } = measured.position();
  const [first, last] = [measured.firstNs ?? 0n, measured.lastNs()];
  fc.assert(
    fc.property(fc.array(move, { minLength: 1, maxLength: 6 }), (moves) => {
      const travelled = travel(text, options);
      const { replay } = travelled;
      for (const one of moves) {
        const fresh = travel(text, { ...options, recording: other });
        switch (one.kind) {
          case "time": {
            const ns = first - 5n + ((last - first + 10n) * BigInt(one.part)) / 1000n;
            expect(replay.seekTime({ ns, relative: false })).toEqual(fresh.replay.seekTime({ ns, relative: false }));
            break;
          }
          case "firing": {
            const number = Math.round(((firings + 2) * one.part) / 1000);
            expect(replay.seekFiring(number)).toEqual(fresh.replay.seekFiring(number));
            break;
          }
          case "step": {
            const number = Math.max(0, replay.position().firings + one.by);
            expect(replay.step(one.by)).toEqual(fresh.replay.seekFiring(number));
            break;
          }
          case "end":
            expect(replay.seekEnd()).toEqual(fresh.replay.seekEnd());
            break;
          case "finish":
            expect(replay.finish()).toEqual(fresh.replay.finish());
            expect(travelled.output()).toBe(whole.output);
            break;
        }
        expect(travelled.output()).toBe(fresh.output());
        expect(travelled.maps()).toEqual(fresh.maps());
        expect(replay.runs()).toEqual(fresh.replay.runs());
        expect(replay.lastFiring()).toEqual(fresh.replay.lastFiring());
      }
      const { exitCode } = replay.finish();
      expect(travelled.output()).toBe(whole.output);
      expect(exitCode).toBe(whole.exitCode);
    }),
    { seed, numRuns },
  );
}

const tick = madeEvent("made", "tick", 300, [
  ["u64 n", 8, 0],
  ["u64 value", 8, 0],
]);
const tock = madeEvent("made", "tock", 301, [["u64 n", 8, 0]]);

/** Two CPUs; ticks and tocks in an order that looks random. */
const mixed = (count: number): Promise<Recording> =>
  madeRecording(
    Array.from({ length: count }, (_, i) => {
      const n = (i * 7919) % 1009;
      const event = n % 5 === 0 ? tock : tick;
      return { event, cpu: n % 2, pid: 100 + (n % 7), values: { n: BigInt(i), ...(event === tick && { value: BigInt(n) }) } };
    }),
  );

const SCRIPTS = {
  "counts, prints and clears": `
    begin { printf("begin\\n"); }
    tracepoint:made:tick { @[pid] = count(); @h = hist(args.value); @last = args.n; @r = rand % 100; }
    tracepoint:made:tock { if (args.n % 3 == 0) { printf("tock %d on %d at %d\\n", args.n, cpu, nsecs); } @tocks[cpu] = args.n; }
    interval:us:77 { print(@tocks); @ticks++; if (@ticks % 4 == 0) { clear(@tocks); zero(@h); } }
    end { printf("end %d\\n", @last); }`,
  "forgets the least used, deletes, exits": `
    let @few = lruhash(8);
    tracepoint:made:tick { @few[args.value % 50] = args.n; @seen[args.value % 20] = sum(args.value); if (args.value % 20 == 3) { delete(@seen[args.value % 20]); } }
    tracepoint:made:tock { @c = count(); if (args.n > 900) { exit(3); } }
    interval:us:50 { @elapsed = elapsed; print(@c); }`,
  "prints more than the ring holds at once": `
    tracepoint:made:tock { $n = args.n; if ($n % 500 == 0) { for ($i : 0..25000) { printf("%d %d\\n", $i, $n); } } @n = count(); printf("%d\\n", $n); }`,
};

describe.each(Object.entries(SCRIPTS))("a made recording: a script that %s", (_, text) => {
  let recording: Recording;
  let other: Recording;
  beforeAll(async () => {
    recording = await mixed(1200);
    other = await mixed(1200);
  });
  afterAll(() => {
    recording.close();
    other.close();
  });

  const moments = { firstDistance: 100 };
  test("compiled", () => holds(text, { recording, moments }, other, 15));
  test("interpreted", () => holds(text, { recording, moments, backend: "interp" }, other, 3));
  test("with memory for few moments", () => holds(text, { recording, moments: { ...moments, limitBytes: 400_000 } }, other, 5));
  test("of a part of the time", () => {
    const at = (ns: bigint) => ({ ns, relative: true });
    return holds(text, { recording, moments, from: at(200_000n), to: at(900_000n) }, other, 8);
  });
});

describe("the sample", () => {
  const SAMPLE = "probes/samples/nightly-report.dat";
  const text = `
    tracepoint:sched:sched_switch { @[comm] = count(); @on[args.next_pid] = nsecs; }
    tracepoint:raw_syscalls:sys_exit { @ret = lhist(args.ret, 0, 1000, 100); @who[comm, pid] = max(args.ret); }
    tracepoint:sched:sched_process_exec { printf("%s %d\\n", comm, pid); }
    interval:ms:100 { print(@, 3); }`;

  test.each(["jit", "interp"] as const)("%s", async (backend) => {
    const [opened, again] = [await openRecording(SAMPLE), await openRecording(SAMPLE)];
    if (!opened.ok || !again.ok) expect.fail("the sample does not open");
    await holds(
      text,
      { recording: opened.recording, backend, moments: { firstDistance: 5000 } },
      again.recording,
      backend === "jit" ? 8 : 1,
    );
    opened.recording.close();
    again.recording.close();
  });
});
