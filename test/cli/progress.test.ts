/** The progress of a replay: what the line says and when, and that it is on a terminal only. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { progressLine, progressText, type Progress } from "../../src/cli/progress-line.ts";

const MS = 1_000_000n;
const half: Progress = { bytes: 1_500_000_000, ofBytes: 3_000_000_000, events: 12_345_678n, share: 0.5 };

test.each([
  [half, 2e9, " 50%, 1.50 GB of 3.00 GB, 12,345,678 events, 6.17 M/s, 2 s left"],
  [{ ...half, ofBytes: null, share: null }, 2e9, "1.50 GB, 12,345,678 events, 6.17 M/s"],
  [{ bytes: 999, ofBytes: 45_100, events: 7n, share: 0.02 }, 5e9, "  2%, 999 B of 45.1 kB, 7 events, 1/s, 4 min 5 s left"],
  [{ bytes: 0, ofBytes: 678_000_000_000, events: 0n, share: 0 }, 1e9, "  0%, 0 B of 678 GB, 0 events, 0/s"],
  [{ ...half, share: 0.01 }, 60e9, "  1%, 1.50 GB of 3.00 GB, 12,345,678 events, 206 k/s, 1 h 39 min left"],
  [{ ...half, share: 1 }, 1e9, "100%, 1.50 GB of 3.00 GB, 12,345,678 events, 12.3 M/s, 0 s left"],
])("the text of a line", (progress, elapsedNs, text) => {
  expect(progressText(progress, elapsedNs)).toBe(text);
});

function onTerminal(columns = 80) {
  let now = 0n;
  const written: string[] = [];
  const line = progressLine({ write: (text) => written.push(text), columns: () => columns, now: () => now });
  return {
    line,
    at: (ms: number): string[] => {
      now = BigInt(ms) * MS;
      line.show(half);
      return written.splice(0);
    },
    written,
  };
}

test("work of less than half a second says nothing; a line is drawn ten times a second at most", () => {
  const { at } = onTerminal();
  expect([at(100), at(499)]).toEqual([[], []]);
  expect(at(500)).toEqual([`\r\x1b[K${progressText(half, 5e8)}`]);
  expect([at(550), at(599)]).toEqual([[], []]);
  expect(at(600)).toHaveLength(1);
});

test("the line is wiped once, before whatever else is printed, and drawn again afterwards", () => {
  const { line, at, written } = onTerminal();
  line.clear();
  expect(written).toEqual([]);
  at(500);
  line.clear();
  line.clear();
  expect(written.splice(0)).toEqual(["\r\x1b[K"]);
  expect(at(510)).toHaveLength(1);
});

test("a narrow terminal has the start of the line", () => {
  const { at } = onTerminal(20);
  expect(at(500)).toEqual(["\r\x1b[K 50%, 1.50 GB of 3."]);
});

const COMMAND = ["dist/cli.js", "--sample", "-q", "--backend", "interp", "-e"];
/** Slow enough for a line, and it prints all the time. */
const SCRIPT = 'tracepoint:* { for ($i : 0..20) { @[$i] = count(); } } interval:ms:200 { printf("tick\\n"); }';

const hasScript = String(spawnSync("script", ["--version"]).stdout).includes("util-linux");
if (!hasScript) console.warn("progress on a terminal: skipped, needs script(1) of util-linux");

/** What reaches a terminal. */
function inTerminal(args: readonly string[]): string {
  const folder = mkdtempSync(`${tmpdir()}/progress-`);
  const quoted = [process.execPath, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const { stdout } = spawnSync("script", ["-qec", quoted, `${folder}/typescript`], {
    encoding: "utf8",
    timeout: 60_000,
    maxBuffer: 1 << 26,
  });
  rmSync(folder, { recursive: true });
  return stdout;
}

/** What is seen on the screen at the end: what was wiped is not. */
const seen = (text: string): string => text.replaceAll("\r\n", "\n").replace(/[^\n]*\r\x1b\[K/g, "");

test.runIf(hasScript)("on a terminal a line comes and goes, and the output is as without it", () => {
  const withLine = inTerminal([...COMMAND, SCRIPT]);
  const without = inTerminal([...COMMAND, SCRIPT, "--no-progress"]);
  expect(without).not.toContain("\x1b[K");
  expect(withLine).toMatch(/\r\x1b\[K +\d+%, [\d.]+ [kM]?B of [\d.]+ [kM]?B, [\d,]+ events, .*\/s/);
  expect(seen(withLine)).toBe(without.replaceAll("\r\n", "\n"));
});

test("no terminal, no line", () => {
  const { stdout, stderr } = spawnSync(process.execPath, [...COMMAND, SCRIPT], { encoding: "utf8" });
  expect(stdout).toContain("tick\n");
  expect(stderr).toBe("");
});
