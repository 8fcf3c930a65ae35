/** What a replay does not mind and a kernel would: said when the programs are written out as an object. */
import type { Diagnostic, Span } from "../../lang/diagnostics/diagnostic.ts";
import type { Insn } from "../bpf/isa/insn.ts";
import type { Compilation } from "./compile.ts";

/** Linux MAX_USED_MAPS. */
const MAX_MAPS = 64;

function mapsOf(insns: readonly Insn[]): number {
  const used = new Set<number>();
  for (const insn of insns)
    if (insn.kind === "lddw" && (insn.value.kind === "map" || insn.value.kind === "map_value")) used.add(insn.value.map);
  return used.size;
}

/** Of a probe, its attach points and predicate. */
function headOf(text: string, probe: Span): Span {
  const [head] = text.slice(probe.start, probe.end).split("{", 1);
  return { start: probe.start, end: probe.start + head!.trimEnd().length };
}

export function objectWarnings({ script, hir, source }: Compilation): Diagnostic[] {
  return (script?.programs ?? []).flatMap(({ insns }, index): Diagnostic[] => {
    const maps = mapsOf(insns);
    if (maps <= MAX_MAPS) return [];
    return [
      {
        code: "HS5002",
        severity: "warning",
        span: headOf(source.text, hir!.probes[index]!.span),
        message: `the program uses ${maps} maps: Linux loads it with at most ${MAX_MAPS}`,
        hint: "divide the statements between several probes with the same attach point, or use maps with keys",
      },
    ];
  });
}
