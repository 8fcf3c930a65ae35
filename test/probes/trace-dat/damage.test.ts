/** Cut and corrupt files: a message with a place, or the readable part with a warning; never a throw, a hang, or silence. */
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openRecordingBytes } from "../../../probes/open.ts";
import { optionIds } from "../../../probes/formats/trace-dat/options.ts";
import { traceDatBytes } from "../../../tooling/trace-dat/writer.ts";
import { fixtureBytes } from "../../support/fixtures.ts";
import { drainStreams } from "./read-all.ts";
import { spec } from "./written.ts";

interface Outcome {
  readonly message: string | null;
  readonly warnings: readonly string[];
  readonly pageBytes: number;
}

async function outcome(bytes: Uint8Array): Promise<Outcome> {
  const result = await openRecordingBytes("cut.dat", bytes);
  if (!result.ok) return { message: result.message, warnings: [], pageBytes: 0 };
  const { recording } = result;
  // Everything that is read late.
  const pageBytes = drainStreams(recording, 64 * 1024 * 1024);
  recording.kallsyms();
  for (const t of recording.catalogue.tracepoints) expect(t.fields.length).toBeGreaterThanOrEqual(0);
  expect(recording.taskRules.length).toBeGreaterThanOrEqual(0);
  return { message: null, warnings: recording.info.warnings, pageBytes };
}

const written: [string, Uint8Array][] = [
  ["version 6", traceDatBytes(spec({ version: 6, kallsyms: "ffffffff81000000 T _stext\n" }))],
  ["version 7", traceDatBytes(spec({ kallsyms: "ffffffff81000000 T _stext\n" }))],
  ["version 7, big endian", traceDatBytes(spec({ byteOrder: "big", longBytes: 4 }))],
  ["version 7, zlib", traceDatBytes(spec({ compression: "zlib", kallsyms: "ffffffff81000000 T _stext\n" }))],
];
if (spawnSync("zstd", ["--version"]).error === undefined) written.push(["version 7, zstd", traceDatBytes(spec({ compression: "zstd" }))]);

test.each(written)("%s, cut anywhere, says what is missing", async (_name, bytes) => {
  const whole = await outcome(bytes);
  expect(whole).toMatchObject({ message: null, warnings: [] });
  for (let length = 0; length < bytes.length; length += length < 2000 ? 13 : 487) {
    const cut = await outcome(bytes.subarray(0, length));
    if (cut.message !== null) expect(cut.message).toMatch(/empty|found|(?:at|ends at|the options section is at) (?:byte )?0x|is absurd/);
    else if (cut.pageBytes < whole.pageBytes)
      expect(cut.warnings.join("\n")).toMatch(/cut at byte 0x[\da-f]+, \d+ of \d+ bytes are missing/);
    else expect(cut.pageBytes).toBe(whole.pageBytes);
  }
});

test.each(["s02-ddio", "s03-forkexec", "s09-signals"])("the recording of %s, cut anywhere", async (name) => {
  const bytes = fixtureBytes(`traces/${name}/trace.dat`);
  const whole = await outcome(bytes);
  expect(whole).toMatchObject({ message: null, warnings: [] });
  for (let i = 1; i < 40; i++) {
    const cut = await outcome(bytes.subarray(0, Math.floor((bytes.length * i) / 40)));
    expect(cut.message !== null || cut.warnings.length > 0 || cut.pageBytes === whole.pageBytes, `cut at ${i}/40`).toBe(true);
  }
});

test.each(written)("%s with any bits flipped opens or is refused", async (_name, bytes) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.oneof(fc.nat(1200), fc.nat(bytes.length - 1)), fc.integer({ min: 1, max: 255 })), {
        minLength: 1,
        maxLength: 4,
      }),
      async (flips) => {
        const damaged = bytes.slice();
        for (const [at, mask] of flips) damaged[at % damaged.length]! ^= mask;
        await outcome(damaged);
      },
    ),
    { numRuns: 600 },
  );
});

/** Overwrites the bytes where `find` is first found, plus `skip`. */
function patched(bytes: Uint8Array, find: string | Uint8Array, skip: number, replacement: readonly number[]): Uint8Array {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(find);
  expect(at).toBeGreaterThanOrEqual(0);
  const out = bytes.slice();
  out.set(replacement, at + skip);
  return out;
}

const v6 = written[0]![1];
const v7 = written[1]![1];
const zlib = written[3]![1];
const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];

/** Offset in the file of the options section of version 7. */
const optionsAt = Number(new DataView(v7.buffer, v7.byteOffset).getBigUint64(12 + 2 + 4 + 5 + 1, true));
/** Offset of the data of the last option, DONE: the chain's next section. */
const doneAt = Buffer.from(v7).indexOf(Uint8Array.of(0, 0, 8, 0, 0, 0), optionsAt + 16) + 6;

const at = (bytes: Uint8Array, offset: number, ...values: readonly number[]): Uint8Array => {
  const out = bytes.slice();
  out.set(values, offset);
  return out;
};

