/** Every record type in both byte orders, pumped and compared with the reference walker; and bytes that are no pages at all. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { eventIds, formatName, formats, itemArbitrary, streamArbitrary } from "../../support/page-arbitrary.ts";
import { eventRecord, writePage, type PageFormat } from "../../support/pages.ts";
import { walkPages, type Walked } from "../../support/page-walker.ts";
import { logProgram, machineOf, outputRing, pumpAll, streamOf, type ByteStream, type Logged } from "../../support/machine.ts";

const ring = { ...outputRing, maxEntries: 1 << 20 };

interface Pumped {
  readonly log: Logged[];
  readonly stats: ReturnType<ReturnType<typeof machineOf>["stats"]>;
}

function pumpBytes(stream: ByteStream, events: readonly number[] = eventIds, chunkBytes = Infinity): Pumped {
  const machine = machineOf({ programs: [logProgram(1)], maps: [ring], outputRing: 0, streams: [streamOf(stream, chunkBytes)] });
  const log = pumpAll(machine, { dispatch: new Map(events.map((id) => [id, [0]])) });
  return { log, stats: machine.stats() };
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** What the log program sees of a record. */
function expectedLog({ records }: Walked, format: PageFormat, events: readonly number[]): [bigint, number, bigint][] {
  const little = format.byteOrder === "little";
  return records
    .filter(({ payload }) => events.includes(view(payload).getUint16(0, little)))
    .map(({ ts, payload }) => [ts, view(payload).getUint32(4, little), view(payload).getBigUint64(8, true)]);
}

const seen = (log: readonly Logged[]): [bigint, number, bigint][] => log.map(({ ts, tid, field }) => [ts, tid, field]);

function expectSame(bytes: Uint8Array, format: PageFormat, events: readonly number[], chunkBytes?: number): void {
  const walked = walkPages(bytes, format);
  const { log, stats } = pumpBytes({ cpu: 0, format, bytes }, events, chunkBytes);
  expect(seen(log)).toEqual(expectedLog(walked, format, events));
  expect(stats).toMatchObject({
    events: BigInt(walked.records.length),
    fired: BigInt(log.length),
    lost: walked.lost,
    lostUnknown: walked.lostUnknown,
    damaged: walked.damaged,
  });
  const times = walked.records.map(({ ts }) => ts);
  expect(stats.lastTs).toBe(times.length === 0 ? null : times.reduce((a, b) => (b > a ? b : a)));
}

test.each(formats.map((format) => [formatName(format), format] as const))("pages: %s", (_, format) => {
  const events = fc.constantFrom<(readonly number[])[]>([...eventIds], [8], []);
  fc.assert(
    fc.property(streamArbitrary(format), events, (bytes, wanted) => {
      expectSame(bytes, format, wanted);
    }),
    { numRuns: 80 },
  );
});

test.each(formats.map((format) => [formatName(format), format] as const))("broken pages: %s", (_, format) => {
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(streamArbitrary(format), edits, fc.nat(format.pageBytes), (whole, changes, cut) => {
      const bytes = whole.slice(0, Math.max(0, whole.length - (cut % 3 === 0 ? cut : 0)));
      for (const [at, byte] of changes) {
        // Half of the changes go into the first bytes of a page, where they hurt.
        const position = at % 2 === 0 ? at % Math.max(1, bytes.length) : Math.floor(at / 2) % 64;
        if (position < bytes.length) bytes[position] = byte;
      }
      // Programs read 16 bytes: the records of an event that is shorter are somebody else's matter.
      const machine = machineOf({ programs: [logProgram(1)], maps: [ring], outputRing: 0, streams: [streamOf({ cpu: 0, format, bytes })] });
      const log = pumpAll(machine, {
        dispatch: new Map(eventIds.map((id) => [id, [0]])),
        minRecordBytes: new Map(eventIds.map((id) => [id, 16])),
      });
      const walked = walkPages(bytes, format);
      const little = format.byteOrder === "little";
      const isWanted = (payload: Uint8Array): boolean => eventIds.some((id) => id === view(payload).getUint16(0, little));
      const short = walked.records.filter(({ payload }) => isWanted(payload) && payload.length < 16).length;
      const long = { ...walked, records: walked.records.filter(({ payload }) => payload.length >= 16) };
      expect(seen(log)).toEqual(expectedLog(long, format, eventIds));
      expect(machine.stats()).toMatchObject({
        events: BigInt(walked.records.length),
        lost: walked.lost,
        lostUnknown: walked.lostUnknown,
        damaged: walked.damaged + short,
      });
    }),
    { numRuns: 150 },
  );
});

test("random bytes neither trap nor hang", () => {
  const everything = new Map(Array.from({ length: 65_536 }, (_, id) => [id, [0]]));
  fc.assert(
    fc.property(fc.constantFrom(...formats), fc.uint8Array({ minLength: 1, maxLength: 3 * 512, size: "max" }), (format, seedBytes) => {
      const small = { ...format, pageBytes: 512 };
      const machine = machineOf({
        programs: [logProgram(1)],
        maps: [ring],
        outputRing: 0,
        streams: [0, 1, 2].map((cpu) => streamOf({ cpu, format: small, bytes: seedBytes.slice(cpu) })),
      });
      pumpAll(machine, { dispatch: everything, trackTasks: true });
      const { events, fired } = machine.stats();
      expect(fired).toBe(events);
    }),
    { numRuns: 30 },
  );
});

test("a stream that is larger than its window comes through whole, however it is cut into pieces", () => {
  const format = formats[0]!;
  const items = fc.sample(itemArbitrary("little"), { numRuns: 4000, seed: 5 });
  const pages: Uint8Array[] = [];
  for (let i = 0; i < items.length; i += 12) pages.push(writePage(format, { ts: BigInt(i) << 30n, items: items.slice(i, i + 12) }));
  const bytes = new Uint8Array(pages.length * format.pageBytes);
  pages.forEach((page, i) => bytes.set(page, i * format.pageBytes));
  expect(bytes.length).toBeGreaterThan(4 * 256 * 1024);
  for (const chunkBytes of [4096, 40_960, Infinity]) expectSame(bytes, format, eventIds, chunkBytes);
});

test("times of another clock are scaled with a product of more than 64 bits", () => {
  const format = formats[0]!;
  const raws = [0n, 1n, 123_456_789n, (1n << 40n) + 12_345n, (1n << 58n) + 99n];
  const scales = [
    { mult: 1, shift: 0, offset: 1_000_000n },
    { mult: 1, shift: 0, offset: -5n },
    { mult: 1_000_000_000, shift: 8, offset: 0n },
    { mult: 4_294_967_295, shift: 32, offset: 77n },
    { mult: 3, shift: 63, offset: 0n },
    { mult: 4_000_000, shift: 0, offset: 0n },
    { mult: 1, shift: 31, offset: 3n },
  ];
  for (const time of scales) {
    const pages = raws.map((ts) =>
      writePage(format, { ts, items: [{ kind: "data", delta: 0, payload: eventRecord("little", 7, 1, new Uint8Array(8)) }] }),
    );
    const bytes = new Uint8Array(pages.length * format.pageBytes);
    pages.forEach((page, i) => bytes.set(page, i * format.pageBytes));
    const expected = raws.map((raw) => BigInt.asUintN(64, ((raw * BigInt(time.mult)) >> BigInt(time.shift)) + time.offset));
    expect(pumpBytes({ cpu: 0, format, bytes, time }).log.map(({ ts }) => ts)).toEqual(expected);
  }
});
