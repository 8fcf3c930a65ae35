import { expect, test } from "vitest";
import { newOutputLog } from "../../src/workspace/output-log.ts";

const texts = (log: ReturnType<typeof newOutputLog>, from: number, to: number): string =>
  log
    .between(from, to)
    .map(({ text }) => text)
    .join("");

test("what events have printed, also where some print nothing or several times", () => {
  const log = newOutputLog();
  for (const pieces of [["a"], [], ["b", "c"], ["d"]]) {
    log.begin();
    for (const piece of pieces) log.write("output", piece);
  }
  expect([texts(log, 0, 4), texts(log, 0, 2), texts(log, 1, 3), texts(log, 2, 2)]).toEqual(["abcd", "a", "bc", ""]);
});

test("of endless output the beginning is forgotten, and the rest is found where it was", () => {
  const log = newOutputLog(100);
  for (let i = 0; i < 1_000; i++) {
    log.begin();
    log.write("output", `${i}\n`);
  }
  expect(texts(log, 997, 1_000)).toBe("997\n998\n999\n");
  expect(texts(log, 0, 10)).toBe("");
  expect(texts(log, 0, 1_000).length).toBeLessThanOrEqual(100);
  expect(texts(log, 0, 1_000).endsWith("998\n999\n")).toBe(true);
});
