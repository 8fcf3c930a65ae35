/** One count over perf.data of several kinds, marginal between 1 M and 5 M samples, against `perf script` on the same files. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { repeatPerfData } from "../tooling/perf-data/repeat.ts";
import { best, CLI, DATA, has, measure, row } from "./measure.ts";

const SAMPLES = { small: 1_000_000, large: 5_000_000 } as const;

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
  const replay = (file: string) =>
    best(3, () => measure(process.execPath, [CLI, "--trace", file, "-q", "--no-warnings", "-e", kind.script]));
  const last = replay(large);
  const ours = extra / (last.cpu - replay(small).cpu);
  const script = (file: string): number => measure("perf", ["script", "-i", file], "ignore").cpu;
  const theirs = extra / (script(large) - script(small));
  const perSecond = (rate: number): string => `${(rate / 1e6).toFixed(2)} M/s`;
  row(kind.name, perSecond(ours), perSecond(theirs), (ours / theirs).toFixed(1), (last.maxRss / 1024).toFixed(0));
}
if (!has("perf")) row("perf.data", "skipped: needs perf");
