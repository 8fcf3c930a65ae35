/** The recorders that a plan can be made for. */
import { perfCommands } from "./tools/perf.ts";
import type { ToolCommands, ToolInput } from "./tools/step.ts";
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

/** What a script samples, only perf records. */
export const toolFor = ({ samples }: RecordingPlan): PlanTool => (samples.length > 0 ? "perf" : "trace-cmd");

export const commandsOf = (tool: PlanTool, input: ToolInput): ToolCommands => COMMANDS[tool](input);
