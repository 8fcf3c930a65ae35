import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { writeBigTrace } from "../../bench/trace-writer.ts";
import { openRecording } from "../../probes/open.ts";
import { walkPages } from "../../tooling/trace-dat/walk-pages.ts";
import { countEvents } from "./trace-dat/read-all.ts";

const dir = mkdtempSync(join(tmpdir(), "hindsight-"));
const path = join(dir, "big.dat");
writeBigTrace(path, 20_000);
afterAll(() => rmSync(dir, { recursive: true }));

test("half of the events are enters, and every call of the round is there", async () => {
  const result = await openRecording(path);
  if (!result.ok) expect.fail(result.message);
  const { recording } = result;
  expect(recording.info.warnings).toEqual([]);
  const counts = countEvents(recording);
  const calls = { read: 1, write: 1, lseek: 1, pread64: 1, getppid: 1, newfstatat: 1, access: 1, openat: 1, close: 2 };
  const each = Object.entries(calls).flatMap(([name, n]) => [
    [`syscalls:sys_enter_${name}`, 1000 * n],
    [`syscalls:sys_exit_${name}`, 1000 * n],
  ]);
  expect(counts).toEqual(Object.fromEntries(each));
  expect(Object.fromEntries(recording.comms)).toEqual({ 2101: "bigload-0", 2102: "bigload-1" });
  for (const stream of recording.streams) {
    const times = [...walkPages(stream)].map((r) => r.tsNs);
    expect(times).toHaveLength(10_000);
    expect(times.every((t, i) => i === 0 || t > times[i - 1]!)).toBe(true);
  }
  recording.close();
});

test("the same events are the same bytes", () => {
  const again = join(dir, "again.dat");
  writeBigTrace(again, 20_000);
  expect(readFileSync(again).equals(readFileSync(path))).toBe(true);
});

test("trace-cmd reads it", (context) => {
  const run = spawnSync("trace-cmd", ["report", "-t", "-i", path], { encoding: "utf8", maxBuffer: 1 << 28 });
  if (run.error) return context.skip("no trace-cmd here");
  const lines = run.stdout.split("\n").filter((line) => line.includes("bigload-"));
  expect(lines).toHaveLength(20_000);
  expect(lines[0]).toMatch(
    /^ +bigload-0-2101 +\[000\] +100\.000000000: sys_enter_read: +fd: 0x00000003, buf: 0x7ffe10002000, count: 0x00000001$/,
  );
  expect(lines.filter((line) => /sys_exit_close: +0xfffffffffffffff7$/.test(line))).toHaveLength(1000);
});
