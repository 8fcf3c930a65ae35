/** Cut and corrupt traces: a word, or what can be read with a warning; never a throw, a hang, or memory without end. */
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { perfettoFormat } from "../../../probes/formats/perfetto/format.ts";
import { openRecordingBytes } from "../../../probes/open.ts";
import { compactSched, concat, ftraceEvent, message, packed, trace, varint, type Fields } from "../../../tooling/perfetto/writer.ts";
import { recordingOf } from "../../support/recordings.ts";
import { drainStreams } from "../trace-dat/read-all.ts";
import { perfettoOf } from "./convert.ts";

const MOST_PAGE_BYTES = 64 << 20;

interface Outcome {
  readonly message: string | null;
  readonly warnings: readonly string[];
  readonly pageBytes: number;
}

async function outcome(bytes: Uint8Array): Promise<Outcome> {
  const result = await openRecordingBytes("cut", bytes);
  if (!result.ok) return { message: result.message, warnings: [], pageBytes: 0 };
  const { recording } = result;
  const pageBytes = drainStreams(recording, MOST_PAGE_BYTES);
  for (const { fields } of recording.catalogue.tracepoints) expect(fields.length).toBeGreaterThanOrEqual(0);
  return { message: null, warnings: recording.info.warnings, pageBytes };
}

const print = (ns: number): Uint8Array => ftraceEvent(ns, 5, 3, [[1, 1], [2, "hello"]]); // prettier-ignore
const columns = compactSched(
  { ns: [100n, 140n], prevState: [0n, 1n], nextPid: [10, 0], nextPrio: [120, 120], nextComm: ["ten", "swapper/1"] },
  { ns: [110n], pid: [11], cpu: [1], prio: [97], comm: ["eleven"], flags: [1] },
);
const sound: readonly Fields[] = [
  [[6, message([[1, message([[1, 6], [2, 1000]])]])], [10, 1]], // prettier-ignore
  [[1, message([[1, 0], [2, print(1)], [2, print(2)]])], [12, message([[26, message([[1, 1], [2, "schedule"]])]])], [13, 1], [10, 2]], // prettier-ignore
  [[1, message([[1, 1], [4, columns], [2, ftraceEvent(3, 5, 327, [[1, "probe"], [2, message([[1, "x"], [5, 1]])]])]])], [10, 2]], // prettier-ignore
  [[2, message([[2, message([[1, 5], [2, "five"], [3, 4]])]])], [10, 3]], // prettier-ignore
];
const files: readonly (readonly [string, Uint8Array])[] = [
  ["a trace", trace(sound)],
  ["a compressed one", trace([[[50, deflateSync(trace(sound))]], ...sound])],
];

test.each(files)("%s, cut anywhere, opens or is refused with a word", async (_name, bytes) => {
  for (let length = 0; length < bytes.length; length++) {
    const { message: word } = await outcome(bytes.subarray(0, length));
    if (word !== null) expect(word.length).toBeGreaterThan(10);
  }
});

test.each(files)("%s with any bits flipped", async (_name, bytes) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length * 8 - 1), { minLength: 1, maxLength: 6 }), async (bits) => {
      const flipped = bytes.slice();
      for (const bit of bits) flipped[bit >> 3]! ^= 1 << (bit & 7);
      await outcome(flipped);
    }),
    { numRuns: 200 },
  );
});

const first = trace([sound[1]!, sound[1]!]);
const bundled = (fields: Fields): Uint8Array => trace([sound[1]!, [[1, message(fields)], [10, 2]]]); // prettier-ignore

