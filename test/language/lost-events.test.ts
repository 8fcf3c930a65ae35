/** Output that found no room in the ring. */
import { expect, test } from "vitest";
import { runScript } from "../support/run-script.ts";

test("row 6.69: lost events are said when noticed, and their total at the end", async () => {
  // The exit() of a probe that filled the ring would be lost as well.
  const rounds = 3;
  const { stdout, stderr } = await runScript(
    `interval:s:1 { for ($i : 0..60000) { printf("%d\\n", $i); } } interval:s:${rounds} { exit(); }`,
  );
  const lost = [...stderr.matchAll(/^Lost (\d+) events$/gm)].map(([, count]) => Number(count));
  expect(lost).toHaveLength(rounds);
  const total = lost.reduce((sum, count) => sum + count, 0);
  expect(stdout.trim().split("\n").length + total).toBe(60_000 * rounds);
  expect(stderr.endsWith(`WARNING: Total lost event count: ${total}\n`)).toBe(true);
});

test("row 6.69: without loss nothing is said", async () => {
  expect((await runScript('begin { for ($i : 0..100) { printf("%d\\n", $i); } }')).stderr).toBe("Attached 1 probe\n");
});

test("an exit() behind more output than the ring holds is not lost with it", async () => {
  const { stderr, exitCode } = await runScript('BEGIN { for ($i : 0..60000) { printf("%d\\n", $i); } exit(3); }');
  expect(stderr).toMatch(/Lost \d+ events/);
  expect(exitCode).toBe(3);
});
