/** What programs cost: runs, instructions, verification, and time. */
import { verify } from "../bpf/verifier/verify.ts";
import { measure, type Measured } from "./measure.ts";
import type { Session } from "./session.ts";
import { thousands } from "./time-text.ts";

const NS_PER_MS = 1e6;

/** Of one run of the program; where it cannot be told from nothing, what it would have to be for that. */
function nsText(alone: Measured | null, empty: Measured | null): string {
  if (alone === null || empty === null || alone.runs === 0) return "-";
  const ns = (ms: number): string => thousands(Math.ceil((ms * NS_PER_MS) / alone.runs));
  const took = alone.ms - empty.ms;
  const spread = alone.spreadMs + empty.spreadMs;
  return took > spread ? ns(took) : `<${ns(Math.max(spread, took))}`;
}

const HEAD = ["program", "runs", "insns", "verified", "states", "ns/run"];

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join("  "))
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

export async function statsText(session: Session): Promise<string> {
  const { replay, compilation } = session.attached!;
  const script = compilation.script!;
  // A command would run again, and again.
  const runsCommands = script.actions.some(({ kind }) => kind === "system");
  const empty = runsCommands ? null : await measure(session, []);
  const runs = new Map(replay.runs().map((one) => [one.program, one.runs]));
  const rows = [HEAD];
  for (const [program, spec] of script.programs.entries()) {
    const own = script.attach.filter((one) => one.program === program);
    const { stats } = verify(spec, script.maps);
    const alone = empty === null || session.isInterrupted ? null : await measure(session, own);
    rows.push([
      own[0] === undefined ? spec.name : own[0].point.name + (own.length > 1 ? ` (+${own.length - 1})` : ""),
      thousands(runs.get(program) ?? 0),
      thousands(spec.insns.length),
      thousands(stats.insns),
      thousands(stats.totalStates),
      nsText(alone, empty),
    ]);
  }
  replay.reclaim();
  return aligned(rows) + (runsCommands ? "times are not measured, as a program runs commands\n" : "");
}
