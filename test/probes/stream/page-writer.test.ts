/** Records written as pages are what the pump reads back: times, CPUs, bytes and losses; the same in both back ends. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { NO_ROOM } from "../../../probes/stream/page-writer.ts";
import { recordStream, type RecordSource } from "../../../probes/stream/record-stream.ts";
import { backends, logProgram, machineOf, outputRing, pumpAll } from "../../support/machine.ts";

interface Written {
  readonly ns: number;
  readonly cpu: number;
  readonly extraBytes: number;
}

const EVENT = 7;
const BASE_NS = 1n << 60n;
const ring = { ...outputRing, maxEntries: 1 << 20 };

/** Each record: id, tid = its number + 1, its length as the field at 8. */
function sourceOf(records: readonly Written[], lostBefore: ReadonlyMap<number, number | null> = new Map()): RecordSource {
  let next = 0;
  let told = -1;
  return {
    fill(writer) {
      for (; next < records.length; next++) {
        const { ns, cpu, extraBytes } = records[next]!;
        const lost = lostBefore.get(next);
        if (lost !== undefined && told < next) writer.lost(lost);
        told = next;
        const at = writer.begin(ns, cpu, 16 + extraBytes);
        if (at === NO_ROOM) return;
        writer.view.setUint16(at, EVENT, true);
        writer.view.setUint16(at + 2, 0, true);
        writer.view.setUint32(at + 4, next + 1, true);
        writer.view.setBigUint64(at + 8, BigInt(extraBytes), true);
      }
      const last = lostBefore.get(records.length);
      if (last !== undefined && told < next) writer.lost(last);
      told = next;
    },
    rewind() {
      next = 0;
      told = -1;
    },
  };
}

function replay(source: RecordSource, backend: (typeof backends)[number], pageBytes = 4096) {
  const stream = recordStream({ source, baseNs: BASE_NS, pageBytes });
  const machine = machineOf({
    backend,
    programs: [logProgram(1)],
    maps: [ring],
    outputRing: 0,
    streams: [{ ...stream, fill: (window) => stream.read(window), rewind: () => stream.rewind() }],
  });
  return { log: pumpAll(machine, { dispatch: new Map([[EVENT, [0]]]) }), stats: machine.stats() };
}

const someRecords = fc
  .array(
    fc.record({
      delta: fc.oneof(fc.nat(3), fc.nat(2 ** 31), fc.integer({ min: 2 ** 27 - 2, max: 2 ** 27 + 2 })),
      cpu: fc.nat(700),
      extraBytes: fc.nat(900),
    }),
    { maxLength: 60 },
  )
  .map((items) => {
    let ns = 0;
    return items.map(({ delta, cpu, extraBytes }) => ({ ns: (ns += delta), cpu, extraBytes }));
  });

test.each(backends)("what is written is read back (%s)", (backend) => {
  fc.assert(
    fc.property(someRecords, (records) => {
      const { log, stats } = replay(sourceOf(records), backend);
      expect(log.map(({ ts, cpu, tid, field }) => ({ ts, cpu, tid, field }))).toEqual(
        records.map(({ ns, cpu, extraBytes }, i) => ({ ts: BASE_NS + BigInt(ns), cpu, tid: i + 1, field: BigInt(extraBytes) })),
      );
      expect(stats).toMatchObject({ events: BigInt(records.length), lost: 0n, lostUnknown: 0, damaged: 0 });
    }),
    { numRuns: 40 },
  );
});

test("times that go back are told as they are", () => {
  const records = [5e9, 3e9, 3e9 + 1, 2 ** 52, 0].map((ns) => ({ ns, cpu: 1, extraBytes: 0 }));
  const { log } = replay(sourceOf(records), "jit");
  expect(log.map(({ ts }) => ts - BASE_NS)).toEqual(records.map(({ ns }) => BigInt(ns)));
});

test("losses are counted, before, between and behind the records", () => {
  const records = [1, 2, 3].map((ns) => ({ ns, cpu: 0, extraBytes: 0 }));
  const { log, stats } = replay(
    sourceOf(
      records,
      new Map([
        [0, 5],
        [2, null],
        [3, 2 ** 40],
      ]),
    ),
    "jit",
  );
  expect(log).toHaveLength(3);
  expect(stats).toMatchObject({ events: 3n, lost: 5n + 2n ** 40n, lostUnknown: 1, damaged: 0 });
});

test("the longest record fits into an empty page", () => {
  let begun = false;
  const { log } = replay(
    {
      fill(writer) {
        if (begun) return;
        begun = true;
        const at = writer.begin(1e15, 3, writer.maxRecordBytes - 3);
        writer.view.setUint32(at, EVENT, true);
        writer.view.setUint32(at + 4, 9, true);
      },
      rewind() {
        begun = false;
      },
    },
    "jit",
    65_536,
  );
  expect(log).toMatchObject([{ ts: BASE_NS + 10n ** 15n, cpu: 3, tid: 9 }]);
});
