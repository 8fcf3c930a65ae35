/** The strace of this machine, with all kinds of options, and its own count (-c) as the judge. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openText, printed } from "./support.ts";

const isThere = spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0;
if (!isThere) console.log("skipped: strace of this machine (no strace, or it may not trace)");
const COMMAND = ["sh", "-c", "cat /etc/hostname /nowhere; ls -d /; (exit 3); true"];

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "hindsight-strace-"));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** Calls by name, as -c counts them. */
function counted(): Record<string, number> {
  const out = join(directory, "counts");
  spawnSync("strace", ["-f", "-c", "-o", out, ...COMMAND]);
  const counts: Record<string, number> = {};
  for (const line of readFileSync(out, "utf8").split("\n")) {
    const [, calls, name] = /^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$/.exec(line) ?? [];
    if (name !== undefined && name !== "total") counts[name] = Number(calls);
  }
  return counts;
}

/** Those whose number depends on the run: how a shell waits, and what strace -c does not count as it does not return. */
const VARYING = /^(wait4|rt_sig\w+|exit_group|mmap|munmap|brk|getrandom)$/;

test.skipIf(!isThere).each([
  ["-f", "-ttt", "-T"],
  ["-f", "-tt", "-n", "-i", "-y"],
  ["-f", "-r", "-Y", "-yy", "-s", "4096"],
  ["-f", "-X", "raw", "-x", "-ttt"],
  ["-f", "-X", "verbose", "-xx", "-v", "--absolute-timestamps=format:unix,precision:ns", "--syscall-times=ns"],
  ["-f", "-ttt", "-T", "-k"],
])("strace %#", async (...options) => {
  const out = join(directory, "trace");
  spawnSync("strace", [...options, "-o", out, ...COMMAND]);
  const recording = await openText(readFileSync(out));
  const counts: Record<string, number> = {};
  for (const line of await printed("tracepoint:syscalls:sys_enter_* { @[probe] = count(); }", recording)) {
    const [, name, count] = /^@\[tracepoint:syscalls:sys_enter_(\w+)\]: (\d+)$/.exec(line) ?? [];
    if (name !== undefined) counts[name] = Number(count);
  }
  const steady = (of: Record<string, number>): Record<string, number> =>
    Object.fromEntries(Object.entries(of).filter(([name]) => !VARYING.test(name)));
  expect(steady(counts)).toEqual(steady(counted()));
  expect(recording.info.warnings.filter((warning) => !/cut by strace|-T/.test(warning))).toEqual([]);
});
