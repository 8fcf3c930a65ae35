/** Values that have their places are read at once as they are one by one, whole or as much as is wanted. */
import { describe, expect, test } from "vitest";
import { BitReader } from "../../../probes/formats/ctf/bit-reader.ts";
import { RunningClock } from "../../../probes/formats/ctf/clock.ts";
import { Evaluator } from "../../../probes/formats/ctf/evaluate.ts";
import { FixedEvent } from "../../../probes/formats/ctf/fixed.ts";
import { layOutEvent } from "../../../probes/formats/ctf/layout.ts";
import { Names, Plan } from "../../../probes/formats/ctf/plan.ts";
import type { CtfType } from "../../../probes/formats/ctf/types.ts";
import { Draft } from "../../../probes/stream/draft.ts";
import { BitWriter } from "../../../tooling/ctf/writer.ts";

const integer = (sizeBits: number, signed: boolean, more: object = {}): CtfType => ({
  kind: "integer",
  sizeBits,
  alignBits: 8,
  signed,
  byteOrder: "native",
  isText: false,
  clock: null,
  ...more,
});
const own = (fields: readonly (readonly [string, CtfType])[]): CtfType => ({
  kind: "struct",
  alignBits: 8,
  fields: fields.map(([name, type]) => ({ name, type })),
});
const FIELDS: readonly (readonly [string, CtfType])[] = [
  ["a", integer(32, true)],
  ["b", integer(16, true)],
  ["c", integer(8, false)],
  ["text", { kind: "array", length: 9, of: integer(8, false, { isText: true }) }],
  ["net", integer(16, false, { byteOrder: "be" })],
  ["d", integer(64, true)],
  ["e", integer(64, false)],
  ["list", { kind: "array", length: 3, of: integer(32, true) }],
  ["f", integer(8, true)],
];

function planned(type: CtfType) {
  let slots = 0;
  const plan = new Plan({ byteOrder: "le", newSlot: () => slots++ }, "leaves");
  const names = new Names(null);
  const step = plan.step(type, "", names);
  // Of the first number the tracer took something off.
  const leaves = plan.leaves.map((leaf) => (leaf.name === "a" ? { ...leaf, less: 100 } : leaf));
  const layout = layOutEvent({ category: "app", name: "all", type: 5 }, leaves, null);
  return { step, layout, names, slots };
}

const bytes = new BitWriter("le")
  .integer(7, 8)
  .integer(-51, 32)
  .integer(-2, 16)
  .integer(200, 8)
  .integer(0x616263, 24)
  .integer(0, 48)
  .integer(0x1234, 16, 8, "be")
  .integer(-4_000_000_000n, 64)
  .integer(0xffff_ffff_8100_0000n, 64)
  .integer(1, 32)
  .integer(-2, 32)
  .integer(3, 32)
  .integer(-7, 8)
  .done();

function readerOf(): BitReader {
  const reader = new BitReader();
  reader.open(bytes, new DataView(bytes.buffer), 0, 8 * bytes.length);
  reader.at = 8;
  return reader;
}

describe("an event with a place for every value", () => {
  const { step, layout, names, slots } = planned(own(FIELDS));
  const needed = new Set(["b", "d"].map((name) => names.slotOf(name)));
  const fixed = FixedEvent.of([{ step, places: layout.places }], needed)!;
  const one = readerOf();
  const want = new Draft(4096);
  want.begin(layout.sizeBytes, 5, 0, 0);
  const evaluator = new Evaluator(one, new RunningClock(), want, slots);
  evaluator.run(step, layout.places);

  test.each([layout.sizeBytes, 8, 12, 14, 15, 20, 30, 40, 60])("up to byte %d of its record", (upTo) => {
    const reader = readerOf();
    const got = new Draft(4096);
    got.begin(layout.sizeBytes, 5, 0, 0);
    const values = new Float64Array(slots);
    (upTo === layout.sizeBytes ? fixed : fixed.upTo(upTo)).read(reader, got, values);
    expect(got.bytes.subarray(0, upTo)).toEqual(want.bytes.subarray(0, upTo));
    expect(reader.at).toBe(one.at);
    for (const slot of needed) expect(values[slot]).toBe(evaluator.values[slot]);
    expect([...needed].map((slot) => values[slot])).toEqual([-2, -4_000_000_000]);
  });

  test("is cut where it is", () => {
    const reader = readerOf();
    reader.end -= 8;
    fixed.read(reader, new Draft(4096), new Float64Array(slots));
    expect(reader.isCut).toBe(true);
  });
});

const UNFIXED: readonly (readonly [string, CtfType])[] = [
  ["text that ends somewhere", { kind: "string" }],
  ["bits", integer(5, false, { alignBits: 1 })],
  ["numbers at multiples of more than bytes", integer(32, false, { alignBits: 32 })],
];

test.each(UNFIXED)("%s has no place of its own", (_what, type) => {
  const { step, layout } = planned({ ...own([...FIELDS, ["last", type]]), alignBits: 8 } as CtfType);
  expect(FixedEvent.of([{ step, places: layout.places }], new Set())).toBeNull();
});