test.each([
  ["unknown version", at(v6, 10, 0x39), 'trace.dat version "9" is not supported (6 and 7 are)'],
  ["byte order", at(v6, 12, 5), "byte order is 5, expected 0 (little endian) or 1 (big endian)"],
  ["size of long", at(v6, 13, 3), "size of long is 3, expected 4 or 8"],
  ["page size", at(v6, 14, 0, 0, 0, 0x80), "page size is 2147483648"],
  [
    "size of header_page",
    patched(v6, "header_page\0", 12, huge),
    "headers: size of header_page at byte 0x1e is absurd: 0x7fffffffffffffff",
  ],
  [
    "commit of 3 bytes",
    patched(v6, "commit;\toffset:8;\tsize:8", 23, [0x33]),
    "unknown sub-buffer header: commit has 3 bytes, data starts at 16",
  ],
  ["no header_event", patched(v6, "header_event\0", 0, [0x58]), "headers: header_event is missing"],
  ["number of systems", patched(v6, "sched\0", -4, [0xff, 0xff, 0xff, 0xff]), "event formats: 4294967295 event systems"],
  ["number of events", patched(v6, "sched\0", 6, [0xff, 0xff, 0xff, 0xff]), "event formats: system sched has 4294967295 events"],
  ["number of CPUs", patched(v6, "options  \0", -4, [0xff, 0xff, 0xff, 0]), "options: 16777215 CPUs"],
  ["neither options nor flyrecord", patched(v6, "flyrecord\0", 0, [0x58]), 'options: expected flyrecord, found "Xlyrecord\\u0000"'],
  ["latency text", patched(v6, "flyrecord\0", 0, [...Buffer.from("latency  \0")]), "holds a latency tracer's text"],
  ["options section cut off", v7.subarray(0, optionsAt), "the options section is at byte 0x"],
  [
    "unfinished file",
    at(v7, 24, 0, 0, 0, 0, 0, 0, 0, 0),
    "there is no options section: trace-cmd was stopped before it could finish the file",
  ],
  ["compression name", patched(zlib, "zlib\0", 0, [...Buffer.from("lz4x")]), 'compression "lz4x" is not supported (zlib and zstd are)'],
  ["packed headers", patched(zlib, Uint8Array.of(0x78, 0x9c), 2, [0xff, 0xff]), "section headers: "],
  ["wrong section", at(v7, optionsAt, 9), "section options: found section 9 instead of 0 at byte 0x"],
])("refused: %s", async (_name, bytes, message) => {
  const result = await outcome(bytes);
  expect(result.message).toContain("cut.dat: damaged trace.dat: ");
  expect(result.message).toContain(message);
});

test("a chain of options that comes back is followed once", async () => {
  const loop = v7.slice();
  new DataView(loop.buffer).setBigUint64(doneAt, BigInt(optionsAt), true);
  const { message, warnings, pageBytes } = await outcome(loop);
  expect(message).toBeNull();
  expect(pageBytes).toBeGreaterThan(0);
  expect(warnings).toEqual([
    `section options: the chain of options comes back to byte 0x${optionsAt.toString(16)}; options behind it are lost`,
  ]);
});

test("an instance whose table is missing is left out", async () => {
  const bytes = traceDatBytes({ ...spec({ version: 6 }), buffers: [...spec({ version: 6 }).buffers, { name: "net", cpus: [] }] });
  const result = await outcome(patched(bytes, "net\0", -8, [5, 0, 0, 0, 0, 0, 0, 0]));
  expect(result).toMatchObject({ message: null, warnings: ["buffer net: there is no table of CPUs at byte 0x5; the buffer is left out"] });
});

test("options that cannot be used are said", async () => {
  const text = (s: string): Uint8Array => new TextEncoder().encode(s);
  const options = [
    { id: optionIds.offset, data: text("soon\0") },
    { id: optionIds.tsc2nsec, data: text("abc") },
    { id: optionIds.cpuCount, data: Uint8Array.of(0xff, 0xff, 0xff, 0xff) },
  ];
  const result = await outcome(traceDatBytes(spec({ options })));
  expect(result.warnings).toEqual([
    'option OFFSET holds no number: "soon"',
    "option TSC2NSEC cannot be used: 3 bytes, mult 0, shift 0",
    "option CPUCOUNT says 4294967295 CPUs; it is not used",
  ]);
});

test("a damaged chunk ends its CPU alone", async () => {
  const result = await openRecordingBytes("chunk.dat", zlib);
  if (!result.ok) expect.fail(result.message);
  const whole = drainStreams(result.recording, 1e8);
  // The last zlib stream but one is in the pages of CPU 1; the one after the first buffer section is CPU 0's.
  const streams: number[] = [];
  for (
    let i = Buffer.from(zlib).indexOf(Uint8Array.of(0x78, 0x9c));
    i >= 0;
    i = Buffer.from(zlib).indexOf(Uint8Array.of(0x78, 0x9c), i + 1)
  )
    streams.push(i);
  const damaged = at(zlib, streams.at(-1)! + 2, 0xff, 0xff, 0xff, 0xff);
  const cut = await outcome(damaged);
  expect(cut.message).toBeNull();
  expect(cut.pageBytes).toBeGreaterThan(0);
  expect(cut.pageBytes).toBeLessThan(whole);
  expect(cut.warnings).toHaveLength(1);
  expect(cut.warnings[0]).toMatch(/^CPU 1: chunk at byte 0x[\da-f]+ is no zlib block of \d+ bytes; the rest of this CPU is left out$/);
});
