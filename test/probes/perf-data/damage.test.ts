/** Cut and corrupt files: a message, or what can be read with a warning; never a throw, a hang, or silence. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { openRecordingBytes } from "../../../probes/open.ts";
import { recordType, sampleBit } from "../../../probes/formats/perf-data/transcoder-layout.ts";
import { byteList } from "../../../tooling/perf-data/bytes.ts";
import { finishedRound, perfDataBytes, pipedBytes, record, recordsOf, type WrittenFile } from "../../../tooling/perf-data/writer.ts";
import { fixtureBytes } from "../../support/fixtures.ts";
import { drainStreams } from "../trace-dat/read-all.ts";
import { nothingBeside } from "../../../probes/formats/format.ts";
import { formats, printed, rawWork, workAttr, WORK_SAMPLE } from "./made.ts";

interface Outcome {
  readonly message: string | null;
  readonly warnings: readonly string[];
  readonly pageBytes: number;
}

const MOST_PAGE_BYTES = 64 << 20;

async function outcome(bytes: Uint8Array): Promise<Outcome> {
  const result = await openRecordingBytes("cut.data", bytes);
  if (!result.ok) return { message: result.message, warnings: [], pageBytes: 0 };
  const { recording } = result;
  const pageBytes = drainStreams(recording, MOST_PAGE_BYTES);
  recording.kallsyms();
  recording.mappings?.();
  for (const { fields } of recording.catalogue.tracepoints) expect(fields.length).toBeGreaterThanOrEqual(0);
  return { message: null, warnings: recording.info.warnings, pageBytes };
}

const little = recordsOf("little", WORK_SAMPLE);
const sample = (ns: number): Uint8Array => little.sample({ id: 11, pid: 5, ns, rest: rawWork("little", 1, 5) });

const file: WrittenFile = {
  attrs: [workAttr],
  formats,
  kallsyms: "ffffffff81000000 T _stext\n",
  records: [
    little.comm(5, 5, "shell"),
    little.mmap2(5, [0x400000, 0x1000, 0], "/bin/sh", { ns: 1 }, new Uint8Array(20).fill(7)),
    sample(10),
    finishedRound("little"),
    little.fork([6, 6], [5, 5], { ns: 20, pid: 5 }),
    little.lost(11, 3, { ns: 25 }),
    sample(30),
    finishedRound("little"),
  ],
};

const written: readonly (readonly [string, Uint8Array])[] = [
  ["a file", perfDataBytes(file)],
  ["a piped one", pipedBytes(file)],
  ["an unfinished one", perfDataBytes({ ...file, unfinished: true })],
];

test.each(written)("%s, cut anywhere, opens or is refused with a word", async (_name, bytes) => {
  for (let length = 0; length < bytes.length; length += 7) {
    const { message, warnings } = await outcome(bytes.subarray(0, length));
    if (message !== null) expect(message.length).toBeGreaterThan(10);
    else if (_name === "a file") expect(warnings.length).toBeGreaterThan(0);
  }
});

test.each(["s03-forkexec", "s14-profile"])("the recording of %s, cut anywhere", async (name) => {
  const bytes = fixtureBytes(`traces/${name}/perf.data`);
  const whole = await outcome(bytes);
  expect(whole).toMatchObject({ message: null, warnings: [] });
  for (let i = 1; i < 24; i++) {
    const cut = await outcome(bytes.subarray(0, Math.floor((bytes.length * i) / 24)));
    expect(cut.message !== null || cut.warnings.length > 0, `cut at ${i}/24`).toBe(true);
  }
});

test.each(written)("%s with any bits flipped", async (_name, bytes) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length * 8 - 1), { minLength: 1, maxLength: 6 }), async (bits) => {
      const flipped = bytes.slice();
      for (const bit of bits) flipped[bit >> 3]! ^= 1 << (bit & 7);
      await outcome(flipped);
    }),
    { numRuns: 300 },
  );
});

/** Each is named by what is wrong with it. */
const broken: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
  "header-size-of-99": [patched(8, 99n), /header size is 99/],
  "attr-size-of-3": [patched(16, 19n), /an attr has 3 bytes/],
  "attrs-behind-the-end": [patched(24, 1n << 40n), /attrs: .* needs|attrs: /],
  "absurd-number-of-attrs": [patched(32, 1n << 50n), /attrs: there are/],
  "data-behind-the-end": [patched(40, 1n << 40n), /the data is at byte/],
  "data-longer-than-the-file": [patched(48, 1n << 40n), /the file is cut/],
  "record-of-no-length": [withRecords([sample(1), new Uint8Array(64)]), /cannot be read on at byte 0x/],
  "record-shorter-than-its-header": [withRecords([sample(1), byteList("little").u32(9).u16(0, 4).u64(0, 0).done()]), /cannot be read on/],
  "record-longer-than-the-data": [withRecords([sample(1), byteList("little").u32(9).u16(0, 60_000).u64(0, 0).done()]), /cannot be read on/],
  "sample-without-its-raw": [withRecords([little.sample({ id: 11, pid: 5, ns: 3 })]), /1 damaged record skipped/],
  "raw-longer-than-the-sample": [
    withRecords([little.sample({ id: 11, pid: 5, ns: 3, rest: byteList("little").u32(4000, 1).done() })]),
    /1 damaged record skipped/,
  ],
  "raw-too-short-for-a-record": [
    withRecords([little.sample({ id: 11, pid: 5, ns: 3, rest: byteList("little").u32(4, 1).done() })]),
    /1 damaged record skipped/,
  ],
  "sample-of-nobody": [
    perfDataBytes({
      ...file,
      attrs: [workAttr, { ...workAttr, ids: [20] }],
      records: [little.sample({ id: 77, pid: 5, ns: 3, rest: rawWork("little", 1, 5) })],
    }),
    /1 sample of unknown events/,
  ],
  "trace-of-instructions-without-end": [
    withRecords([
      sample(1),
      record(
        "little",
        recordType.auxtrace,
        byteList("little")
          .u64(1n << 60n)
          .done(),
      ),
      sample(2),
    ]),
    /cannot be read on/,
  ],
  "compressed-without-notice": [withRecords([record("little", recordType.compressed, new Uint8Array(40))]), /damaged record/],
  "compressed-with-no-zstd": [
    perfDataBytes({
      ...file,
      features: new Map([[27, byteList("little").u32(1, 1, 1, 1, 1).done()]]),
      records: [record("little", recordType.compressed, new Uint8Array(4000).fill(3)), sample(2)],
    }),
    /the compressed data is damaged/,
  ],
  "chain-of-a-billion": [chained(byteList("little").u64(1_000_000_000, 1).done()), /1 damaged record skipped/],
  "tracing-data-without-magic": [
    perfDataBytes({ ...file, features: new Map([[1, new Uint8Array(80)]]) }),
    /tracing data: the magic bytes are missing/,
  ],
  "no-events": [perfDataBytes({ attrs: [], records: [] }), /describes no event/],
};

