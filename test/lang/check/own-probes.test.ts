import { expect, test } from "vitest";
import { checkText, problems } from "./support.ts";

const points = (text: string) => checkText(text, { catalogue: null }).program?.probes.flatMap(({ attach }) => attach);

test("row 1.18: self:signal is for SIGUSR1, as often as one likes", () => {
  expect(points("self:signal:SIGUSR1 { print(1) } SELF:signal:SIGUSR1 { print(2) }")).toEqual([
    { provider: "self", name: "self:signal:SIGUSR1", signal: "SIGUSR1" },
    { provider: "self", name: "self:signal:SIGUSR1", signal: "SIGUSR1" },
  ]);
  expect(problems("self:signal:SIGUSR2 { }")).toEqual(["error: SIGUSR2 is not a supported signal @ self:signal:SIGUSR2"]);
  expect(problems("self:potato:SIGUSR1 { }")).toEqual(["error: potato is not a supported trigger @ self:potato:SIGUSR1"]);
  expect(problems("self:signal { }")).toEqual(["error: self probe type requires 2 arguments, found 1 @ self:signal"]);
});

test("row 1.19: tests have names, each its own", () => {
  expect(points("test:a { return 1; } test:b { } begin { }")).toEqual([
    { provider: "test", name: "test:a", target: "a" },
    { provider: "test", name: "test:b", target: "b" },
    { provider: "begin", name: "begin" },
  ]);
  expect(problems("test: { }")).toEqual(["error: test probes must have a name @ test:"]);
  expect(problems("test { }")).toEqual(["error: test probe type requires 1 arguments, found 0 @ test"]);
  expect(problems("test:a { } test:a { }")).toEqual(['error: "a" was used as the name for more than one TEST probe @ test:a']);
});

test("row 1.20: benchmarks have names too", () => {
  expect(points("bench:a { } test:a { }")).toEqual([
    { provider: "bench", name: "bench:a", target: "a" },
    { provider: "test", name: "test:a", target: "a" },
  ]);
  expect(problems("bench: { }")).toEqual(["error: bench probes must have a name @ bench:"]);
  expect(problems("bench:a { } bench:a { }")).toEqual(['error: "a" was used as the name for more than one BENCH probe @ bench:a']);
});
