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

/** What a script samples, only perf records; the others start a command before they record. */
export function toolFor({ samples, parents }: RecordingPlan, subject: Subject): PlanTool {
  if (samples.length > 0) return "perf";
  return parents && subject.kind === "command" ? "tracefs" : "trace-cmd";
}

export const commandsOf = (tool: PlanTool, input: ToolInput): ToolCommands => COMMANDS[tool](input);
