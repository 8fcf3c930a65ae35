/** How long the pump runs at once, on a clock of our own. */
import { expect, test } from "vitest";
import { newPace } from "../../src/session/pace.ts";

/** Slices of a pump that takes so long per event, and the longest time between two breaths, ms. */
function runs(nsPerEvent: (slice: number) => number, slices: number): { readonly sizes: number[]; readonly longestMs: number } {
  let ns = 0n;
  let breathAt = 0n;
  let longest = 0n;
  const pace = newPace(() => ns);
  const sizes: number[] = [];
  for (let i = 0; i < slices; i++) {
    const slice = pace.slice();
    sizes.push(slice);
    ns += BigInt(Math.round(slice * nsPerEvent(i)));
    pace.ran("pause");
    if (!pace.isOutOfBreath()) continue;
    if (ns - breathAt > longest) longest = ns - breathAt;
    pace.breathed();
    breathAt = ns;
  }
  return { sizes, longestMs: Number(longest) / 1e6 };
}

test("fast programs get all at once after a few slices", () => {
  expect(runs(() => 20, 4).sizes).toEqual([1024, 16_384, 65_536, 65_536]);
});

test("programs of 10 µs an event let signals in every 50 ms", () => {
  const { sizes, longestMs } = runs(() => 10_000, 200);
  expect(longestMs).toBeGreaterThan(20);
  expect(longestMs).toBeLessThanOrEqual(50);
  expect(sizes.at(-1)).toBe(2500);
});

test("programs of 1 ms an event, but for the first slice", () => {
  const { sizes } = runs(() => 1_000_000, 10);
  expect(sizes.slice(0, 3)).toEqual([1024, 25, 25]);
});

test("a slice that took no time grows by no more than it may", () => {
  expect(runs(() => 0, 3).sizes).toEqual([1024, 16_384, 65_536]);
});

test("programs that get slower get less, those that get faster more", () => {
  const { sizes } = runs((i) => (i < 5 ? 100 : i < 10 ? 100_000 : 100), 20);
  expect(sizes[4]).toBe(65_536);
  expect(sizes[7]).toBe(250);
  expect(sizes.at(-1)).toBe(65_536);
});
