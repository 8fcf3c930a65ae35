/**
 * Counts over texts and JSON lines, marginal between two sizes of one text. Peers: gawk counting the same lines by a plain field, for strace's also
 * by the name of the call; jq counting events by name. Texts are counted by a script that asks for few of their events, and by one that asks for
 * all: neither needs more of a record than whose it is.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { best, CLI, DATA, has, measure, row } from "./measure.ts";
import { writeBigText, type TextForm } from "./text-writer.ts";

const COPIES = { small: 200, large: 2000 } as const;
const fixture = new URL("../test/fixtures/strace/strace2.txt.gz", import.meta.url);

function textOf(size: keyof typeof COPIES): string {
  const path = `${DATA}strace-${size}.txt`;
  if (existsSync(path)) return path;
  const text = gunzipSync(readFileSync(fixture)).toString("latin1");
  writeFileSync(path, "");
  for (let done = 0; done < COPIES[size]; done += 50) writeFileSync(path, text.repeat(50), { flag: "a", encoding: "latin1" });
  return path;
}

function linesOf(size: keyof typeof COPIES): string {
  const path = `${DATA}strace-${size}.jsonl`;
  if (!existsSync(path)) measure(process.execPath, [CLI, "convert", textOf(size), "--to", path]);
  return path;
}

const linesIn = (path: string): number => Number(spawnSync("wc", ["-l", path], { encoding: "utf8" }).stdout.split(" ")[0]);
const perSecond = (rate: number): string => `${(rate / 1e6).toFixed(2)} M/s`;
const BY_NAME = "tracepoint:syscalls:sys_enter_* { @[probe] = count(); }";
const FEW = "t:syscalls:sys_enter_read { @[pid] = count(); }";
const ALL = "t:syscalls:* { @[pid] = count(); }";

const EVENTS = { small: 500_000, large: 2_500_000 } as const;
const FORMS: readonly TextForm[] = ["ftrace text", "trace-cmd report text", "perf script text"];

function eventsOf(size: keyof typeof EVENTS, form: TextForm): string {
  const path = `${DATA}${size}-${form.replaceAll(" ", "-")}.txt`;
  if (!existsSync(path)) writeBigText(path, form, EVENTS[size]);
  return path;
}

interface Peer {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const plainField = (field: number): Peer => ({
  name: `gawk, by plain field ${field}`,
  command: "gawk",
  args: [`{ c[$${field}]++ } END { print length(c) }`],
});
const GAWK: readonly Peer[] = [
  { name: "gawk, by name of the call", command: "gawk", args: ['{ split($3, a, "("); c[a[1]]++ } END { print length(c) }'] },
  plainField(3),
];
const JQ: readonly Peer[] = [
  { name: "jq, by event", command: "jq", args: ["-n", "reduce (inputs | .event // empty) as $e ({}; .[$e] += 1) | length"] },
];

function compare(what: string, script: string, small: string, large: string, peers: readonly Peer[]): void {
  const extra = linesIn(large) - linesIn(small);
  const marginal = (run: (file: string) => number): number => extra / (run(large) - run(small));
  let peak = 0;
  const ours = marginal((file) => {
    const cost = best(3, () => measure(process.execPath, [CLI, "--trace", file, "-q", "--no-warnings", "-e", script]));
    peak = Math.max(peak, cost.maxRss);
    return cost.cpu;
  });
  row(what, perSecond(ours), "", "", `${Math.round(peak / 1024)} MiB`);
  for (const { name, command, args } of peers) {
    if (!has(command)) {
      row(`  ${name}`, "skipped: not here");
      continue;
    }
    const theirs = marginal((file) => best(2, () => measure(command, [...args, file])).cpu);
    row(`  ${name}`, "", perSecond(theirs), (ours / theirs).toFixed(2));
  }
}

mkdirSync(DATA, { recursive: true });
row("lines, marginal rate", "hindsight", "peer", "ratio", "peak");
for (const [what, script] of Object.entries({ "calls by name": BY_NAME, "few events by pid": FEW, "all events by pid": ALL }))
  compare(`strace text, ${what}`, script, textOf("small"), textOf("large"), GAWK);
for (const form of FORMS)
  for (const [what, script] of Object.entries({ "few events by pid": FEW, "all events by pid": ALL }))
    compare(`${form}, ${what}`, script, eventsOf("small", form), eventsOf("large", form), [plainField(1)]);
compare("JSON lines", BY_NAME, linesOf("small"), linesOf("large"), JQ);
