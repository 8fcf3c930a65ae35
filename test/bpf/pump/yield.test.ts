/** When the pump comes back to the session, and what has run by then. */
import { expect, test } from "vitest";
import type { StreamSpec } from "../../../src/bpf/machine-types.ts";
import { formats, orderedStream } from "../../support/page-arbitrary.ts";
import { backends, logged, logProgram, machineOf, outputRing, program, pumpAll, pumpOptions, streamOf } from "../../support/machine.ts";

const format = formats[0]!;
const ones = (n: number): number[] => Array<number>(n).fill(1);

test.each(backends)("a record that asks for user space stops the pump after the event's last program (%s)", (backend) => {
  const { bytes } = orderedStream(format, ones(5));
  const machine = machineOf({
    backend,
    programs: [logProgram(1, { flags: 1 }), logProgram(2)],
    maps: [outputRing],
    outputRing: 0,
    streams: [streamOf({ cpu: 0, format, bytes })],
  });
  machine.startPump({ ...pumpOptions, dispatch: new Map([[7, [0, 1]]]) });
  const rounds: number[][] = [];
  for (let more = true; more;) {
    more = machine.pump() === "drain";
    const round: number[] = [];
    machine.drain((record) => {
      round.push(logged(record).id, logged(record).tid);
      return true;
    });
    rounds.push(round);
  }
  expect(rounds).toEqual([...[1, 2, 3, 4, 5].map((tid) => [1, tid, 2, tid]), []]);
});

test("a yielding timer stops the pump before the event that comes next", () => {
  const { bytes } = orderedStream(format, [0, 10]);
  const machine = machineOf({
    programs: [logProgram(0), logProgram(1, { flags: 1 })],
    maps: [outputRing],
    outputRing: 0,
    streams: [streamOf({ cpu: 0, format, bytes })],
  });
  machine.startPump({ ...pumpOptions, dispatch: new Map([[7, [0]]]), timers: [{ program: 1, periodNs: 4n }] });
  const times: bigint[][] = [];
  for (let more = true; more;) {
    more = machine.pump() === "drain";
    const round: bigint[] = [];
    machine.drain((record) => {
      round.push(logged(record).ts);
      return true;
    });
    times.push(round);
  }
  expect(times).toEqual([[1000n, 1004n], [1008n], [1010n]]);
});

test("no record is lost as long as one event's fit into half of the ring", () => {
  const small = { ...outputRing, maxEntries: 4096 };
  const { bytes, times } = orderedStream(format, ones(500));
  const machine = machineOf({
    programs: [logProgram(1, { ring: small })],
    maps: [small],
    outputRing: 0,
    streams: [streamOf({ cpu: 0, format, bytes })],
  });
  expect(pumpAll(machine, { dispatch: new Map([[7, [0]]]) }).map(({ ts }) => ts)).toEqual(times);
  expect(machine.takeOutputLost()).toBe(0);
});

test("records that do not fit are counted, once", () => {
  const small = { ...outputRing, maxEntries: 4096 };
  const { bytes } = orderedStream(format, [1]);
  const machine = machineOf({
    programs: [logProgram(1, { ring: small })],
    maps: [small],
    outputRing: 0,
    streams: [streamOf({ cpu: 0, format, bytes })],
  });
  const log = pumpAll(machine, { dispatch: new Map([[7, Array<number>(100).fill(0)]]) });
  expect(log.length).toBe(63);
  expect(machine.takeOutputLost()).toBe(37);
  expect(machine.takeOutputLost()).toBe(0);
});

test("the pump comes back every 65,536 events", () => {
  const { bytes } = orderedStream(format, ones(150_000), 100);
  const machine = machineOf({ programs: [program("r0 = 0\nexit")], streams: [streamOf({ cpu: 0, format, bytes })] });
  machine.startPump({ ...pumpOptions, dispatch: new Map([[7, [0]]]) });
  let before = 0n;
  let rounds = 0;
  while (machine.pump() === "drain") {
    const { fired } = machine.stats();
    expect(fired - before).toBeLessThanOrEqual(65_537n);
    before = fired;
    rounds++;
  }
  expect(machine.stats().fired).toBe(150_000n);
  expect(rounds).toBeGreaterThanOrEqual(2);
});

/** The same page for ever. */
function endless(cpu: number): StreamSpec {
  const { bytes } = orderedStream(format, ones(50), 50);
  return {
    ...streamOf({ cpu, format, bytes }),
    fill(window) {
      for (let at = 0; at + bytes.length <= window.length; at += bytes.length) window.set(bytes, at);
      return window.length - (window.length % bytes.length);
    },
  };
}

test("the pump comes back even where nothing fires, in a recording without end", () => {
  const machine = machineOf({ programs: [logProgram(1)], maps: [outputRing], outputRing: 0, streams: [endless(0), endless(1)] });
  expect(machine.firstTs()).toBe(1001n);
  machine.startPump({ ...pumpOptions, dispatch: new Map([[99, [0]]]), timers: [{ program: 0, periodNs: 1_000_000n }] });
  let events = 0n;
  for (let i = 0; i < 3; i++) {
    expect(machine.pump()).toBe("drain");
    expect(machine.stats().events).toBeGreaterThan(events);
    events = machine.stats().events;
  }
});

test("and while it looks for the first names of tasks", () => {
  const machine = machineOf({ programs: [logProgram(1)], maps: [outputRing], outputRing: 0, streams: [endless(0)] });
  const rule = { eventId: 7, when: "before", kind: "exit", pid: 8 } as const;
  machine.startPump({ ...pumpOptions, trackTasks: true, taskRules: [rule] });
  for (let i = 0; i < 3; i++) expect(machine.pump()).toBe("drain");
});

test("a run can be started again from the beginning", () => {
  const { bytes } = orderedStream(format, ones(20_000), 20);
  const stream = streamOf({ cpu: 0, format, bytes });
  const machine = machineOf({ programs: [logProgram(1)], maps: [outputRing], outputRing: 0, streams: [stream] });
  const options = { dispatch: new Map([[7, [0]]]) };
  const first = pumpAll(machine, options);
  expect(pumpAll(machine, options)).toEqual(first);
  expect(first.length).toBe(20_000);
  // Before the first run too: another machine may have had the stream.
  expect(stream.rewinds).toBe(2);
  expect(machine.stats().events).toBe(20_000n);
  // Half a run, then another one with other programs.
  machine.startPump({ ...pumpOptions, ...options });
  machine.pump();
  machine.drain(() => false);
  expect(pumpAll(machine, { dispatch: new Map([[8, [0]]]) })).toEqual([]);
});
