/** Events of a plan as tools take them; categories that are wanted whole are one word. */
import type { ProbeCatalogue } from "../../../lang/catalogue.ts";
import type { PlannedDynamic, PlannedEvent, RecordingPlan } from "../plan.ts";

/** Fewer are listed one by one. */
const LEAST_WHOLE = 8;

/** A category whose events are all wanted becomes CATEGORY:*. */
export function wholeCategories(events: readonly PlannedEvent[], { tracepoints }: ProbeCatalogue): PlannedEvent[] {
  const byCategory = new Map<string, PlannedEvent[]>();
  for (const event of events) byCategory.set(event.category, [...(byCategory.get(event.category) ?? []), event]);
  return [...byCategory].flatMap(([category, wanted]) => {
    const all = tracepoints.filter((t) => t.category === category).length;
    if (wanted.length < Math.max(all, LEAST_WHOLE)) return wanted;
    return [
      {
        category,
        name: "*",
        why: `all events of ${category}`,
        kstack: wanted.some(({ kstack }) => kstack),
        ustack: wanted.some(({ ustack }) => ustack),
      },
    ];
  });
}

export interface NamedEvent {
  /** `hs:vfs_read`. */
  readonly name: string;
  /** Its directory below events/. */
  readonly path: string;
  readonly why: string;
  readonly kstack: boolean;
}

const ofKernel = ({ category, name, why, kstack }: PlannedEvent): NamedEvent => ({
  name: `${category}:${name}`,
  path: name === "*" ? category : `${category}/${name}`,
  why,
  kstack,
});

const ofOurs = ({ group, name, why, kstack }: PlannedDynamic): NamedEvent => ({
  name: `${group}:${name}`,
  path: `${group}/${name}`,
  why,
  kstack,
});

export const namedEvents = ({ events, dynamic }: RecordingPlan): NamedEvent[] => [...events.map(ofKernel), ...dynamic.map(ofOurs)];
