/**
 * Events that read the memory behind the pointers of another event, and stand for that one in a replay: of a system call's entry a probe
 * where the kernel enters the call, which every recorder can record; else an event probe.
 */
import type { Tracepoint, TracepointField } from "../../lang/catalogue.ts";
import { memoryArguments, stringArgument, type FetchPlace } from "./fetch-text.ts";
import type { PlanMachine } from "./machine.ts";
import type { FieldMemory } from "./memory-places.ts";
import type { FetchArgument, PlannedDynamic, Unrecordable } from "./plan.ts";
import { syscallEntry, type SyscallEntry } from "./syscall-entry.ts";

export interface FieldsUsed {
  readonly fields: ReadonlySet<string>;
  readonly kstack: boolean;
  readonly ustack: boolean;
}

const isNumber = ({ loc, sizeBytes, type }: TracepointField): boolean =>
  loc === "inline" && [1, 2, 4, 8].includes(sizeBytes) && type.kind !== "array" && type.kind !== "string" && type.kind !== "struct";

/** What reads the event's fields, and what their pointers lead to. */
interface FieldSource extends Pick<PlannedDynamic, "letter" | "place" | "since"> {
  readonly fieldText: (name: string) => string;
}

const eventItself = ({ category, name }: Tracepoint): FieldSource => ({
  letter: "e",
  place: `${category}/${name}`,
  since: "5.15",
  fieldText: (field) => `$${field}`,
});

const callEntered = ({ func, fieldText }: SyscallEntry): FieldSource => ({ letter: "p", place: func, since: null, fieldText });

/** Of such a pointer, event probes have one byte since Linux 6.0 (kernel/trace/trace_eprobe.c, get_event_field: FILTER_PTR_STRING). */
const isTextPointer = ({ decl }: TracepointField): boolean => /^(?:const )?char \* ?\w+$/.test(decl);

const fetchField = ({ name, sizeBytes, type }: TracepointField, { fieldText }: FieldSource): FetchArgument => ({
  name,
  fetch: `${fieldText(name)}:${type.kind === "int" && type.signed ? "s" : "u"}${8 * sizeBytes}`,
});

const COMMON_FIELDS = /^common_/;

/** Why no event can stand for this one, or null. */
function whyNot(copied: readonly TracepointField[], { letter }: FieldSource): string | null {
  const odd = copied.find((field) => !isNumber(field));
  if (odd !== undefined) return `an event probe has to stand for the event, and cannot copy its field ${odd.name}`;
  const text = letter === "e" ? copied.find(isTextPointer) : undefined;
  return text === undefined ? null : `event probes of Linux 6.0 and newer read one byte of a pointer to text, as ${text.name} is`;
}

/** An event that stands for the tracepoint; or what cannot be recorded. */
export function eventProbe(
  { tracepoint, needs }: FieldMemory,
  used: FieldsUsed,
  group: string,
  machine: Pick<PlanMachine, "architecture" | "functions">,
): PlannedDynamic | Unrecordable {
  const { category, name, fields } = tracepoint;
  const entry = syscallEntry(tracepoint, machine);
  const source = entry === null ? eventItself(tracepoint) : callEntered(entry);
  const copied = fields.filter((field) => used.fields.has(field.name) && !COMMON_FIELDS.test(field.name));
  const why = whyNot(copied, source);
  if (why !== null)
    return {
      what: `what the pointers of tracepoint:${category}:${name} lead to`,
      why,
      hint: "leave that field out, or attach to the kernel function that has the pointer, kprobe:FUNCTION",
    };
  const { letter, place, since, fieldText } = source;
  const from: FetchPlace = { at: "entry", code: "event", architecture: machine.architecture, offset: 0n, fieldText };
  const memory = needs.flatMap(({ base, derefs, bytes }) =>
    bytes === null ? [stringArgument(base, derefs, from)] : memoryArguments(base, derefs, bytes, from),
  );
  const distinct = new Map([...copied.map((field) => fetchField(field, source)), ...memory].map((arg) => [arg.name, arg]));
  return {
    letter,
    group,
    name,
    place,
    isUser: false,
    args: [...distinct.values()],
    why: `tracepoint:${category}:${name}, with what its pointers lead to`,
    since,
    kstack: used.kstack,
    ustack: used.ustack,
  };
}
