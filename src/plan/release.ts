/** What an older kernel can record of an event that takes a younger one. */
import type { PlanMachine, Release } from "./machine.ts";
import type { PlannedDynamic, PlannedEvent, Unrecordable } from "./plan.ts";

/** Of `6.1.0-50-amd64`, or of uname's line, where it is behind the names of system and machine; null: not known. */
export function releaseIn(text: string | null): Release | null {
  const found = text
    ?.split(/\s+/)
    .map((word) => /^(\d+)\.(\d+)(?:\D|$)/.exec(word))
    .findLast((match) => match !== null);
  return found === undefined ? null : [Number(found[1]), Number(found[2])];
}

export function isOlder(release: Release | null, since: string | null): boolean {
  const needed = releaseIn(since);
  if (release === null || needed === null) return false;
  return release[0] < needed[0] || (release[0] === needed[0] && release[1] < needed[1]);
}

type Kernel = Pick<PlanMachine, "release" | "catalogue">;

export interface Recordable {
  readonly event: PlannedDynamic | PlannedEvent;
  readonly unrecordable: Unrecordable | null;
}

/** The event that an event probe reads. */
export function probedEvent({ place, kstack, ustack }: PlannedDynamic): PlannedEvent {
  const [category = "", name = ""] = place.split("/");
  return { category, name, why: `tracepoint:${category}:${name}`, kstack, ustack };
}

/** The event that fires at a raw tracepoint; null: this kernel describes none. */
export function eventAt(
  func: string,
  { kstack, ustack }: Pick<PlannedEvent, "kstack" | "ustack">,
  { catalogue }: Kernel,
): PlannedEvent | null {
  const event = catalogue.tracepoints.find(({ category, name }) => category !== "syscalls" && category !== "ftrace" && name === func);
  if (event === undefined) return null;
  const { category, name } = event;
  return { category, name, why: `rawtracepoint:${name}`, kstack, ustack };
}

/** Of the arguments of a call, what its return can be told: the script keeps them by thread. */
function savedAtEntry({ place, why }: PlannedDynamic): string {
  const [entry, word] = /(?:^|, )fexit:/.test(why) ? [`fentry:${place}`, "args.NAME"] : [`kprobe:${place}`, "argN"];
  return `save them where the function is entered, ${entry} { @saved[tid] = ${word}; }, and take @saved[tid] at its return`;
}

/** Null: it is nothing without what the kernel is too old for. */
function less(
  event: PlannedDynamic,
  kernel: Kernel,
): { readonly event: Recordable["event"]; readonly lacks: string; readonly hint: string } | null {
  switch (event.letter) {
    case "r":
      return {
        event: { ...event, args: event.args.filter(({ fetch }) => !/\$arg\d/.test(fetch)), since: null },
        lacks: `the arguments of ${event.place}, and what they lead to, in ${event.why}`,
        hint: savedAtEntry(event),
      };
    case "e":
      return {
        event: probedEvent(event),
        lacks: `what the pointers of ${event.place} lead to`,
        hint: "attach to the kernel function that has the pointer, kprobe:FUNCTION",
      };
    case "t": {
      const plain = eventAt(event.place, event, kernel);
      const hint = `attach to tracepoint:${plain?.category ?? "CATEGORY"}:${event.place}, whose fields are recorded`;
      return plain === null ? null : { event: plain, lacks: `the arguments of ${event.why}`, hint };
    }
    case "p":
      return null;
  }
}

export function recordable(event: PlannedDynamic, kernel: Kernel): Recordable {
  const { since } = event;
  const { release } = kernel;
  const left = isOlder(release, since) ? less(event, kernel) : null;
  if (left === null || release === null || since === null) return { event, unrecordable: null };
  const why = `that needs Linux ${since} or newer, and this is ${release.join(".")}`;
  return { event: left.event, unrecordable: { what: left.lacks, why, hint: left.hint } };
}
