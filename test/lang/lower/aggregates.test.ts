import fc from "fast-check";
import { expect, test } from "vitest";
import { irMachine } from "../../support/ir-machine.ts";
import { lowerText, record, s32Bytes, s64Bytes, valuesOf } from "./support.ts";

const words = (view: DataView): bigint[] => Array.from({ length: view.byteLength / 8 }, (_, i) => view.getBigInt64(8 * i, true));

/** Runs a script once for each (cpu, value), the value in args.s64. */
function feed(text: string, samples: readonly (readonly [cpu: number, value: bigint])[]): ReturnType<typeof irMachine> {
  const machine = irMachine(lowerText(`t:test:numbers { ${text} } begin { }`), 2);
  for (const [cpu, value] of samples) machine.run(0, record({ 16: s64Bytes(value) }), { cpu });
  return machine;
}

const SAMPLES = [
  [0, 5n],
  [1, -7n],
  [0, -1n],
] as const;

test.each([
  ["@ = count();", [[2n], [1n]]],
  // total, is set
  [
    "@ = sum(args.s64);",
    [
      [4n, 1n],
      [-7n, 1n],
    ],
  ],
  [
    "@ = min(args.s64);",
    [
      [-1n, 1n],
      [-7n, 1n],
    ],
  ],
  [
    "@ = max(args.s64);",
    [
      [5n, 1n],
      [-7n, 1n],
    ],
  ],
  // total, count
  [
    "@ = avg(args.s64);",
    [
      [4n, 2n],
      [-7n, 1n],
    ],
  ],
  [
    "@ = stats(args.s64);",
    [
      [4n, 2n],
      [-7n, 1n],
    ],
  ],
  // -1 is the greatest unsigned number
  [
    "@ = max((uint64)args.s64);",
    [
      [-1n, 1n],
      [-7n, 1n],
    ],
  ],
  [
    "@ = min((uint64)args.s64);",
    [
      [5n, 1n],
      [-7n, 1n],
    ],
  ],
])("cells of each CPU after %s", (text, expected) => {
  expect(feed(text, SAMPLES).elements("@")[0]!.cells.map(words)).toEqual(expected);
  const keyed = text.replace("@ =", "@[1] =");
  expect(feed(keyed, SAMPLES).elements("@")[0]!.cells.map(words)).toEqual(expected);
});

test("a key that one CPU has made is unset on the others", () => {
  const [element] = feed("@[1] = min(args.s64);", [[1, 4n]]).elements("@");
  expect(element!.cells.map(words)).toEqual([
    [0n, 0n],
    [4n, 1n],
  ]);
  expect(
    feed("@[1] = min(args.s64);", [
      [1, 4n],
      [0, 9n],
    ])
      .elements("@")[0]!
      .cells.map(words),
  ).toEqual([
    [9n, 1n],
    [4n, 1n],
  ]);
});

test.each([
  ["count()", "(uint64)@", 3n],
  ["sum(args.s64)", "(int64)@", -3n],
  ["min(args.s64)", "(int64)@", -7n],
  ["max(args.s64)", "(int64)@", 5n],
  // -3 / 3
  ["avg(args.s64)", "(int64)@", -1n],
  ["max((uint64)args.s64)", "(uint64)@", -1n],
])("%s read as a number covers all CPUs (row 3.46)", (aggregate, read, expected) => {
  expect(valuesOf(feed(`@ = ${aggregate}; print(${read});`, SAMPLES)).at(-1)).toBe(expected);
});

test.each([
  [[-10n, -5n, 5n], -3n],
  [[-30n, -10n], -20n],
  [[-1n, -1n, -10n], -4n],
  [[1n, 2n], 1n],
  [[-1n, 0n], 0n],
  [[(1n << 63n) - 1n, 1n], -4611686018427387904n],
])("the average of %s truncates toward zero", (values, expected) => {
  const machine = feed(
    "@ = avg(args.s64); print((int64)@);",
    values.map((value) => [0, value] as const),
  );
  expect(valuesOf(machine).at(-1)).toBe(expected);
});

/** Section 12 (a) as it is written there. */
function histBucket(n: bigint, k: number): bigint {
  const linear = 1n << BigInt(k);
  if (n < 0n) return 0n;
  if (n < linear) return 1n + n;
  const t = BigInt(n.toString(2).length - 1 - k);
  return 1n + (t + 1n) * linear + ((n >> t) - linear);
}

/** Section 12 (b). */
function lhistBucket(n: bigint, min: bigint, max: bigint, step: bigint): bigint {
  const last = 1n + (max - min) / step;
  if (n < min) return 0n;
  return n > max ? last : 1n + (n - min) / step;
}

const bucketHit = (text: string, n: bigint): bigint => {
  const [element] = feed(text, [[0, n]]).elements("@");
  return element!.key.getBigUint64(8, true);
};

const scalarBucketHit = (text: string, n: bigint): bigint => {
  const buckets = feed(text, [[0, n]]).elements("@");
  return BigInt(buckets.findIndex(({ cells }) => cells[0]!.getBigUint64(0, true) === 1n));
};

const number = fc.oneof(
  fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
  fc.integer({ min: -5, max: 5000 }).map(BigInt),
  // Around powers of two
  fc.tuple(fc.integer({ min: 0, max: 62 }), fc.integer({ min: -2, max: 2 })).map(([shift, d]) => (1n << BigInt(shift)) + BigInt(d)),
);

