import { expect, test } from "vitest";
import { bucketOf, bucketRows, bucketText } from "../../src/output/buckets.ts";

const hist = (bits: number) => ({ kind: "hist", bits }) as const;
const lhist = (min: bigint, max: bigint, step: bigint) => ({ kind: "lhist", min, max, step }) as const;

test.each([
  [0, 0, "(..., 0)"],
  [0, 1, "[0]"],
  [0, 2, "[1]"],
  [0, 3, "[2, 4)"],
  [0, 11, "[512, 1K)"],
  [0, 12, "[1K, 2K)"],
  [0, 21, "[512K, 1M)"],
  [0, 64, "[4E, 8E)"],
  [1, 4, "[3]"],
  [1, 5, "[4, 6)"],
  [1, 21, "[1024, 1536)"],
  [1, 40, "[768K, 1024K)"],
  [2, 8, "[7]"],
  [2, 37, "[1024, 1280)"],
  [2, 45, "[4K, 5K)"],
  [2, 248, "[7E, 8E)"],
  [3, 16, "[15]"],
  [3, 45, "[192, 208)"],
  [3, 64, "[960, 1024)"],
  [3, 488, "[7680P, 8E)"],
  [4, 271, "[960K, 992K)"],
  [4, 960, "[7936P, 8192P)"],
  [5, 352, "[32256, 32K)"],
  [5, 353, "[32K, 33K)"],
  [5, 1888, "[8064P, 8192P)"],
])("rows 6.44–6.47: hist of %d bits, bucket %d is %s", (bits, i, label) => {
  expect(bucketOf(hist(bits), i, "value").label).toBe(label);
});

test.each([
  [
    "0,10,2",
    lhist(0n, 10n, 2n),
    { 0: 1, 2: 2, 4: 1, 6: 1 },
    ["(..., 0) 1", "[0, 2) 0", "[2, 4) 2", "[4, 6) 0", "[6, 8) 1", "[8, 10) 0", "[10, ...) 1"],
  ],
  ["0,10,3", lhist(0n, 10n, 3n), { 0: 1, 2: 1, 4: 2 }, ["(..., 0) 1", "[0, 3) 0", "[3, 6) 1", "[6, 9) 0", "[9, ...) 2"]],
  ["0,10,1", lhist(0n, 10n, 1n), { 6: 1, 7: 1, 11: 1 }, ["[5] 1", "[6] 1", "[7] 0", "[8] 0", "[9] 0", "[10, ...) 1"]],
  ["0,4096,1024", lhist(0n, 4096n, 1024n), { 1: 1, 3: 1, 5: 1 }, ["[0, 1K) 1", "[1K, 2K) 0", "[2K, 3K) 1", "[3K, 4K) 0", "[4K, ...) 1"]],
  ["1000,5096,1024", lhist(1000n, 5096n, 1024n), { 0: 1, 1: 1, 2: 1 }, ["(..., 1000) 1", "[1000, 2024) 1", "[2024, 3048) 1"]],
])("rows 6.50, 6.51: lhist(%s)", (_name, type, counts, want) => {
  const map = new Map(Object.entries(counts).map(([i, n]) => [Number(i), BigInt(n)]));
  expect(bucketRows(type, map, 1n).map((row) => `${row.label} ${row.count}`)).toEqual(want);
});

test("rows 6.41–6.43: label, count and bar columns", () => {
  const rows = bucketRows(hist(0), new Map([[2, 3n], [3, 7n], [4, 1n], [5, 100n]]), 1n); // prettier-ignore
  expect(bucketText(rows)).toBe(
    "[1]                    3 |@                                                   |\n" +
      "[2, 4)                 7 |@@@                                                 |\n" +
      "[4, 8)                 1 |                                                    |\n" +
      "[8, 16)              100 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n",
  );
});

test("row 6.48: rows are chosen before dividing, the bar after", () => {
  const rows = bucketRows(hist(0), new Map([[2, 2n], [4, 10n], [5, 5n]]), 3n); // prettier-ignore
  expect(rows.map((row) => [row.label, Number(row.count)])).toEqual([
    ["[1]", 0],
    ["[2, 4)", 0],
    ["[4, 8)", 3],
    ["[8, 16)", 1],
  ]);
});

test.each([
  [0n, 5n, 0],
  [1n, 100n, 0],
  [3n, 100n, 1],
  [7n, 100n, 3],
  [1n, 2n, 26],
  [1n, 3n, 17],
  [2n, 3n, 34],
  [51n, 52n, 51],
  [99n, 100n, 51],
  [16777217n, 16777218n, 51],
  [4294967295n, 4294967296n, 52],
])("row 6.42: a count of %d beside %d draws %d cells", (count, largest, cells) => {
  const text = bucketText([
    { label: "a", min: null, max: null, count },
    { label: "b", min: null, max: null, count: largest },
  ]);
  expect(text.split("\n")[0]?.split("@").length).toBe(cells + 1);
});

test("row 6.50: 0.17 labelled buckets of step 1 as ranges", () => {
  const type = lhist(0n, 10n, 1n);
  expect(bucketOf(type, 6, "value").label).toBe("[5]");
  expect(bucketOf(type, 6, "range").label).toBe("[5, 6)");
});
