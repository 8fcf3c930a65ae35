/** Events of all CPUs in order of time, timers among them, and the bounds of a run; the same in both back ends. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { formats, orderedStream } from "../../support/page-arbitrary.ts";
import { backends, logProgram, machineOf, outputRing, pumpAll, streamOf } from "../../support/machine.ts";

const format = formats[0]!;
const ring = { ...outputRing, maxEntries: 1 << 20 };
const EVENT = new Map([[7, [0]]]);

interface Expected {
  readonly ts: bigint;
  readonly cpu: number;
  readonly tid: number;
}

function sorted(streams: readonly { cpu: number; times: readonly bigint[] }[]): Expected[] {
  return streams
    .flatMap(({ cpu, times }, stream) => times.map((ts, i) => ({ ts, cpu, tid: i + 1, stream })))
    .sort((a, b) => Number(a.ts - b.ts) || a.cpu - b.cpu || a.stream - b.stream || a.tid - b.tid)
    .map(({ ts, cpu, tid }) => ({ ts, cpu, tid }));
}

const cpus = fc.array(fc.record({ cpu: fc.nat(9), deltas: fc.array(fc.nat(3), { maxLength: 60 }) }), { minLength: 1, maxLength: 12 });

test("streams merge by time, CPU and sequence", () => {
  fc.assert(
    fc.property(cpus, (specs) => {
      const streams = specs.map(({ cpu, deltas }) => ({ cpu, ...orderedStream(format, deltas) }));
      const machine = machineOf({
        programs: [logProgram(1)],
        maps: [ring],
        outputRing: 0,
        streams: streams.map(({ cpu, bytes }) => streamOf({ cpu, format, bytes })),
      });
      const log = pumpAll(machine, { dispatch: EVENT });
      expect(log.map(({ ts, cpu, tid }) => ({ ts, cpu, tid }))).toEqual(sorted(streams));
      const times = streams.flatMap(({ times }) => times);
      const extreme = (pick: (a: bigint, b: bigint) => boolean): bigint | null =>
        times.length === 0 ? null : times.reduce((a, b) => (pick(a, b) ? a : b));
      expect(machine.stats()).toMatchObject({ firstTs: extreme((a, b) => a < b), lastTs: extreme((a, b) => a > b) });
    }),
    { numRuns: 60 },
  );
});

test("only events inside the bounds fire, and the others cost nothing but a count before them", () => {
  fc.assert(
    fc.property(cpus, fc.nat(200), fc.nat(200), fc.constantFrom(1n, 3n), (specs, from, to, mult) => {
      const streams = specs.map(({ cpu, deltas }) => ({ cpu, ...orderedStream(format, deltas) }));
      const scaled = streams.map(({ cpu, times }) => ({ cpu, times: times.map((ts) => ((ts * mult) >> 1n) - 400n) }));
      const time = { mult: Number(mult), shift: 1, offset: -400n };
      const machine = machineOf({
        programs: [logProgram(1)],
        maps: [ring],
        outputRing: 0,
        streams: streams.map(({ cpu, bytes }) => streamOf({ cpu, format, bytes, time })),
      });
      const bounds = { fromNs: 100n + BigInt(from), toNs: 100n + BigInt(to) };
      const inside = sorted(scaled).filter(({ ts }) => ts >= bounds.fromNs && ts < bounds.toNs);
      expect(pumpAll(machine, { dispatch: EVENT, ...bounds }).map(({ ts, cpu, tid }) => ({ ts, cpu, tid }))).toEqual(inside);
      expect(machine.stats().events).toBe(BigInt(scaled.flatMap(({ times }) => times).filter((ts) => ts < bounds.toNs).length));
    }),
    { numRuns: 60 },
  );
});

/** Timers and events by hand: a timer due at T comes before what happens at T; the first one in the source goes first. */
function withTimers(events: readonly Expected[], periods: readonly bigint[], base: bigint, last: bigint): string[] {
  const due = periods.map((period) => base + period);
  const list: string[] = [];
  const fireUntil = (end: bigint): void => {
    for (;;) {
      const next = due.reduce((best, ts, i) => (ts < due[best]! ? i : best), 0);
      if (due.length === 0 || due[next]! > end) return;
      list.push(`timer ${next} ${due[next]!}`);
      due[next]! += periods[next]!;
    }
  };
  for (const { ts, cpu, tid } of events) {
    fireUntil(ts);
    list.push(`event ${ts} ${cpu} ${tid}`);
  }
  fireUntil(last);
  return list;
}

test.each(backends)("timers fire in virtual time (%s)", (backend) => {
  const period = fc.integer({ min: 1, max: 40 }).map(BigInt);
  fc.assert(
    fc.property(
      cpus,
      fc.array(period, { maxLength: 3 }),
      fc.option(fc.nat(150), { nil: null }),
      fc.option(fc.nat(150), { nil: null }),
      (specs, periods, from, to) => {
        const streams = specs.map(({ cpu, deltas }) => ({ cpu, ...orderedStream(format, deltas) }));
        const machine = machineOf({
          backend,
          programs: [logProgram(0), ...periods.map((_, i) => logProgram(i + 1))],
          maps: [ring],
          outputRing: 0,
          streams: streams.map(({ cpu, bytes }) => streamOf({ cpu, format, bytes })),
        });
        const all = sorted(streams);
        const fromNs = from === null ? null : 980n + BigInt(from);
        const toNs = to === null ? null : 980n + BigInt(to);
        const log = pumpAll(machine, {
          dispatch: EVENT,
          timers: periods.map((periodNs, i) => ({ program: i + 1, periodNs })),
          fromNs,
          toNs,
        });
        const actual = log.map(({ id, ts, cpu, tid, tgid, comm }) =>
          id === 0
            ? `event ${ts} ${cpu} ${tid}`
            : `timer ${id - 1} ${ts}${cpu + tid + tgid === 0 && comm === "hindsight" ? "" : " of somebody"}`,
        );
        const first = all[0]?.ts;
        if (first === undefined) {
          expect(actual).toEqual([]);
          return;
        }
        const before = all.filter(({ ts }) => toNs === null || ts < toNs);
        const fired = before.filter(({ ts }) => fromNs === null || ts >= fromNs);
        const base = fromNs !== null && fromNs > first ? fromNs : first;
        const lastEvent = before.at(-1)?.ts ?? 0n;
        const last = before.length < all.length ? (toNs! - 1n > lastEvent ? toNs! - 1n : lastEvent) : lastEvent;
        expect(actual).toEqual(withTimers(fired, periods, base, last));
      },
    ),
    { numRuns: 60 },
  );
});

test("a timer that would fire past the end of time stays silent", () => {
  const { bytes } = orderedStream(format, [1, 1]);
  const machine = machineOf({ programs: [logProgram(0)], maps: [ring], outputRing: 0, streams: [streamOf({ cpu: 0, format, bytes })] });
  expect(pumpAll(machine, { timers: [{ program: 0, periodNs: (1n << 64n) - 1n }] })).toEqual([]);
});

test("a timer with no period is refused", () => {
  const machine = machineOf({ programs: [logProgram(0)], maps: [ring], outputRing: 0 });
  expect(() => pumpAll(machine, { timers: [{ program: 0, periodNs: 0n }] })).toThrow("period");
});

test("nothing at all is a run, too", () => {
  const machine = machineOf({});
  expect(machine.firstTs()).toBe(null);
  expect(pumpAll(machine, {})).toEqual([]);
  expect(machine.stats()).toEqual({ events: 0n, fired: 0n, lost: 0n, lostUnknown: 0, damaged: 0, firstTs: null, lastTs: null });
});
