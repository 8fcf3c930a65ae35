/**
 * Event probes (`e:GROUP/NAME CATEGORY/EVENT …`), and probes where the kernel enters system calls: where they were recorded in place of the
 * event that they read, a script's probes on that event fire on their records. These have the fields that were copied, and what pointers led to.
 */
import type { ProbeCatalogue, Tracepoint, TracepointField } from "../../lang/catalogue.ts";
import { sizeOf } from "../../lang/types/type.ts";
import { argumentPointer } from "../field-type.ts";
import { allSyscalls } from "../kernel/syscalls/syscalls.ts";
import type { ProbeDefinition } from "./definitions.ts";
import { memoryOfFields } from "./field-memory.ts";
import { syscallEntryOf } from "./syscall-entries.ts";

type Declared = Pick<TracepointField, "name" | "type" | "decl">;

const ENTRY = "syscalls/sys_enter_";

/** Pointers of an entry into a system call: recorders describe the events that they record, and not the one that was replaced. */
function declaredPointers(place: string): Declared[] {
  if (!place.startsWith(ENTRY)) return [];
  const call = allSyscalls().find(({ name }) => name === place.slice(ENTRY.length));
  return (call?.parameters ?? []).flatMap(({ name, type: text }) => {
    const type = argumentPointer(text);
    return type === null ? [] : [{ name, type, decl: `${text} ${name}` }];
  });
}

/** A copied field is what it is a copy of, where it has room for that: the definition says only how wide it is. */
function withTypes(fields: readonly TracepointField[], declared: readonly Declared[]): TracepointField[] {
  const known = new Map(declared.map((field) => [field.name, field]));
  return fields.map((field) => {
    const type = known.get(field.name)?.type;
    const decl = known.get(field.name)?.decl;
    return type !== undefined && decl !== undefined && sizeOf(type) === field.sizeBytes && field.loc === "inline"
      ? { ...field, type, decl }
      : field;
  });
}

function standIn(probe: Tracepoint, place: string, original: Tracepoint | null, byteOrder: "little" | "big"): Tracepoint {
  const [category = "", name = ""] = place.split("/");
  let fields: readonly TracepointField[] | null = null;
  let memory: Tracepoint["memory"] | null = null;
  return {
    category,
    name,
    id: probe.id,
    get fields() {
      return (fields ??= withTypes(probe.fields, original?.fields ?? declaredPointers(place)));
    },
    get memory() {
      return (memory ??= memoryOfFields({ category, name, byteOrder }, probe.fields));
    },
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The tracepoints, sorted as before; an event that has records of its own stays what it is. */
export function withEventProbes(
  { tracepoints, byteOrder }: Pick<ProbeCatalogue, "tracepoints" | "byteOrder">,
  definitions: readonly ProbeDefinition[],
  hasRecords: (eventId: number) => boolean,
): readonly Tracepoint[] {
  const replaced = new Map<string, Tracepoint>();
  for (const definition of definitions) {
    const place = definition.kind === "event" ? definition.symbol : syscallEntryOf(definition);
    const { group, event } = definition;
    const probe = place === null ? undefined : tracepoints.find((t) => t.category === group && t.name === event);
    if (probe === undefined || place === null || !place.includes("/")) continue;
    const original = tracepoints.find((t) => `${t.category}/${t.name}` === place) ?? null;
    if (original === null || !hasRecords(original.id)) replaced.set(place, standIn(probe, place, original, byteOrder));
  }
  if (replaced.size === 0) return tracepoints;
  const others = tracepoints.filter(({ category, name }) => !replaced.has(`${category}/${name}`));
  return [...others, ...replaced.values()].sort((a, b) => compare(a.category, b.category) || compare(a.name, b.name));
}