/** Each is named by what is wrong with it. */
const broken: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
  "text-behind-the-packets": [
    concat([first, new TextEncoder().encode("that was it")]),
    /there is no packet at 0x\w+: what follows is left out/,
  ],
  "length-without-end": [concat([first, Uint8Array.from([10, ...Array<number>(14).fill(0xff)])]), /there is no packet at/],
  "packet-of-an-exabyte": [
    concat([first, Uint8Array.from([10, ...varint(1n << 60n)])]),
    /the last packet is cut: 0 of 1152921504606847000 bytes/,
  ],
  "last-packet-cut": [concat([first, first.subarray(0, 20)]), /the last packet is cut: 18 of \d+ bytes/],
  "event-longer-than-its-bundle": [
    trace([sound[1]!, [[1, Uint8Array.from([8, 0, 18, 100, 1])]]]),
    /1 packet or bundle with damaged fields/,
  ],
  "group-in-a-bundle": [trace([sound[1]!, [[1, Uint8Array.from([11, 8, 0])]]]), /1 packet or bundle with damaged fields/],
  "cpu-of-a-billion": [bundled([[1, 1_000_000_000], [2, print(3)]]), /1 packet or bundle with damaged fields/], // prettier-ignore
  "columns-of-different-length": [
    bundled([[1, 0], [4, message([[1, packed([1, 2, 3])], [2, packed([1])], [3, packed([1, 2, 3])], [4, packed([1, 2, 3])], [6, packed([0, 0, 0])]])]]), // prettier-ignore
    /1 bundle with damaged columns/,
  ],
  "number-of-eleven-bytes-in-a-column": [
    bundled([[1, 0], [4, message([[7, Uint8Array.from(Array<number>(11).fill(0x80))], [8, packed([1])]])]]), // prettier-ignore
    /1 bundle with damaged columns/,
  ],
  "compressed-with-no-zlib": [trace([sound[1]!, [[50, new Uint8Array(100).fill(7)]]]), /1 compressed packet cannot be unpacked/],
  "compressed-with-no-zstd": [trace([sound[1]!, [[133, new Uint8Array(100).fill(7)]]]), /1 compressed packet cannot be unpacked/],
  "compressed-with-no-packets": [
    trace([sound[1]!, [[50, deflateSync(Uint8Array.from([10, 200, 1]))]]]),
    /1 compressed packet cannot be unpacked/,
  ],
  "compressed-without-end": [trace([sound[1]!, [[50, deflateSync(new Uint8Array(80 << 20))]]]), /1 compressed packet cannot be unpacked/],
};

test.each(Object.entries(broken))("%s", async (_name, [bytes, warning]) => {
  const { message: word, warnings, pageBytes } = await outcome(bytes);
  expect(word).toBeNull();
  expect(warnings.join("\n")).toMatch(warning);
  expect(pageBytes).toBeGreaterThan(0);
});

test("nothing but what is damaged is refused with what is wrong", async () => {
  expect((await outcome(trace([sound[0]!, [[50, new Uint8Array(9)]]]))).message).toMatch(/no events of ftrace/);
});

test("a recording cut anywhere", async () => {
  const bytes = perfettoOf(await recordingOf("s03-forkexec"), { compact: true });
  expect((await outcome(bytes)).message).toBeNull();
  for (let i = 1; i < 24; i++) {
    const cut = await outcome(bytes.subarray(0, Math.floor((bytes.length * i) / 24)));
    expect(cut.message !== null || cut.warnings.some((line) => line.includes("is cut")), `cut at ${i}/24`).toBe(true);
  }
});

test("what begins like a packet but is none is not taken for a trace", () => {
  const text = new TextEncoder();
  const others = [
    "\n\n\n\n\n\n\n\n\n\n\n\n\n",
    "\n#strace -f\nexecve(1)",
    '\n  {\n "a": 1 }\n',
    "\n\x04 1 2\n\x04",
    "# tracer: nop\n",
    "",
    "\n",
    "\n\x00",
  ];
  for (const other of others) expect(perfettoFormat.sniff(text.encode(other)), JSON.stringify(other)).toBe(false);
  fc.assert(
    fc.property(fc.string({ unit: "grapheme-ascii", minLength: 40, maxLength: 400 }), (line) => {
      expect(perfettoFormat.sniff(text.encode(`\n${line}\n`))).toBe(false);
    }),
    { numRuns: 5000, seed: 1 },
  );
});

test("a first packet that is longer than what sniffing sees", () => {
  const long = trace([[[50, new Uint8Array(200_000)]]]);
  expect(perfettoFormat.sniff(long.subarray(0, 65_536))).toBe(true);
});
