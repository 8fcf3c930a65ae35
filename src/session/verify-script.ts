/** The gate before every run: each program proven, and the whole fits into one memory. */
import type { Diagnostic } from "../../lang/diagnostics/diagnostic.ts";
import type { HirProgram } from "../../lang/hir/hir.ts";
import { planMemory } from "../bpf/maps/plan.ts";
import { explainRejection } from "../bpf/verifier/explain.ts";
import { verify } from "../bpf/verifier/verify.ts";
import type { CompiledScript } from "../codegen/compiled.ts";

export interface Verified {
  readonly diagnostics: readonly Diagnostic[];
  /** Per program: bytes of its context that it may read. Shorter records do not fire it. */
  readonly contextBytes: readonly number[];
  /** Per program: it also reads its context by address, where texts and arrays lie, so that no byte of it is known to be idle. */
  readonly contextByAddress: readonly boolean[];
}

export function verifyScript(script: CompiledScript, hir: HirProgram, ncpus: number): Verified {
  const diagnostics: Diagnostic[] = [];
  const contextByAddress: boolean[] = [];
  const contextBytes = script.programs.map((program) => {
    const verdict = verify(program, script.maps);
    contextByAddress.push(verdict.stats.readsCtxByAddress);
    if (verdict.ok) return verdict.stats.maxCtxOffset;
    const { message, span, hint } = explainRejection(program, verdict.rejection);
    diagnostics.push({ code: "HS5001", severity: "error", span, message, hint });
    return 0;
  });
  const tooLarge = reportTooLarge(script, hir, ncpus);
  return { diagnostics: tooLarge === null ? diagnostics : [...diagnostics, tooLarge], contextBytes, contextByAddress };
}

/** The memory is sized before the run; its addresses have 32 bits. */
function reportTooLarge(script: CompiledScript, hir: HirProgram, ncpus: number): Diagnostic | null {
  const plan = planMemory({ maps: script.maps, ncpus, streams: [] });
  if (plan.kind === "plan") return null;
  const largest = script.maps.findIndex(({ name }) => name === plan.map);
  const scriptName = script.irMaps[largest]?.name ?? null;
  const gib = (plan.neededBytes / 2 ** 30).toFixed(1);
  return {
    code: "HS4010",
    severity: "error",
    span: hir.maps.find(({ name }) => name === scriptName)?.span ?? null,
    message: `the maps need ${gib} GiB, more than the 4 GiB that they can have${scriptName === null ? "" : `; ${scriptName} is the largest`}`,
    hint: "lower max_map_keys, declare a smaller map, or use a shorter key",
  };
}
