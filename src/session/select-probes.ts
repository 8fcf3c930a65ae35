/** Which of a script's probes a run attaches. All of its programs stay: they were compiled and verified together. */
import type { ResolvedAttachPoint } from "../../lang/catalogue.ts";
import type { CompiledScript } from "../codegen/compiled.ts";

export type RunMode = "run" | "test" | "bench";

/** Rows 1.19, 1.20: tests and benchmarks are alone with begin and end. */
function takesPart(provider: ResolvedAttachPoint["provider"], mode: RunMode): boolean {
  if (provider === "begin" || provider === "end") return true;
  return provider === "test" || provider === "bench" ? provider === mode : mode === "run";
}

/** Row 1.47: these are attached whatever the filter says. */
const UNFILTERED = new Set<ResolvedAttachPoint["provider"]>(["begin", "end", "self"]);

export function selectProbes(script: CompiledScript, mode: RunMode, filter: RegExp | null): CompiledScript {
  const attach = script.attach.filter(
    ({ point }) => takesPart(point.provider, mode) && (filter === null || UNFILTERED.has(point.provider) || filter.test(point.name)),
  );
  return { ...script, attach };
}

/** What to say when nothing is left to attach (rows 1.07, 1.19); the status is bpftrace's. */
export function nothingAttached(script: CompiledScript, mode: RunMode): { readonly message: string; readonly exitCode: 1 | 255 } | null {
  const has = (provider: ResolvedAttachPoint["provider"]): boolean => script.attach.some(({ point }) => point.provider === provider);
  if (mode !== "test" && has("test")) return { message: "No probes attached; use --test to run test probes.", exitCode: 255 };
  if (mode !== "bench" && has("bench")) return { message: "No probes attached; use --bench to run benchmark probes.", exitCode: 255 };
  return mode === "run" ? null : { message: `No ${mode} probes to run.`, exitCode: 255 };
}
