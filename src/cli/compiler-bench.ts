/** --mode compiler-bench: how long each stage of the compiler takes (row 8.22). */
import type { Source } from "../../lang/diagnostics/diagnostic.ts";
import { renderDiagnostic } from "../../lang/diagnostics/render.ts";
import { lower } from "../../lang/lower/lower.ts";
import { parse } from "../../lang/parse/parse.ts";
import { compileToHir } from "../../lang/passes.ts";
import type { Recording } from "../../probes/recording.ts";
import { codegen } from "../codegen/codegen.ts";
import { createMachine } from "../bpf/machine.ts";
import { verify } from "../bpf/verifier/verify.ts";
import { benchmarkText } from "../output/self-test-printer.ts";
import type { RecordedMachine } from "../session/recorded-machine.ts";
import { compileScript } from "../session/compile.ts";
import { compileOptions } from "./compile.ts";
import type { Console } from "./console.ts";
import { featuresText } from "./features.ts";
import type { CliOptions } from "./options.ts";

const ENOUGH_NS = 200_000_000n;

/** Runs it until that is long enough to be believed. */
function measure(run: () => unknown): { readonly averageNs: bigint; readonly iterations: number } {
  run();
  for (let iterations = 1; ; iterations *= 2) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < iterations; i++) run();
    const totalNs = process.hrtime.bigint() - start;
    if (totalNs >= ENOUGH_NS) return { averageNs: totalNs / BigInt(iterations), iterations };
  }
}

export function compilerBench(
  source: Source,
  options: CliOptions,
  recording: Recording | null,
  machine: RecordedMachine,
  console: Console,
): number {
  const env = compileOptions(source, options, recording, machine);
  const { diagnostics, hir, ir, script, source: whole } = compileScript(source, env);
  for (const error of diagnostics.filter((d) => d.severity === "error")) console.error(renderDiagnostic(whole, error));
  if (hir === null || ir === null || script === null) return 1;
  const lowering = { ncpus: env.ncpus, byteOrder: env.catalogue?.byteOrder ?? "little", outputRingBytes: 1 << 20 } as const;
  const stages: readonly (readonly [name: string, run: () => unknown])[] = [
    ["parse", () => parse(source)],
    ["parse and check", () => compileToHir(source, env)],
    ["lower", () => lower(hir, lowering)],
    ["codegen", () => codegen(ir)],
    ["verify", () => script.programs.map((program) => verify(program, script.maps))],
    [
      "jit",
      () =>
        createMachine({
          programs: script.programs,
          maps: script.maps,
          ncpus: env.ncpus,
          backend: options.backend,
          outputRing: script.maps.findIndex((map) => map.type === "ringbuf"),
          randSeed: options.seed,
          streams: [],
        }),
    ],
  ];
  console.print(`${featuresText()}\n`);
  const benchmarks = stages.map(([name]) => name);
  for (const [index, [, run]] of stages.entries())
    console.out.write(benchmarkText({ kind: "benchmark_result", benchmarks, index, ...measure(run) }, index === 0));
  return 0;
}
