/** The pump in slices: it comes back more often, and nothing else changes. */
import { expect, test } from "vitest";
import type { Machine } from "../../../src/bpf/machine-types.ts";
import { formats, orderedStream } from "../../support/page-arbitrary.ts";
import { backends, logged, logProgram, machineOf, outputRing, program, pumpOptions, streamOf } from "../../support/machine.ts";

const format = formats[0]!;
const ones = (n: number): number[] => Array<number>(n).fill(1);

interface Rounds {
  /** Time stamps of the records of each drain. */
  readonly drained: readonly (readonly bigint[])[];
  readonly lost: readonly number[];
  readonly fired: bigint;
  readonly pauses: number;
}

function run(machine: Machine, slice: number | undefined): Rounds {
  const drained: bigint[][] = [];
  const lost: number[] = [];
  let pauses = 0;
  for (let result = machine.pump(slice); ; result = machine.pump(slice)) {
    if (result === "pause") {
      pauses++;
      continue;
    }
    const times: bigint[] = [];
    machine.drain((record) => {
      times.push(logged(record).ts);
      return true;
    });
    drained.push(times);
    lost.push(machine.takeOutputLost());
    if (result === "done") return { drained, lost, fired: machine.stats().fired, pauses };
  }
}

test.each(backends)("what is drained, and what is lost, is the same whatever the slices are (%s)", (backend) => {
  // One event's 40 records fit into the ring of 63 or not, by how many of the timers, one each, are there yet.
  const small = { ...outputRing, maxEntries: 4096 };
  const [first, second] = [Array.from({ length: 300 }, (_, i) => 20 + (i % 13)), Array.from({ length: 200 }, (_, i) => 11 + (i % 7))].map(
    (gaps) => orderedStream(format, gaps),
  );
  const start = (): Machine => {
    const machine = machineOf({
      backend,
      programs: [logProgram(1, { ring: small }), logProgram(2, { ring: small }), logProgram(3, { ring: small, flags: 1 })],
      maps: [small],
      outputRing: 0,
      streams: [streamOf({ cpu: 0, format, bytes: first!.bytes }), streamOf({ cpu: 1, format, bytes: second!.bytes })],
    });
    machine.startPump({
      ...pumpOptions,
      dispatch: new Map([[7, Array<number>(40).fill(0)]]),
      timers: [
        { program: 1, periodNs: 1n },
        { program: 2, periodNs: 997n },
      ],
    });
    return machine;
  };
  const whole = run(start(), undefined);
  expect(whole.pauses).toBe(0);
  expect(whole.lost.some((n) => n > 0)).toBe(true);
  for (const slice of [1, 2, 7, 64, 65_535]) {
    const { pauses, ...sliced } = run(start(), slice);
    expect(sliced).toEqual({ drained: whole.drained, lost: whole.lost, fired: whole.fired });
    if (slice < 64) expect(pauses).toBeGreaterThan(5);
  }
});

test("the budget of 65,536 is counted across slices", () => {
  const { bytes } = orderedStream(format, ones(150_000), 100);
  const counts = (slice: number | undefined): bigint[] => {
    const machine = machineOf({ programs: [program("r0 = 0\nexit")], streams: [streamOf({ cpu: 0, format, bytes })] });
    machine.startPump({ ...pumpOptions, dispatch: new Map([[7, [0]]]) });
    const fired: bigint[] = [];
    for (let result = machine.pump(slice); result !== "done"; result = machine.pump(slice))
      if (result === "drain") fired.push(machine.stats().fired);
    return fired;
  };
  const whole = counts(undefined);
  expect(whole.length).toBeGreaterThanOrEqual(2);
  for (const slice of [100, 1024, 10_000, 65_535]) expect(counts(slice)).toEqual(whole);
});

test("a slice ends within its number of events, while names of tasks are looked for too", () => {
  const { bytes } = orderedStream(format, ones(5000), 50);
  const machine = machineOf({ programs: [program("r0 = 0\nexit")], streams: [streamOf({ cpu: 0, format, bytes })] });
  const rule = { eventId: 7, when: "before", kind: "exit", pid: 8 } as const;
  machine.startPump({ ...pumpOptions, dispatch: new Map([[7, [0]]]), trackTasks: true, taskRules: [rule] });
  let before = 0n;
  for (let result = machine.pump(10); result !== "done"; result = machine.pump(10)) {
    const { fired } = machine.stats();
    expect(fired - before).toBeLessThanOrEqual(11n);
    before = fired;
  }
  expect(machine.stats().fired).toBe(5000n);
});
