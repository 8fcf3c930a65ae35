/** Cut and corrupt traces: a word that says what is wrong, or what can be read with a warning; never a throw, a hang, or memory without end. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { packetised } from "../../../tooling/ctf/writer.ts";
import { recordingOf } from "../../support/recordings.ts";
import { drainStreams } from "../trace-dat/read-all.ts";
import { ctfOf } from "./convert.ts";
import { fixtureFiles, openFiles, text, type TraceFiles } from "./support.ts";

const MOST_PAGE_BYTES = 64 << 20;

interface Outcome {
  readonly message: string | null;
  readonly warnings: readonly string[];
  readonly pageBytes: number;
}

async function outcome(files: TraceFiles): Promise<Outcome> {
  const result = await openFiles(files);
  if (!result.ok) return { message: result.message, warnings: [], pageBytes: 0 };
  const { recording } = result;
  const pageBytes = drainStreams(recording, MOST_PAGE_BYTES);
  for (const { fields } of recording.catalogue.tracepoints) expect(fields.length).toBeGreaterThanOrEqual(0);
  return { message: null, warnings: recording.info.warnings, pageBytes };
}

const lttng = fixtureFiles("lttng-ust", ["metadata", "ch0_0", "ch1_0"]);
const metadata = new TextDecoder().decode(lttng["metadata"]).replace(/[^\n\t -~]+/g, "");
const plain: TraceFiles = { metadata: text(metadata.slice(metadata.indexOf("/* CTF"))), ch0_0: lttng["ch0_0"]!.subarray(0, 700) };

test("packets cut anywhere", async () => {
  const bytes = lttng["ch0_0"]!;
  for (let length = 0; length < bytes.length; length += 61) {
    const cut = await outcome({ ...lttng, ch0_0: bytes.subarray(0, length) });
    expect(cut.message).toBeNull();
    if (length % 4096 !== 0) expect(cut.warnings.join(), String(length)).toMatch(/the last packet is cut|claims|no magic|cannot be read/);
  }
});

test("metadata cut anywhere are refused with the line, or as text that ends", async () => {
  const whole = text(metadata.slice(metadata.indexOf("/* CTF")));
  for (let length = 0; length < whole.length; length += 23) {
    const { message } = await outcome({ ...plain, metadata: whole.subarray(0, length) });
    if (message !== null) expect(message).toMatch(/^metadata, (line \d+: .|there is no trace block|byte_order|.* is no number)|no packet/);
  }
});

test.each([
  ["text", plain],
  ["packets", lttng],
] as const)("any bits flipped, metadata in %s", async (_name, files) => {
  const names = Object.keys(files);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), async (name, bits) => {
      const bytes = files[name]!.slice();
      for (const bit of bits) bytes[(bit >> 3) % bytes.length]! ^= 1 << (bit & 7);
      await outcome({ ...files, [name]: bytes });
    }),
    { numRuns: 300 },
  );
});

const HEAD = `/* CTF 1.8 */ typealias integer { size = 32; align = 8; } := u32; typealias integer { size = 64; align = 8; map = clock.c.value; } := ticks;
  trace { major = 1; minor = 8; byte_order = le; packet.header := struct { u32 magic; }; }; clock { name = c; freq = 1000000000; };
  stream { packet.context := struct { u32 content_size; u32 packet_size; }; event.header := struct { u32 id; ticks t; }; };`;
const event = (fields: string): string => `${HEAD} event { id = 1; name = "app:e"; fields := struct { ${fields} }; };`;
const words = (...numbers: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(numbers).buffer);
const MAGIC = 0xc1fc1fc1;
/** One event of a number. */
const sound = words(MAGIC, 8 * 28, 8 * 28, 1, 1000, 0, 7);
const then = (...numbers: readonly number[]): Uint8Array => Uint8Array.from([...sound, ...words(...numbers)]);

/** Each is named by what is wrong with it: its metadata, its stream, and what is said. */
const broken: Readonly<Record<string, readonly [metadata: string | Uint8Array, stream: Uint8Array, RegExp]>> = {
  "packet-without-magic": [event("u32 n;"), then(1, 2, 3, 4), /s: the packet at 0x1c has no magic number/],
  "content-longer-than-the-packet": [event("u32 n;"), then(MAGIC, 999, 96), /s: the packet at 0x1c claims 999 of 96 bits/],
  "packet-of-no-bits": [event("u32 n;"), then(MAGIC, 0, 0), /s: the packet at 0x1c claims 0 of 0 bits/],
  "packet-of-half-a-byte": [event("u32 n;"), then(MAGIC, 100, 100), /s: the packet at 0x1c claims 100 of 100 bits/],
  "packet-behind-the-end": [event("u32 n;"), then(MAGIC, 8 * 28, 8 * 28, 1), /s: the last packet is cut: 16 of 28 bytes at 0x1c/],
  "event-of-no-class": [event("u32 n;"), then(MAGIC, 8 * 28, 8 * 28, 9, 0, 0, 0), /1 packet cannot be read to the end/],
  "event-behind-the-content": [event("u32 n;"), then(MAGIC, 8 * 20, 8 * 20, 1, 5), /1 packet cannot be read to the end/],
  "sequence-of-four-billion": [
    event("u32 n; u32 list[n];"),
    then(MAGIC, 8 * 28, 8 * 28, 1, 0, 0, 0xffffffff),
    /2 packets cannot be read to the end/,
  ],
  "sequence-of-nothing-four-billion-times": [
    event("u32 n; struct { } list[n];"),
    then(MAGIC, 8 * 28, 8 * 28, 1, 0, 0, 0xffffffff),
    /arrays of structures/,
  ],
  "text-without-end": [
    event("u32 n; string s;"),
    then(MAGIC, 8 * 32, 8 * 32, 1, 0, 0, 1, 0x61616161),
    /packets? cannot be read to the end/,
  ],
  "tag-that-chooses-nothing": [
    event("enum : u32 { A = 1 } tag; variant <tag> { u32 A; } v;"),
    then(MAGIC, 8 * 28, 8 * 28, 1, 0, 0, 5),
    /2 packets cannot be read to the end/,
  ],
};

test.each(Object.entries(broken))("%s", async (_name, [declared, stream, warning]) => {
  const { message, warnings } = await outcome({ metadata: typeof declared === "string" ? text(declared) : declared, s: stream });
  expect(message).toBeNull();
  expect(warnings.join("\n")).toMatch(warning);
});

/** Refused: the metadata, and what is said. */
const refused: Readonly<Record<string, readonly [string | Uint8Array, RegExp]>> = {
  "ctf-2": ['\x1e{"type":"preamble","version":2}', /^its metadata are those of CTF 2 \(JSON\); only CTF 1.8 is read/],
  "no-text": ["", /there is no trace block/],
  "no-byte-order": ["trace { major = 1; };", /byte_order = nothing is neither le nor be/],
  "sign-that-is-none": [`${HEAD} #`, /line 3: "#" is not understood/],
  "type-that-is-not-declared": [event("nothing_t n;"), /line 3: the type nothing_t is not declared/],
  "integer-of-no-size": [event("integer { signed = 1; } n;"), /size = nothing is out of range/],
  "integer-of-4096-bits": [event("integer { size = 4096; } n;"), /size = 4096 is out of range/],
  "align-of-three": [event("integer { size = 8; align = 3; } n;"), /align = 3 is no power of two/],
  "array-of-a-billion": [event("u32 n[1000000000];"), /1000000000 is out of range/],
  "length-that-is-nowhere": [event("u32 list[nowhere];"), /nowhere is no number that is read before it is needed/],
  "variant-without-tag": [event("variant { u32 A; } v;"), /the variant v has no tag/],
  "a-thousand-structures-in-each-other": [event(`${"struct { ".repeat(1000)}u32 n;${" } s;".repeat(1000)}`), /nested more than 64 deep/],
  "clock-that-stands-still": [`${HEAD} clock { name = d; freq = 0; };`, /frequency of 0/],
  "block-without-end": [`${HEAD} event { id = 1;`, /line 3: a name expected, not the end/],
  "packet-longer-than-the-metadata": [packetised(HEAD, "le").subarray(0, 100), /the packet of metadata at byte 0 claims/],
};

test.each(Object.entries(refused))("%s", async (_name, [declared, message]) => {
  const result = await outcome({ metadata: typeof declared === "string" ? text(declared) : declared, s: sound });
  expect(result.message).toMatch(message);
});

test("a trace without any packet is refused", async () => {
  expect((await outcome({ metadata: text(event("u32 n;")), s: new Uint8Array(0) })).message).toBe(
    "the CTF trace has no packet that can be read",
  );
});

test("a recording cut anywhere", async () => {
  const files = ctfOf(await recordingOf("s04-pingpong"), "be", "tid");
  const whole = await outcome(files);
  expect(whole).toMatchObject({ message: null, warnings: [] });
  for (let i = 1; i < 12; i++) {
    const cut = Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [
        name,
        name === "metadata" ? bytes : bytes.subarray(0, Math.floor((bytes.length * i) / 12) + 1),
      ]),
    );
    expect((await outcome(cut)).warnings.length, `cut at ${i}/12`).toBeGreaterThan(0);
  }
});
