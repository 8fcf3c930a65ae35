/** Events that keep names and process ids of tasks exact over a recording (probes/kernel/task-rules.ts reads them). */
import type { ProbeCatalogue } from "../../lang/catalogue.ts";
import type { PlannedEvent } from "./plan.ts";

/** A task's name is its parent's until it calls exec() or renames itself; a thread's process is known when it is made. */
const EVENTS: readonly (readonly [category: string, name: string, why: string])[] = [
  ["task", "task_newtask", "which process a new thread belongs to"],
  ["task", "task_rename", "names of tasks as they change"],
  ["sched", "sched_process_fork", "parents"],
  ["sched", "sched_process_exec", "names after exec()"],
  ["sched", "sched_process_exit", "names of tasks that end"],
];

/** Those that the kernel has. */
export const taskEvents = ({ tracepoints }: ProbeCatalogue): PlannedEvent[] =>
  EVENTS.filter(([category, name]) => tracepoints.some((t) => t.category === category && t.name === name)).map(([category, name, why]) => ({
    category,
    name,
    why,
    kstack: false,
    ustack: false,
  }));
