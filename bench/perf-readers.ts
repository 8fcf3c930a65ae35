/** One count over perf.data of several kinds, marginal between 1 M and 5 M samples, against `perf script` on the same files. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { repeatPerfData } from "../tooling/perf-data/repeat.ts";
import { CLI, type Cost, DATA, has, measure, row } from "./measure.ts";

const SAMPLES = { small: 1_000_000, large: 5_000_000 } as const;
const ROUNDS = 3;

/** System calls and switches of a pipe between two processes. */
const COMMAND = ["sh", "-c", "for i in 1 2 3; do head -c 20000000 /dev/zero | dd bs=512 of=/dev/null status=none; done"];

interface Kind {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly script: string;
}

const COUNT = "{ @[pid] = count(); }";

const KINDS: readonly Kind[] = [
  { name: "system calls", file: "syscalls", args: ["-e", "syscalls:sys_*_read,syscalls:sys_*_write"], script: `t:syscalls:* ${COUNT}` },
  { name: "switches", file: "switches", args: ["-e", "sched:sched_switch"], script: `t:sched:* ${COUNT}` },
  { name: "switches with callchains", file: "callchains", args: ["-g", "-e", "sched:sched_switch"], script: `t:sched:* ${COUNT}` },
];

function filesOf({ file, args }: Kind): { readonly small: string; readonly large: string; readonly extra: number } {
  const recorded = `${DATA}${file}.data`;
  if (!existsSync(recorded)) spawnSync("perf", ["record", "-q", "-m", "4096", "-o", recorded, ...args, "--", ...COMMAND]);
  const [small, large] = [`${DATA}${file}-small.data`, `${DATA}${file}-large.data`];
  const fewer = repeatPerfData(recorded, small, SAMPLES.small).samples;
  return { small, large, extra: repeatPerfData(recorded, large, SAMPLES.large).samples - fewer };
}

mkdirSync(DATA, { recursive: true });
row("perf.data, marginal rate", "hindsight", "perf script", "ratio", "peak MiB");
for (const kind of has("perf") ? KINDS : []) {
  const { small, large, extra } = filesOf(kind);
  // In turns, as the speed of a shared machine changes while it is measured: the best of each counts.
  const [replays, scripts] = [
    { small: [] as Cost[], large: [] as Cost[] },
    { small: [] as Cost[], large: [] as Cost[] },
  ];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [size, file] of [
      ["small", small],
      ["large", large],
    ] as const) {
      replays[size].push(measure(process.execPath, [CLI, "--trace", file, "-q", "--no-warnings", "-e", kind.script]));
      scripts[size].push(measure("perf", ["script", "-i", file], "ignore"));
    }
  }
  const least = (costs: readonly Cost[]): number => Math.min(...costs.map(({ cpu }) => cpu));
  const rate = (costs: typeof replays): number => extra / (least(costs.large) - least(costs.small));
  const [ours, theirs] = [rate(replays), rate(scripts)];
  const peak = Math.max(...replays.large.map(({ maxRss }) => maxRss));
  const perSecond = (rate: number): string => `${(rate / 1e6).toFixed(2)} M/s`;
  row(kind.name, perSecond(ours), perSecond(theirs), (ours / theirs).toFixed(1), (peak / 1024).toFixed(0));
}
if (!has("perf")) row("perf.data", "skipped: needs perf");
