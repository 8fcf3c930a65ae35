/** --test and --bench: test and bench probes run by themselves, in source order, with begin before and end behind them (rows 1.19, 1.20). */
import type { CompiledScript } from "../codegen/compiled.ts";
import type { SessionSink } from "./events.ts";

export interface NamedProbe {
  readonly name: string;
  readonly program: number;
}

export function namedProbes(script: CompiledScript, provider: "test" | "bench"): NamedProbe[] {
  return script.attach.flatMap(({ program, point }) => (point.provider === provider ? [{ name: point.target, program }] : []));
}

/** What of the session these runs need. */
export interface Stage {
  readonly run: (program: number) => bigint;
  /** Acts on what programs have output, telling `sink`. */
  readonly drain: (sink: SessionSink) => void;
  /** Code of the last exit(), which it forgets. */
  readonly takeExitCode: () => number;
  readonly now: () => bigint;
  readonly sink: SessionSink;
}

/** The low 32 bits are what a program returns. */
const returned = (r0: bigint): boolean => BigInt.asUintN(32, r0) !== 0n;

/** Passes events on and counts errorf() among them. */
function countingErrors(sink: SessionSink): { readonly sink: SessionSink; readonly errors: () => number } {
  let errors = 0;
  return {
    sink(event) {
      if (event.kind === "text" && event.action.kind === "errorf") errors++;
      sink(event);
    },
    errors: () => errors,
  };
}

/** A test passes if it returns 0, exits with 0 if at all and has no errorf(). True if all of them do. */
export function runTests(probes: readonly NamedProbe[], stage: Stage): boolean {
  const names = probes.map(({ name }) => name);
  const passed: boolean[] = [];
  for (const [index, { program }] of probes.entries()) {
    stage.sink({ kind: "test_started" });
    const counting = countingErrors(stage.sink);
    const start = stage.now();
    const r0 = stage.run(program);
    const durationNs = stage.now() - start;
    stage.drain(counting.sink);
    passed.push(!returned(r0) && stage.takeExitCode() === 0 && counting.errors() === 0);
    stage.sink({ kind: "test_result", tests: names, index, durationNs, passed });
  }
  return passed.every((ok) => ok);
}

const ENOUGH_NS = 1_000_000n;

/** How many times as often a benchmark runs next, by how long it took in all; 1: long enough. */
function growth(totalNs: bigint): number {
  if (totalNs < 1_000n) return 1000;
  if (totalNs < 10_000n) return 100;
  if (totalNs < 100_000n) return 10;
  return totalNs < ENOUGH_NS ? 2 : 1;
}

/** Runs between two looks at the output, which is a ring of limited size. */
const RUNS_PER_DRAIN = 512;

interface Measured {
  readonly totalNs: bigint;
  /** What the last run returned. */
  readonly r0: bigint;
}

function repeat(program: number, times: number, stage: Stage, sink: SessionSink): Measured {
  let totalNs = 0n;
  let r0 = 0n;
  for (let left = times; left > 0; left -= RUNS_PER_DRAIN) {
    const start = stage.now();
    for (let i = Math.min(left, RUNS_PER_DRAIN); i > 0; i--) r0 = stage.run(program);
    totalNs += stage.now() - start;
    stage.drain(sink);
  }
  return { totalNs, r0 };
}

/** Each benchmark until it has taken a millisecond in all. One that returns something but 0 is left out; false if one failed. */
export function runBenchmarks(probes: readonly NamedProbe[], stage: Stage): boolean {
  const names = probes.map(({ name }) => name);
  let ok = true;
  for (const [index, { name, program }] of probes.entries()) {
    const counting = countingErrors(() => {});
    for (let iterations = 1; ;) {
      const { totalNs, r0 } = repeat(program, iterations, stage, counting.sink);
      const exitCode = stage.takeExitCode();
      if (exitCode === 0 && returned(r0)) break;
      const factor = growth(totalNs);
      iterations *= factor;
      if (factor > 1) continue;
      if (exitCode === 0 && counting.errors() === 0)
        stage.sink({ kind: "benchmark_result", benchmarks: names, index, averageNs: totalNs / BigInt(iterations), iterations });
      else {
        ok = false;
        stage.sink({ kind: "benchmark_failed", name });
      }
      break;
    }
  }
  return ok;
}
