/** The recorders that a plan can be made for. */
import { perfCommands } from "./tools/perf.ts";
import type { Subject, ToolCommands, ToolInput } from "./tools/step.ts";
import { traceCmdCommands } from "./tools/trace-cmd.ts";
import { tracefsCommands } from "./tools/tracefs.ts";
import type { RecordingPlan } from "./plan.ts";

export const PLAN_TOOLS = ["trace-cmd", "tracefs", "perf"] as const;
export type PlanTool = (typeof PLAN_TOOLS)[number];

const COMMANDS: Readonly<Record<PlanTool, (input: ToolInput) => ToolCommands>> = {
  "trace-cmd": traceCmdCommands,
  tracefs: tracefsCommands,
  perf: perfCommands,
};

/** What a script samples, only perf records; the others start a command before they record. Only perf tells cgroups, but it has no event probes. */
export function toolFor({ samples, parents, cgroups, dynamic }: RecordingPlan, subject: Subject): PlanTool {
  if (samples.length > 0) return "perf";
  if (parents && subject.kind === "command") return "tracefs";
  return cgroups.length > 0 && !dynamic.some(({ letter }) => letter === "e") ? "perf" : "trace-cmd";
}

export const commandsOf = (tool: PlanTool, input: ToolInput): ToolCommands => COMMANDS[tool](input);
