import type { FuncId, IrProbe, IrProgram } from "../../lang/ir/ir.ts";
import type { ResolvedAttachPoint } from "../../lang/catalogue.ts";
import type { ProgType, ProgramSpec } from "../bpf/spec.ts";
import { callGraph, functionOf } from "./call-graph.ts";
import { compileFunction } from "./compile-function.ts";
import type { CompiledFunction } from "./compile-function.ts";
import type { CompiledScript } from "./compiled.ts";
import { link } from "./link.ts";
import { mapSpec, scratchSpec } from "./map-specs.ts";
import { programName, uniqueNames } from "./names.ts";
import { scratchMapSizes } from "./scratch.ts";

/**
 * eBPF programs (instruction set v3, RFC 9669) that the Linux verifier accepts, one per probe body, and their maps.
 * Deterministic. Throws for IR that lowering must not make: recursion, or a slot of more than 32 KiB.
 */
export function codegen(ir: IrProgram, { license = "GPL" }: { readonly license?: string } = {}): CompiledScript {
  const programs = new Set(ir.probes.map((probe) => probe.func));
  const compiled = new Map<FuncId, CompiledFunction>();
  const scratchEnds = new Map<FuncId, number>();
  for (const node of callGraph(ir)) {
    // A function runs while its callers do, so its scratch memory lies behind theirs.
    const scratchStart = Math.max(0, ...node.callers.map((caller) => scratchEnds.get(caller)!));
    const code = compileFunction(functionOf(ir, node.func), {
      isProgram: programs.has(node.func),
      stackBytes: node.stackBytes,
      maps: ir.maps,
      scratchStart,
      scratchMap: (n) => ir.maps.length + n,
    });
    compiled.set(node.func, code);
    scratchEnds.set(node.func, code.scratch.at(-1)?.end ?? scratchStart);
  }

  const uniqueMap = uniqueNames();
  const scratch = scratchMapSizes([...compiled.values()].flatMap((code) => code.scratch));
  const maps = [...ir.maps.map((map) => mapSpec(map, uniqueMap)), ...scratch.map((sizeBytes) => scratchSpec(sizeBytes, uniqueMap))];

  const uniqueProgram = uniqueNames();
  const uniqueFunction = uniqueNames();
  const names = new Map<FuncId, string>();
  const nameOf = (func: FuncId): string => {
    let name = names.get(func);
    if (name === undefined) names.set(func, (name = uniqueFunction(functionOf(ir, func).name)));
    return name;
  };
  return {
    programs: ir.probes.map((probe) => ({ ...programSpec(probe, uniqueProgram, (func) => compiled.get(func)!, nameOf), license })),
    maps,
    irMaps: [...ir.maps, ...scratch.map(() => null)],
    actions: ir.actions,
    attach: ir.probes.flatMap((probe, program) => probe.attach.map((point) => ({ program, point }))),
  };
}

function programSpec(
  probe: IrProbe,
  unique: (name: string) => string,
  codeOf: (func: FuncId) => CompiledFunction,
  nameOf: (func: FuncId) => string,
): Omit<ProgramSpec, "license"> {
  const point = probe.attach[0];
  if (point === undefined) throw new Error("probe without attach points");
  const name = unique(programName(point));
  return { name, ...sectionOf(point), ...link(probe.func, name, codeOf, nameOf) };
}

/** begin, end, tests and signals run as uprobes on the tracer itself, as bpftrace has it; interval is a perf event of the software clock. */
function sectionOf(point: ResolvedAttachPoint): { readonly type: ProgType; readonly section: string } {
  switch (point.provider) {
    case "begin":
    case "end":
    case "test":
    case "bench":
    case "self":
      return { type: "kprobe", section: "uprobe" };
    case "interval":
    case "software":
    case "hardware":
    case "profile":
    case "watchpoint":
      return { type: "perf_event", section: "perf_event" };
    case "kprobe":
    case "kretprobe":
      return { type: "kprobe", section: `${point.provider}/${point.site.func}` };
    case "uprobe":
    case "uretprobe":
      return { type: "kprobe", section: point.provider };
    // fentry and fexit programs get their arguments as raw tracepoints do; loading them as such would take the recorded kernel's own types.
    case "fentry":
    case "fexit":
    case "rawtracepoint":
      return { type: "raw_tracepoint", section: `raw_tracepoint/${point.site.func}` };
    // Arguments are words as the note describes them, wherever a live program would find each.
    case "usdt":
      return { type: "raw_tracepoint", section: "usdt" };
    case "iter":
      return { type: "raw_tracepoint", section: `iter/${point.over}` };
    case "tracepoint":
      return { type: "tracepoint", section: `tracepoint/${point.tracepoint.category}/${point.tracepoint.name}` };
  }
}
