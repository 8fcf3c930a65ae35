/** What ftrace has no events for. */
import type { Kept, RecordingPlan, Unrecordable } from "../plan.ts";
import { askedIn } from "../unanswered.ts";
import type { ToolInput } from "./step.ts";

const sampleGaps = ({ samples }: RecordingPlan, tool: string): Unrecordable[] =>
  samples.map(({ name }) => ({ what: name, why: `${tool} records events, and this one samples or counts`, hint: "use --tool perf" }));

/** Of one process, its mappings can be copied; of all, nobody knows whose a stack will be. */
const mapsGap = ({ plan, subject }: ToolInput, tool: string): Unrecordable[] =>
  plan.kept.includes("mappings") && subject.kind === "machine"
    ? [
        {
          what: "names of functions of programs",
          why: `${tool} does not record the mappings of all processes`,
          hint: "record one process (-p PID or -- COMMAND), or use --tool perf",
        },
      ]
    : [];

/** Events tell which cgroup a task moves to, and not which one it is in. */
export const cgroupGaps = ({ cgroups }: RecordingPlan, tool: string): Unrecordable[] =>
  cgroups.length === 0
    ? []
    : [
        {
          what: askedIn("cgroup", cgroups),
          why: `${tool} has no field for cgroup ids, perf writes them with its samples`,
          hint: "use --tool perf",
        },
      ];

export const ftraceGaps = (input: ToolInput, tool: string): Unrecordable[] => [
  ...sampleGaps(input.plan, tool),
  ...mapsGap(input, tool),
  ...cgroupGaps(input.plan, tool),
];

/** Recorders that start the command themselves do so before they record. */
export const parentGaps = ({ plan, subject }: ToolInput, tool: string): Unrecordable[] =>
  plan.parents && subject.kind === "command"
    ? [{ what: "the parent of the command itself", why: `${tool} starts it before it records`, hint: "use --tool tracefs" }]
    : [];

/** Without what cannot be kept, and what trace.dat has itself. */
export function keepable(input: ToolInput): ToolInput {
  const gone: readonly Kept[] = input.subject.kind === "machine" ? ["kernel symbols", "mappings"] : ["kernel symbols"];
  return { ...input, plan: { ...input.plan, kept: input.plan.kept.filter((what) => !gone.includes(what)) } };
}