function patched(at: number, value: bigint): Uint8Array {
  const bytes = perfDataBytes(file);
  new DataView(bytes.buffer).setBigUint64(at, value, true);
  return bytes;
}

function withRecords(records: readonly Uint8Array[]): Uint8Array {
  return perfDataBytes({ ...file, records });
}

function chained(rest: Uint8Array): Uint8Array {
  const sampleType = WORK_SAMPLE | sampleBit.callchain;
  const one = recordsOf("little", sampleType).sample({ id: 11, pid: 5, ns: 3, rest });
  return perfDataBytes({ ...file, attrs: [{ ...workAttr, sampleType }], records: [one] });
}

test.each(Object.entries(broken))("%s", async (_name, [bytes, wanted]) => {
  const { message, warnings } = await outcome(bytes);
  expect(message ?? warnings.join("\n")).toMatch(wanted);
});

/** Eight bytes before the end of the records, whose place is in the header (struct perf_file_header). */
function cutBehindRecords(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Number(view.getBigUint64(40, true) + view.getBigUint64(48, true)) - 8;
}

test.each([
  ["cut", (bytes: Uint8Array) => bytes.subarray(0, cutBehindRecords(bytes))],
  ["killed", () => perfDataBytes({ ...file, unfinished: true })],
])("fields of a recording that was %s are taken from other descriptions", async (_name, damaged) => {
  const bytes = damaged(perfDataBytes(file));
  const hint = "--events-from FILE gives them";
  const bare = await openRecordingBytes("made.data", bytes);
  if (!bare.ok) expect.fail(bare.message);
  expect(bare.recording.info.warnings.join()).toContain(hint);
  const id = Number(workAttr.config);
  const work = { category: "app", name: "work", id, formatText: () => formats[0]!.text };
  const other = { ...work, name: "play", id: id + 1 };
  const unlike = await openRecordingBytes("made.data", bytes, { ...nothingBeside, events: [other] });
  if (!unlike.ok) expect.fail(unlike.message);
  expect(unlike.recording.info.warnings.join()).toContain(hint);
  const told = await openRecordingBytes("made.data", bytes, { ...nothingBeside, events: [other, work] });
  if (!told.ok) expect.fail(told.message);
  expect(told.recording.info.warnings.join()).not.toContain(hint);
  const lines = await printed(told.recording, 't:app:work { printf("%d %d\\n", args.n, args.long_n); }');
  expect(new Set(lines)).toEqual(new Set(["1 1000"]));
});
