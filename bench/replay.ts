/**
 * Whole-process replay against `trace-cmd report` on the same file: marginal rates between 1 M and 10 M events, whole-process ratio on
 * 16.8 M, peak memory, and the sums checked.
 */
import { existsSync, mkdirSync } from "node:fs";
import { best, CLI, DATA, has, measure, row } from "./measure.ts";
import { writeBigTrace } from "./trace-writer.ts";

const SIZES = { small: 1_000_000, large: 10_000_000, whole: 16_800_000 } as const;
const TIMES = 3;

mkdirSync(DATA, { recursive: true });
const files = Object.fromEntries(
  Object.entries(SIZES).map(([name, events]) => {
    const path = `${DATA}${name}.dat`;
    if (!existsSync(path)) writeBigTrace(path, events);
    return [name, path];
  }),
) as Record<keyof typeof SIZES, string>;

const SCRIPTS = {
  // The recording has some 4,100 different results, a few more than the default limit of map keys.
  count: "config = { max_map_keys = 10000; } tracepoint:syscalls:sys_exit_* { @[args.ret] = count(); }",
  hist: "tracepoint:syscalls:sys_exit_* { @ = hist(args.ret); }",
  "keyed hist": "tracepoint:syscalls:sys_exit_* { @[pid] = hist(args.ret); }",
} as const;

const replay = (script: string, file: string) =>
  best(TIMES, () => measure(process.execPath, [CLI, "--trace", file, "-q", "--no-warnings", "-e", script]));

/** The number of events that a script counted, from what it printed. */
const counted = (stdout: string): number =>
  [...stdout.matchAll(/^(?:@\[[^\]]*\]: (\d+)|[[(].*?[\])] +(\d+) \|)/gm)].reduce((sum, m) => sum + Number(m[1] ?? m[2]), 0);

const rate = (events: number, seconds: number): string => `${(events / seconds / 1e6).toFixed(2)} M/s`;
const extra = SIZES.large - SIZES.small;

let peer: { marginal: number; whole: number } | null = null;
if (has("trace-cmd")) {
  const report = (file: string) => best(file === files.small ? TIMES : 1, () => measure("trace-cmd", ["report", "-i", file], "ignore"));
  const [small, large, whole] = [report(files.small), report(files.large), report(files.whole)];
  peer = { marginal: (large.cpu - small.cpu) / extra, whole: whole.cpu };
  row("trace-cmd report", "marginal", rate(extra, large.cpu - small.cpu), "whole", `${whole.cpu.toFixed(2)} s`);
}
for (const [name, script] of Object.entries(SCRIPTS)) {
  const [small, large, whole] = [replay(script, files.small), replay(script, files.large), replay(script, files.whole)];
  const seconds = large.cpu - small.cpu;
  row(`hindsight ${name}`, "marginal", rate(extra, seconds), "whole", `${whole.cpu.toFixed(2)} s`);
  if (peer !== null)
    row("  times trace-cmd report", "", ((peer.marginal * extra) / seconds).toFixed(1), "", (peer.whole / whole.cpu).toFixed(1));
  row(
    "  peak RSS 1 M, 10 M, difference (MiB)",
    ...[small.maxRss, large.maxRss, large.maxRss - small.maxRss].map((k) => (k / 1024).toFixed(1)),
  );
  const sums = [small, large, whole].map((cost) => counted(cost.stdout));
  const want = Object.values(SIZES).map((n) => n / 2);
  row("  events counted", ...sums.map(String), sums.every((n, i) => n === want[i]) ? "sums agree" : `WANT ${want.join(" ")}`);
}

/** The same on two threads: wall-clock time of the part that grows with the recording. */
function twoWorkers(name: keyof typeof SCRIPTS): void {
  const wall = (workers: string, file: string): number =>
    Math.min(
      ...Array.from(
        { length: TIMES },
        () => measure(process.execPath, [CLI, "--workers", workers, "--trace", file, "-q", "--no-warnings", "-e", SCRIPTS[name]]).wall,
      ),
    );
  const [one, two] = ["1", "2"].map((workers) => wall(workers, files.whole) - wall(workers, files.small)) as [number, number];
  row(`hindsight ${name}, two workers`, "times one worker", (one / two).toFixed(2), "whole", `${wall("2", files.whole).toFixed(2)} s`);
}
twoWorkers("count");
twoWorkers("hist");
