/** Start of a begin-only one-liner against node's own start and bpftrace's. */
import { best, CLI, has, measure, row } from "./measure.ts";
import { mkdirSync, writeFileSync } from "node:fs";
import { DATA } from "./measure.ts";

const TIMES = 25;
const PROGRAM = 'BEGIN { printf("hello\\n"); exit(); }';

/** Each of the two by itself: other work on the machine delays a run without costing it processor time. */
const medians = (run: () => { wall: number; cpu: number }): { wall: number; cpu: number } => {
  const all = Array.from({ length: TIMES }, run);
  const median = (of: (cost: { wall: number; cpu: number }) => number): number =>
    all.map(of).toSorted((a, b) => a - b)[Math.floor(TIMES / 2)]!;
  return { wall: median(({ wall }) => wall), cpu: median(({ cpu }) => cpu) };
};

mkdirSync(DATA, { recursive: true });
const empty = `${DATA}empty.mjs`;
writeFileSync(empty, "");

const node = medians(() => measure(process.execPath, [empty], "ignore"));
const ours = medians(() => measure(process.execPath, [CLI, "-q", "-e", PROGRAM], "ignore"));
const ms = (seconds: number): string => (seconds * 1e3).toFixed(1);
row("start-up, median of 25", "wall ms", "over node ms", "CPU ms", "over node ms");
row("node, empty module", ms(node.wall), "", ms(node.cpu), "");
row("hindsight, begin-only one-liner", ms(ours.wall), ms(ours.wall - node.wall), ms(ours.cpu), ms(ours.cpu - node.cpu));
if (has("bpftrace")) {
  const theirs = best(5, () => measure("bpftrace", ["-e", PROGRAM], "ignore"));
  row("bpftrace, the same", ms(theirs.wall), "", ms(theirs.cpu), "");
  row("ratio bpftrace / hindsight", (theirs.wall / ours.wall).toFixed(2));
}
