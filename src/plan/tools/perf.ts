/** Recording with perf record, which alone samples. */
import { shellWord } from "../../../lang/check/attach/checked-point.ts";
import type { Sample } from "../samples.ts";
import type { Kept, Unrecordable } from "../plan.ts";
import { probedEvent } from "../release.ts";
import { defineStep, removeCommands } from "./definitions.ts";
import { namedEvents } from "./event-names.ts";
import { keepStep, replayWords } from "./keep.ts";
import { parentGaps } from "./ftrace-gaps.ts";
import { nonEmpty, words, type Step, type ToolCommands, type ToolInput } from "./step.ts";

/** Events of one command have rates of their own: `cpu-clock/freq=99/`. */
function sampleText({ event, rate }: Sample, isAlone: boolean): string {
  const [letter, count] = [rate.slice(0, 2), rate.slice(3)];
  if (isAlone || event.includes("/")) return `-e ${shellWord(event)} ${rate}`;
  return `-e ${shellWord(`${event}/${letter === "-F" ? "freq" : "period"}=${count}/`)}`;
}

function options({ plan, directory }: ToolInput, file: string): string[] {
  const events = namedEvents(plan);
  const isAlone = events.length === 0 && plan.samples.length === 1;
  return [
    `-o ${shellWord(`${directory}/${file}`)}`,
    `-k ${plan.clock}`,
    "-m 16M",
    ...(plan.kstack || plan.ustack ? ["-g"] : []),
    ...(plan.cgroups.length > 0 ? ["--all-cgroups"] : []),
    ...events.map(({ name }) => `-e ${shellWord(name)}`),
    ...plan.samples.map((sample) => sampleText(sample, isAlone)),
  ];
}

function recordStep(input: ToolInput, file: string): Step {
  const { subject } = input;
  const record = (rest: string): string => ["perf record", ...options(input, file), rest].join(" \\\n  ");
  switch (subject.kind) {
    case "command":
      return { why: "the command and what it starts", commands: [record(`-- ${words(subject.words)}`)] };
    case "process":
      return {
        why: `process ${subject.pid}, until Ctrl-C`,
        commands: [record(`-p ${subject.pid}`)],
      };
    case "machine":
      return { why: "all that runs, until Ctrl-C", commands: [record("-a")] };
  }
}

/** perf writes mappings into its file; in place of an event probe it records the event itself. */
function forPerf(input: ToolInput): ToolInput {
  const { plan } = input;
  const events = plan.dynamic.filter(({ letter }) => letter === "e").map(probedEvent);
  const dynamic = plan.dynamic.filter(({ letter }) => letter !== "e");
  const gone = new Set<Kept>(["mappings", ...(dynamic.length === 0 ? (["dynamic events"] as const) : [])]);
  const kept = plan.kept.filter((what) => !gone.has(what));
  return { ...input, plan: { ...plan, kept, events: [...plan.events, ...events], dynamic } };
}

/** trace_eprobe has no perf side (Linux kernel/trace/trace_eprobe.c, eprobe_register). */
function eventProbeGaps({ plan }: ToolInput): Unrecordable[] {
  return plan.dynamic
    .filter(({ letter }) => letter === "e")
    .map(({ place }) => ({
      what: `what the pointers of ${place} lead to`,
      why: "perf cannot record event probes",
      hint: "use --tool trace-cmd",
    }));
}

/** perf unwinds from the registers that the event gives it, and those of system calls are the program's (kernel/trace/trace_syscalls.c). */
const kernelStackGaps = ({ plan }: ToolInput): Unrecordable[] =>
  plan.events
    .filter(({ category, kstack }) => category === "syscalls" && kstack)
    .map(({ category, name }) => ({
      what: `kstack in tracepoint:${category}:${name}`,
      why: "perf sees the program's stack there, and not the kernel's",
      hint: "use --tool trace-cmd",
    }));

/** Files that processes had mapped, by the records of perf: stacks are named by them. */
function mappedStep({ plan, directory }: ToolInput, file: string): Step {
  const mapped = `perf script -i ${shellWord(`${directory}/${file}`)} --show-mmap-events | sed -n 's|.*PERF_RECORD_MMAP2* .* \\(/.*\\)$|\\1|p'`;
  return {
    why: "files of programs that the stacks are in; some may be gone",
    commands: plan.kept.includes("mappings") ? [`${mapped} | sort -u | xargs -d '\\n' cp --parents -t ${shellWord(directory)}`] : [],
  };
}

export function perfCommands(whole: ToolInput): ToolCommands {
  const input = forPerf(whole);
  const file = "perf.data";
  return {
    steps: nonEmpty([
      { why: "where the recording is kept", commands: [`mkdir -p ${shellWord(input.directory)}`] },
      defineStep(input.plan),
      recordStep(input, file),
      keepStep(input),
      mappedStep(whole, file),
    ]),
    replay: replayWords(input, file),
    cleanUp: removeCommands(input.plan),
    unrecordable: [...eventProbeGaps(whole), ...kernelStackGaps(input), ...parentGaps(whole, "perf")],
  };
}