test("hist buckets follow the formula for every k", () => {
  fc.assert(
    fc.property(number, fc.integer({ min: 0, max: 5 }), (n, k) => {
      expect(bucketHit(`@[1] = hist(args.s64, ${k});`, n)).toBe(histBucket(n, k));
    }),
    { numRuns: 150 },
  );
});

test.each([
  [0n, 1],
  [1n, 2],
  [1023n, 11],
  [1024n, 12],
  [(1n << 63n) - 1n, 64],
  [-5n, 0],
])("scalar hist: %s is in cell %i", (n, bucket) => {
  expect(scalarBucketHit("@ = hist(args.s64);", n)).toBe(BigInt(bucket));
});

test("lhist buckets follow the formula", () => {
  const bounds = fc
    .tuple(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 40 }))
    .map(([min, step, rows]) => ({ min, step, max: min + step * rows + (step > 3 ? 2 : 0) }));
  fc.assert(
    fc.property(number, bounds, (n, { min, max, step }) => {
      const hit = bucketHit(`@[1] = lhist(args.s64, ${min}, ${max}, ${step});`, n);
      expect(hit).toBe(lhistBucket(n, BigInt(min), BigInt(max), BigInt(step)));
    }),
    { numRuns: 150 },
  );
});

test("maps have room for every bucket", () => {
  const entries = (text: string): number => lowerText(`begin { ${text} }`).maps[0]!.maxEntries;
  expect([0, 1, 5].map((k) => entries(`@ = hist(1, ${k});`))).toEqual([65, 127, 1889]);
  expect(entries("@ = lhist(1, 0, 100, 10);")).toBe(12);
  expect(entries("@ = lhist(1, 0, 10, 3);")).toBe(5);
});

test("keys of histograms are padded to 8 with zeroes, the bucket behind", () => {
  const [element] = feed('@[(int8)-1, "ab"] = hist(args.s64);', [[0, 1n]]).elements("@");
  expect([...new Uint8Array(element!.key.buffer)]).toEqual([255, 97, 98, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
});

test("padding inside keys is zero", () => {
  const [element] = feed("@[(int8)1, args.s64, (int16)2] = count();", [[0, -1n]]).elements("@");
  expect([...new Uint8Array(element!.key.buffer)]).toEqual([
    1,
    ...new Array<number>(7).fill(0),
    ...new Array<number>(8).fill(255),
    2,
    ...new Array<number>(7).fill(0),
  ]);
});

test("a full map warns with the helper's error (row 10.15) and counts on for known keys", () => {
  const machine = irMachine(lowerText("config = { max_map_keys = 1 } t:test:numbers { @a[args.s64] = 7; }"), 1);
  for (const n of [1n, 2n, 1n]) machine.run(0, record({ 16: s64Bytes(n) }));
  expect(machine.records.map((r) => r.getBigInt64(8, true))).toEqual([-7n]);
  expect(machine.elements("@a").map(({ key }) => key.getBigInt64(0, true))).toEqual([1n]);
});

test("has_key, delete and len", () => {
  const text =
    "@[1] = 5; @[2] = 6; print(len(@)); print((int64)has_key(@, 2)); print((int64)delete(@, 2)); print((int64)has_key(@, 2)); print((int64)delete(@, 2)); print(len(@));";
  expect(valuesOf(feed(text, [[0, 0n]]))).toEqual([2n, 1n, 1n, 0n, 0n, 1n]);
});

test("a discarded delete that finds nothing warns (row 5.15)", () => {
  const machine = feed("@[1] = 5; delete(@, 2); delete(@, 1);", [[0, 0n]]);
  expect(machine.records.map((r) => r.getBigInt64(8, true))).toEqual([-2n]);
});

test("delete and has_key of a keyed histogram mean all its buckets", () => {
  const text =
    "@[1] = hist(args.s64); @[1] = hist(1000); @[2] = hist(3); $a = has_key(@, 1); $d = delete(@, 1); print((int64)$a); print((int64)$d); print((int64)has_key(@, 1)); print(len(@));";
  expect(valuesOf(feed(text, [[0, 7n]]))).toEqual([1n, 1n, 0n, 1n]);
});

test("delete of a scalar aggregate clears it on all CPUs", () => {
  const machine = feed("if (args.s64 > 0) { @ = count(); } else { delete(@); } @x = count();", [
    [0, 1n],
    [1, 1n],
    [0, 0n],
  ]);
  expect(machine.elements("@")[0]!.cells.map(words)).toEqual([[0n], [0n]]);
});

test.each([
  ["@++; ++@; print(@ + 0); print(@++); print(@--); print(--@);", [2n, 2n, 3n, 1n]],
  ["@ = 5; @ += 2; @ -= 3; print(@ + 0); @ <<= 2; print(@ + 0);", [4n, 16n]],
  ["@[1]++; @[1] += 10; print(@[1]); print(@[2]); print(@[1]++ + @[1]);", [11n, 0n, 23n]],
])("plain maps: %s", (text, expected) => {
  expect(valuesOf(feed(text, [[0, 0n]]))).toEqual(expected);
});

test("keys of narrow signed integers are their bytes", () => {
  const machine = irMachine(lowerText("t:sched:sched_switch { @[args.prev_pid] = hist(args.prev_pid); }"), 1);
  machine.run(0, record({ 24: s32Bytes(-2) }));
  expect([...new Uint8Array(machine.elements("@")[0]!.key.buffer)]).toEqual([254, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
});
