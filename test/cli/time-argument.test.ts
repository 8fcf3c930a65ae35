import { expect, test } from "vitest";
import { durationNs, traceTime } from "../../src/cli/time-argument.ts";

test.each([
  ["12", 12_000_000_000n],
  ["12.5", 12_500_000_000n],
  ["0.000000001", 1n],
  ["15ms", 15_000_000n],
  ["1.5us", 1_500n],
  ["7ns", 7n],
  ["0", 0n],
  ["", null],
  ["abc", null],
  ["-1", null],
  ["1.", null],
  ["1h", null],
  ["1e3", null],
  ["4611686018427387904ns", 2n ** 62n],
  ["4611686018427387905ns", null],
  ["99999999999999999999", null],
])("%j is %s ns", (text, ns) => {
  expect(durationNs(text)).toBe(ns);
});

test("a plus sign counts from the first event", () => {
  expect(traceTime("+0.2")).toEqual({ ns: 200_000_000n, relative: true });
  expect(traceTime("0.2")).toEqual({ ns: 200_000_000n, relative: false });
  expect(traceTime("+")).toBeNull();
});
