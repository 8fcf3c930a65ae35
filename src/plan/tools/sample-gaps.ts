/** What ftrace has no events for. */
import type { RecordingPlan, Unrecordable } from "../plan.ts";

export const sampleGaps = ({ samples }: RecordingPlan, tool: string): Unrecordable[] =>
  samples.map(({ name }) => ({ what: name, why: `${tool} records events, and this one samples or counts`, hint: "use --tool perf" }));
