/** Which tasks there are, as the events of a recording tell it: what iterators walk. */
import { taskRules } from "../../probes/kernel/task-rules.ts";
import type { Recording, TaskRule } from "../../probes/recording.ts";

/** Where every record has the thread id of the task that it is an event of. */
const COMMON_PID = 4;

/** Offsets of thread ids of tasks that are, or begin, as the rule's event fires. */
function tasksOf(rule: TaskRule): readonly number[] {
  if (rule.kind === "fork") return "late" in rule ? [] : [rule.parent, rule.child];
  return "pid" in rule ? [rule.pid] : [];
}

/**
 * Rules by which an event's task, and every task that the event names, is seen, whether or not the recording has better rules for what else
 * its events tell. One rule for each place of a thread id in a record.
 */
export function seenRules({ catalogue }: Recording): TaskRule[] {
  const sampled = (catalogue.sampled ?? []).map(({ records }) => records.eventId);
  const places = new Map([...catalogue.tracepoints.map(({ id }) => id), ...sampled].map((eventId) => [eventId, new Set([COMMON_PID])]));
  for (const rule of taskRules(catalogue)) for (const pid of tasksOf(rule)) places.get(rule.eventId)?.add(pid);
  return [...places].flatMap(([eventId, pids]) => [...pids].map((pid): TaskRule => ({ eventId, when: "before", kind: "seen", pid })));
}
