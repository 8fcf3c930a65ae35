/** The newest lines of an output, looked up from its end. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { outputLines } from "../../src/tui/model/output-lines.ts";
import { newOutputLog, type OutputLog } from "../../src/workspace/output-log.ts";

/** An event prints each text. */
function logOf(texts: readonly string[]): OutputLog {
  const log = newOutputLog();
  for (const text of texts) {
    log.begin();
    if (text !== "") log.write("output", text);
  }
  return log;
}

const all = { told: Number.MAX_SAFE_INTEGER, skip: 0, count: 100, filter: "", unicode: true };

test("lines may take several events, and events several lines", () => {
  const log = logOf(["a", "b\nc", "\n", "\n", "d"]);
  expect(outputLines(log, { ...all, told: 5 })).toEqual({
    lines: ["ab", "c", "", "d"].map((text) => ({ text, to: "output" })),
    hasOlder: false,
  });
  expect(outputLines(log, { ...all, told: 2 }).lines.map(({ text }) => text)).toEqual(["ab", "c"]);
  expect(outputLines(log, { ...all, told: 0 })).toEqual({ lines: [], hasOlder: false });
});

test("warnings are lines of their own", () => {
  const log = newOutputLog();
  log.begin();
  log.write("output", "half");
  log.write("error", "WARNING: x\n");
  log.write("output", " more\n");
  expect(outputLines(log, { ...all, told: 1 }).lines).toEqual([
    { text: "half", to: "output" },
    { text: "WARNING: x", to: "error" },
    { text: " more", to: "output" },
  ]);
});

test("whatever was printed: the lines are those of the whole text, from any place back", () => {
  const printed = fc.array(fc.constantFrom("x\n", "y", "\n", "long line\nz\n", ""), { maxLength: 400 });
  fc.assert(
    fc.property(printed, fc.nat(60), fc.integer({ min: 1, max: 20 }), (texts, skip, count) => {
      const whole = texts.join("").split("\n");
      if (whole.at(-1) === "") whole.pop();
      const end = Math.max(0, whole.length - skip);
      const start = Math.max(0, end - count);
      const view = outputLines(logOf(texts), { ...all, told: texts.length, skip, count });
      expect(view.lines.map(({ text }) => text)).toEqual(whole.slice(start, end));
      if (view.hasOlder) expect(start).toBeGreaterThan(0);
    }),
  );
});

test("a filter finds what is far back", () => {
  const log = logOf(Array.from({ length: 50_000 }, (_, i) => (i === 7 ? "the Needle\n" : "hay\n")));
  expect(outputLines(log, { ...all, told: 50_000, count: 3, filter: "needle" }).lines).toEqual([{ text: "the Needle", to: "output" }]);
});
