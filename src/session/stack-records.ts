/** Where a recording has the stacks of its events: records that follow them. */
import type { ProbeCatalogue, Tracepoint } from "../../lang/catalogue.ts";
import type { StackLayout, StackRecords } from "../bpf/machine-types.ts";
import type { CompiledScript } from "../codegen/compiled.ts";
import type { KernelSymbols } from "./symbols.ts";

/** bpf_get_stackid, bpf_get_stack: the register that has their flags. */
const STACK_HELPERS: ReadonlyMap<number, number> = new Map([
  [27, 3],
  [67, 4],
]);
const BPF_F_USER_STACK = 0x100;

export const asksForStacks = (script: CompiledScript): boolean =>
  script.programs.some(({ insns }) => insns.some((insn) => insn.kind === "call" && STACK_HELPERS.has(insn.helper)));

/** Whether some of the stacks are of user code. */
export function asksForUserStacks({ programs }: CompiledScript): boolean {
  return programs.some(({ insns }) =>
    insns.some((insn, i) => {
      const flags = insn.kind === "call" ? STACK_HELPERS.get(insn.helper) : undefined;
      if (flags === undefined) return false;
      const set = insns.slice(0, i).findLast((one) => "dst" in one && one.dst === flags);
      // What is not said right there may be anything.
      if (set?.kind !== "alu" || set.op !== "mov" || !("imm" in set.src)) return true;
      return (set.src.imm & BPF_F_USER_STACK) !== 0;
    }),
  );
}

/** What writes an event, and so stands at the top of a stack that is taken while it is written. A program that is attached to it has none of that. */
const TRACER =
  /^(?:trace_event_raw_event_|perf_trace_|trace_event_buffer_|ftrace_syscall_(?:enter|exit)$|(?:__)?kprobe_trace_func|kretprobe_trace_func|kprobe_dispatcher$|kretprobe_dispatcher$)/;

const offsetOf = (event: Tracepoint | undefined, name: string): number => event?.fields.find((field) => field.name === name)?.offset ?? 0;

/** Ids of the recording's own events (common_type) are the low half of event ids, the number of their layout the other one. */
const TYPE_MASK = 0xffff;
const LAYOUT_SHIFT = 16;

function stackLayout(catalogue: ProbeCatalogue, events: readonly Tracepoint[]): StackLayout {
  const [kernel, user] = ["kernel_stack", "user_stack"].map((name) => events.find((event) => event.name === name));
  return {
    kernel: (kernel?.id ?? 0) & TYPE_MASK,
    kernelFrames: offsetOf(kernel, "caller"),
    kernelCount: offsetOf(kernel, "size"),
    user: (user?.id ?? 0) & TYPE_MASK,
    userFrames: offsetOf(user, "caller"),
    wordBytes: catalogue.longBytes,
  };
}

export function stackRecords(catalogue: ProbeCatalogue, symbols: KernelSymbols | null): StackRecords {
  const layouts: Tracepoint[][] = [[]];
  for (const event of catalogue.tracepoints) if (event.category === "ftrace") (layouts[event.id >>> LAYOUT_SHIFT] ??= []).push(event);
  return {
    layouts: Array.from(layouts, (events: readonly Tracepoint[] | undefined) => stackLayout(catalogue, events ?? [])),
    tracerCode: symbols?.rangesOf(TRACER) ?? [],
  };
}
