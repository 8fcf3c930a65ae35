/** Defining dynamic events, and removing them: the same for every tool. */
import { shellWord } from "../../../lang/check/attach/checked-point.ts";
import { definitionOf, type PlannedDynamic, type RecordingPlan } from "../plan.ts";
import { TRACING, type Step } from "./step.ts";

const FILE = `${TRACING}/dynamic_events`;

function why({ why, since }: PlannedDynamic): string {
  return since === null ? why : `${why} (needs Linux ${since} or newer)`;
}

/** The reason stands above each definition. */
export const defineStep = ({ dynamic }: RecordingPlan): Step => ({
  why: "events that have to be defined first",
  commands: dynamic.flatMap((event) => [`# ${why(event)}`, `echo ${shellWord(definitionOf(event))} >> ${FILE}`]),
});

export const removeCommands = ({ dynamic }: RecordingPlan): string[] =>
  dynamic.map(({ group, name }) => `echo ${shellWord(`-:${group}/${name}`)} >> ${FILE}`);
