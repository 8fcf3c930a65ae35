/** One count over what tracers write, marginal between 1 M and 5 M events: Perfetto alone, as nothing here reads it; CTF against babeltrace2. */
import { existsSync, mkdirSync } from "node:fs";
import { best, CLI, DATA, has, measure, row } from "./measure.ts";
import { writeBigCtf, writeBigPerfetto } from "./tracer-writer.ts";

const EVENTS = { small: 1_000_000, large: 5_000_000 } as const;
const EXTRA = EVENTS.large - EVENTS.small;
const perSecond = (rate: number): string => `${(rate / 1e6).toFixed(2)} M/s`;

interface Kind {
  readonly name: string;
  readonly ending: string;
  readonly write: (path: string, events: number) => void;
  readonly script: string;
  readonly peers: readonly (readonly [name: string, args: readonly string[]])[];
}

const KINDS: readonly Kind[] = [
  {
    name: "Perfetto",
    ending: "pftrace",
    write: writeBigPerfetto,
    script: "tracepoint:raw_syscalls:sys_exit, tracepoint:sched:sched_switch { @[tid] = count(); }",
    peers: [],
  },
  {
    name: "CTF",
    ending: "ctf",
    write: writeBigCtf,
    script: "tracepoint:syscalls:sys_exit_read, tracepoint:sched:sched_switch { @[tid] = count(); }",
    peers: [
      ["babeltrace2 printing", []],
      ["babeltrace2 counting", ["-c", "sink.utils.counter"]],
    ],
  },
];

function fileOf({ ending, write }: Kind, size: keyof typeof EVENTS): string {
  const path = `${DATA}tracer-${size}.${ending}`;
  if (!existsSync(path)) write(path, EVENTS[size]);
  return path;
}

mkdirSync(DATA, { recursive: true });
row("tracers, marginal rate", "hindsight", "peer", "ratio", "peak MiB");
for (const kind of KINDS) {
  const [small, large] = [fileOf(kind, "small"), fileOf(kind, "large")];
  const replay = (file: string) =>
    best(3, () => measure(process.execPath, [CLI, "--trace", file, "-q", "--no-warnings", "-e", kind.script]));
  const last = replay(large);
  const ours = EXTRA / (last.cpu - replay(small).cpu);
  const counted = [...last.stdout.matchAll(/^@\[\d+\]: (\d+)/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
  // Two events of three, and one CPU's share need not end with a whole round.
  const isRight = Math.abs(counted - (EVENTS.large * 2) / 3) < 4;
  row(kind.name, perSecond(ours), "", "", (last.maxRss / 1024).toFixed(0), isRight ? "" : `COUNTED ${counted}`);
  for (const [name, args] of has("babeltrace2") ? kind.peers : []) {
    const read = (file: string): number => best(2, () => measure("babeltrace2", [file, ...args], "ignore")).cpu;
    const theirs = EXTRA / (read(large) - read(small));
    row(`  ${name}`, "", perSecond(theirs), (ours / theirs).toFixed(1));
  }
  if (!has("babeltrace2") && kind.peers.length > 0) row("  babeltrace2", "skipped: not here");
}
