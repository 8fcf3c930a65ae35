/** What programs cost: runs, instructions, verification, and time measured over the whole recording. */
import { verify } from "../bpf/verifier/verify.ts";
import type { CompiledScript } from "../codegen/compiled.ts";
import type { Session } from "./session.ts";
import { thousands } from "./time-text.ts";

interface Run {
  readonly ms: number;
  /** How often programs ran. */
  readonly runs: number;
}

/** From begin to end with some of the attach points. */
function run({ options, attached, window }: Session, attach: CompiledScript["attach"]): Run {
  const { compilation } = attached!;
  const part = { ...compilation, script: { ...compilation.script!, attach } };
  const { replay } = options.workspace.attach(part, "text", window)!;
  const started = performance.now();
  replay.finish();
  return { ms: performance.now() - started, runs: replay.runs().reduce((sum, { runs }) => sum + runs, 0) };
}

const LEAST_ROUNDS = 5;
const MOST_MS = 200;

/** Of some runs, the least disturbed. */
function best(measure: () => Run): Run {
  let found = measure();
  const started = performance.now();
  for (let round = 1; round < LEAST_ROUNDS || (performance.now() - started < MOST_MS && round < LEAST_ROUNDS * 10); round++) {
    const now = measure();
    if (now.ms < found.ms) found = now;
  }
  return found;
}

const HEAD = ["program", "runs", "insns", "verified", "states", "ns/run"];

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join("  "))
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

export function statsText(session: Session): string {
  const { replay, compilation } = session.attached!;
  const script = compilation.script!;
  // A command would run again, and again.
  const mayRunAgain = !script.actions.some(({ kind }) => kind === "system");
  const empty = mayRunAgain ? best(() => run(session, [])).ms : 0;
  const runs = new Map(replay.runs().map((one) => [one.program, one.runs]));
  const rows = script.programs.map((spec, program) => {
    const own = script.attach.filter((one) => one.program === program);
    const verdict = verify(spec, script.maps);
    const measured = mayRunAgain ? best(() => run(session, own)) : { ms: 0, runs: 0 };
    const ns = measured.runs === 0 ? null : (Math.max(0, measured.ms - empty) * 1e6) / measured.runs;
    return [
      own[0] === undefined ? spec.name : own[0].point.name + (own.length > 1 ? ` (+${own.length - 1})` : ""),
      thousands(runs.get(program) ?? 0),
      thousands(spec.insns.length),
      thousands(verdict.stats.insns),
      thousands(verdict.stats.totalStates),
      ns === null ? "-" : thousands(Math.round(ns)),
    ];
  });
  replay.reclaim();
  return aligned([HEAD, ...rows]) + (mayRunAgain ? "" : "times are not measured, as a program runs commands\n");
}
