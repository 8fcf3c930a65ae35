/** What is kept of a run stays within its memory, spread over all of it. */
import { expect, test } from "vitest";
import type { MemoryImage, Piece } from "../../../src/bpf/travel/image.ts";
import type { Moment } from "../../../src/session/travel/moment.ts";
import { newMoments } from "../../../src/session/travel/moments.ts";

const PIECE_WORDS = 1024;
const shared: Piece = { address: 0, words: new Int32Array(PIECE_WORDS) };

/** With a piece of its own, and one that all of them share. */
function momentAt(work: number): Moment {
  const own: Piece = { address: 4096, words: new Int32Array(PIECE_WORDS) };
  const memory: MemoryImage = new Map([
    [0, shared],
    [4096, own],
  ]);
  return {
    phase: "running",
    told: 0,
    seen: 0,
    firings: work,
    reachedNs: BigInt(work),
    work,
    machine: { memory, streams: [] },
    state: { exiting: false, exitCode: 0, lost: 0, helperErrors: new Map(), zeroed: new Set() },
  };
}

test("moments are thinned out evenly, and new ones are kept less often", () => {
  const limitBytes = 100_000;
  const moments = newMoments(momentAt(0), { limitBytes, firstDistance: 10 });
  const kept: number[] = [];
  for (let work = 1; work <= 5000; work++) {
    if (!moments.isDue(work, 0)) continue;
    moments.add(momentAt(work));
    kept.push(work);
    expect(moments.bytes()).toBeLessThanOrEqual(limitBytes);
  }
  expect(kept.slice(0, 4)).toEqual([10, 20, 30, 40]);
  const works: number[] = [];
  for (let work = 0; work <= 5000; work++) {
    const found = moments.findLast((moment) => moment.work <= work).work;
    if (works.at(-1) !== found) works.push(found);
  }
  expect(works).toHaveLength(moments.count());
  expect(works[0]).toBe(0);
  const gaps = works.slice(1).map((work, i) => work - works[i]!);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(3 * Math.min(...gaps));
  expect(5000 - works.at(-1)!).toBeLessThan(2 * Math.max(...gaps));
});

test("memory that moments share is counted once", () => {
  const moments = newMoments(momentAt(0), { firstDistance: 1 });
  const one = moments.bytes();
  moments.add(momentAt(1));
  expect(moments.bytes() - one).toBeLessThan(one);
});

test("the more there is to compare, the less often it is done", () => {
  const moments = newMoments(momentAt(0), { firstDistance: 10 });
  expect(moments.isDue(10, 0)).toBe(true);
  expect(moments.isDue(10, 100_000)).toBe(false);
  expect(moments.isDue(100_000, 100_000)).toBe(true);
});

test("however little memory there is, the start is kept", () => {
  const moments = newMoments(momentAt(0), { limitBytes: 1, firstDistance: 10 });
  moments.add(momentAt(10));
  moments.add(momentAt(20));
  expect(moments.count()).toBe(1);
  expect(moments.findLast(() => true).work).toBe(0);
});
