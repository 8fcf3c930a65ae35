/** Where a recording has the stacks of its events: records that follow them. */
import type { ProbeCatalogue, Tracepoint } from "../../lang/catalogue.ts";
import type { StackRecords } from "../bpf/machine-types.ts";
import type { CompiledScript } from "../codegen/compiled.ts";
import type { KernelSymbols } from "./symbols.ts";

/** bpf_get_stackid, bpf_get_stack. */
const STACK_HELPERS: ReadonlySet<number> = new Set([27, 67]);

export const asksForStacks = (script: CompiledScript): boolean =>
  script.programs.some(({ insns }) => insns.some((insn) => insn.kind === "call" && STACK_HELPERS.has(insn.helper)));

/** What writes an event, and so stands at the top of a stack that is taken while it is written. A program that is attached to it has none of that. */
const TRACER =
  /^(?:trace_event_raw_event_|perf_trace_|trace_event_buffer_|ftrace_syscall_(?:enter|exit)$|(?:__)?kprobe_trace_func|kretprobe_trace_func|kprobe_dispatcher$|kretprobe_dispatcher$)/;

const offsetOf = (event: Tracepoint | undefined, name: string): number => event?.fields.find((field) => field.name === name)?.offset ?? 0;

export function stackRecords(catalogue: ProbeCatalogue, symbols: KernelSymbols | null): StackRecords {
  const ftrace = (name: string): Tracepoint | undefined => catalogue.tracepoints.find((t) => t.category === "ftrace" && t.name === name);
  const [kernel, user] = [ftrace("kernel_stack"), ftrace("user_stack")];
  return {
    kernel: kernel?.id ?? 0,
    kernelFrames: offsetOf(kernel, "caller"),
    kernelCount: offsetOf(kernel, "size"),
    user: user?.id ?? 0,
    userFrames: offsetOf(user, "caller"),
    wordBytes: catalogue.longBytes,
    tracerCode: symbols?.rangesOf(TRACER) ?? [],
  };
}
