/** Start of a begin-only one-liner against node's own start and bpftrace's. */
import { best, CLI, has, measure, row } from "./measure.ts";
import { mkdirSync, writeFileSync } from "node:fs";
import { DATA } from "./measure.ts";

const TIMES = 25;
const PROGRAM = 'BEGIN { printf("hello\\n"); exit(); }';

const byWall = (run: () => { wall: number; cpu: number }): { wall: number; cpu: number } => {
  const all = Array.from({ length: TIMES }, run).sort((a, b) => a.wall - b.wall);
  return all[Math.floor(all.length / 2)]!;
};

mkdirSync(DATA, { recursive: true });
const empty = `${DATA}empty.mjs`;
writeFileSync(empty, "");

const node = byWall(() => measure(process.execPath, [empty], "ignore"));
const ours = byWall(() => measure(process.execPath, [CLI, "-q", "-e", PROGRAM], "ignore"));
row("start-up, median of 25", "wall ms", "over node ms");
row("node, empty module", (node.wall * 1e3).toFixed(1), "");
row("hindsight, begin-only one-liner", (ours.wall * 1e3).toFixed(1), ((ours.wall - node.wall) * 1e3).toFixed(1));
if (has("bpftrace")) {
  const theirs = best(5, () => measure("bpftrace", ["-e", PROGRAM], "ignore"));
  row("bpftrace, the same", (theirs.wall * 1e3).toFixed(1), "");
  row("ratio bpftrace / hindsight", (theirs.wall / ours.wall).toFixed(2));
}
