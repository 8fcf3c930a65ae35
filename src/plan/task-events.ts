/** Events that keep names and process ids of tasks exact over a recording (probes/kernel/task-rules.ts reads them). */
import type { ProbeCatalogue } from "../../lang/catalogue.ts";
import type { PlannedEvent, RecordingPlan } from "./plan.ts";

/** A task's name is its parent's until it calls exec() or renames itself; a thread's process is known when it is made. */
const EVENTS: readonly (readonly [category: string, name: string, why: string])[] = [
  ["task", "task_newtask", "which process a new thread belongs to"],
  ["task", "task_rename", "names of tasks as they change"],
  ["sched", "sched_process_fork", "parents"],
  ["sched", "sched_process_exec", "names after exec()"],
  ["sched", "sched_process_exit", "names of tasks that end"],
];

/** Added for the names, and not because a program runs on it. */
const isAdded = (event: PlannedEvent): boolean =>
  EVENTS.some(([category, name, why]) => event.category === category && event.name === name && event.why === why);

/**
 * Events that tell who a new task's parent is and what its name becomes, and that no program of the script runs on: a recording may begin with
 * those of the command's own birth. Empty: the script does not ask for parents, or has programs on all events that tell one of both.
 */
export function birthEvents({ parents, events }: RecordingPlan): PlannedEvent[] {
  const added = parents ? events.filter(isAdded) : [];
  const hasOneOf = (...names: readonly string[]): boolean => added.some(({ name }) => names.includes(name));
  return hasOneOf("task_newtask", "sched_process_fork") && hasOneOf("task_rename", "sched_process_exec") ? added : [];
}

/** Those that the kernel has. */
export const taskEvents = ({ tracepoints }: ProbeCatalogue): PlannedEvent[] =>
  EVENTS.filter(([category, name]) => tracepoints.some((t) => t.category === category && t.name === name)).map(([category, name, why]) => ({
    category,
    name,
    why,
    kstack: false,
    ustack: false,
  }));
