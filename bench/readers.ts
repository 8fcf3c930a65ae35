/** One count over each form of the same trace.dat, marginal between 1 M and 10 M events, against `trace-cmd report` on that form. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { best, CLI, DATA, has, measure, row } from "./measure.ts";
import { writeBigText, type TextForm } from "./text-writer.ts";
import { writeBigTrace } from "./trace-writer.ts";

const EVENTS = { small: 1_000_000, large: 10_000_000 } as const;
const EXTRA = EVENTS.large - EVENTS.small;
const SCRIPT = "tracepoint:syscalls:sys_exit_* { @ = count(); }";
const WANT = EVENTS.large / 2;

const FORMS = { "v6, as recorded": null, "v7, uncompressed": "none", "v7, zstd": "zstd" } as const;

/** The file in that form, made with trace-cmd where it is another than the writer's; null without trace-cmd. */
function fileOf(size: keyof typeof EVENTS, compression: string | null): string | null {
  const plain = `${DATA}${size}.dat`;
  if (!existsSync(plain)) writeBigTrace(plain, EVENTS[size]);
  if (compression === null) return plain;
  const converted = `${DATA}${size}-${compression}.dat`;
  if (existsSync(converted)) return converted;
  if (!has("trace-cmd")) return null;
  const args = ["convert", "-i", plain, "-o", converted, "--file-version", "7", "--compression", compression];
  return spawnSync("trace-cmd", args).status === 0 ? converted : null;
}

mkdirSync(DATA, { recursive: true });
row("readers, marginal rate", "hindsight", "trace-cmd", "ratio", "sum");
for (const [name, compression] of Object.entries(FORMS)) {
  const small = fileOf("small", compression);
  const large = fileOf("large", compression);
  if (small === null || large === null) {
    row(name, "skipped: needs trace-cmd convert");
    continue;
  }
  const replay = (file: string) => best(3, () => measure(process.execPath, [CLI, "--trace", file, "-q", "--no-warnings", "-e", SCRIPT]));
  const last = replay(large);
  const ours = EXTRA / (last.cpu - replay(small).cpu);
  const sum = Number(/^@: (\d+)/m.exec(last.stdout)?.[1] ?? 0) === WANT ? "agrees" : `WANT ${WANT}`;
  const perSecond = (rate: number): string => `${(rate / 1e6).toFixed(2)} M/s`;
  if (!has("trace-cmd")) {
    row(name, perSecond(ours), "", "", sum);
    continue;
  }
  const report = (file: string): number => measure("trace-cmd", ["report", "-i", file], "ignore").cpu;
  const theirs = EXTRA / (report(large) - report(small));
  row(name, perSecond(ours), perSecond(theirs), (ours / theirs).toFixed(1), sum);
}

/** One count over the text of the same events, marginal, against gawk counting one field of the same lines. */
const LINES = { small: 500_000, large: 2_500_000 } as const;
const EXTRA_LINES = LINES.large - LINES.small;
const TEXT_SCRIPT = "tracepoint:syscalls:sys_exit_read { @[args.ret & 7] = count(); }";
const FORMS_OF_TEXT: readonly TextForm[] = ["ftrace text", "trace-cmd report text", "perf script text"];

function textOf(size: keyof typeof LINES, form: TextForm): string {
  const path = `${DATA}${size}-${form.replaceAll(" ", "-")}.txt`;
  if (!existsSync(path)) writeBigText(path, form, LINES[size]);
  return path;
}

row("texts, marginal rate", "hindsight", "gawk", "ratio", "sum");
for (const form of FORMS_OF_TEXT) {
  const [small, large] = [textOf("small", form), textOf("large", form)];
  const replay = (file: string) =>
    best(3, () => measure(process.execPath, [CLI, "--trace", file, "-q", "--no-warnings", "-e", TEXT_SCRIPT]));
  const last = replay(large);
  const ours = EXTRA_LINES / (last.cpu - replay(small).cpu);
  const counted = [...last.stdout.matchAll(/^@\[\d+\]: (\d+)/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
  const sum = counted === LINES.large / 2 ? "agrees" : `WANT ${LINES.large / 2}`;
  const perSecond = (rate: number): string => `${(rate / 1e6).toFixed(2)} M/s`;
  if (!has("gawk")) {
    row(form, perSecond(ours), "", "", sum);
    continue;
  }
  const awk = (file: string): number => best(3, () => measure("gawk", ["{ c[$1]++ } END { for (k in c) n++; print n }", file])).cpu;
  const theirs = EXTRA_LINES / (awk(large) - awk(small));
  row(form, perSecond(ours), perSecond(theirs), (ours / theirs).toFixed(2), sum);
}
