/** How long the pump runs at once, on a clock of our own. */
import { expect, test } from "vitest";
import type { Backend } from "../../src/bpf/machine-types.ts";
import { newPace } from "../../src/session/pace.ts";

/** Slices of a pump that takes so long per event, and the longest time between two breaths, ms. */
function runs(
  nsPerEvent: (slice: number) => number,
  slices: number,
  backend: Backend = "jit",
): { readonly sizes: number[]; readonly longestMs: number } {
  let ns = 0n;
  let breathAt = 0n;
  let longest = 0n;
  const pace = newPace(() => ns, backend);
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
  expect(runs(() => 20, 6).sizes).toEqual([1, 16, 256, 4096, 65_536, 65_536]);
});

test("programs of 10 µs an event let signals in every 50 ms", () => {
  const { sizes, longestMs } = runs(() => 10_000, 200);
  expect(longestMs).toBeGreaterThan(20);
  expect(longestMs).toBeLessThanOrEqual(50);
  expect(sizes.at(-1)).toBe(2500);
});

test("programs of 1 ms, and of 40 ms an event", () => {
  expect(runs(() => 1_000_000, 4).sizes).toEqual([1, 16, 25, 25]);
  expect(runs(() => 40_000_000, 4).sizes).toEqual([1, 1, 1, 1]);
});

test("the interpreter never gets many, as the next may have a loop", () => {
  const { sizes, longestMs } = runs((i) => (i < 10 ? 5000 : 30_000_000), 20, "interp");
  expect(sizes.slice(0, 10)).toEqual([1, 16, 64, 64, 64, 64, 64, 64, 64, 64]);
  expect(sizes.slice(11, 13)).toEqual([1, 1]);
  expect(longestMs).toBeLessThan(2000);
});

test("a slice that took no time grows by no more than it may", () => {
  expect(runs(() => 0, 3).sizes).toEqual([1, 16, 256]);
});

test("programs that get slower get less, those that get faster more", () => {
  const { sizes } = runs((i) => (i < 5 ? 100 : i < 10 ? 100_000 : 100), 20);
  expect(sizes[4]).toBe(65_536);
  expect(sizes[7]).toBe(250);
  expect(sizes.at(-1)).toBe(65_536);
});
