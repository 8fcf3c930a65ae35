/** A plan as text for a root shell, or as data. */
import type { PlanTool } from "./tool.ts";
import { definitionOf, type RecordingPlan, type Unrecordable } from "./plan.ts";
import type { ToolCommands } from "./tools/step.ts";

export function planText(title: string, { steps, replay, cleanUp }: ToolCommands): string {
  const groups = [
    `# ${title}`,
    ...steps.map(({ why, commands }) => [`# ${why}`, ...commands].join("\n")),
    ...(cleanUp.length === 0 ? [] : [["# clean up", ...cleanUp].join("\n")]),
    `# replay, anywhere, as anyone\n${replay}`,
  ];
  return `${groups.join("\n\n")}\n`;
}

export function planJson(plan: RecordingPlan, tool: PlanTool, commands: ToolCommands, unrecordable: readonly Unrecordable[]): string {
  const { steps, replay, cleanUp } = commands;
  const events = plan.events.map(({ category, name, why }) => ({ event: `${category}:${name}`, why }));
  const dynamic = plan.dynamic.map((event) => ({ definition: definitionOf(event), why: event.why, since: event.since }));
  const { samples, clock, tasks, kstack, ustack, kept } = plan;
  const data = { tool, clock, tasks, kstack, ustack, events, dynamic, samples, kept, steps, cleanUp, replay, unrecordable };
  return `${JSON.stringify(data, null, 2)}\n`;
}
