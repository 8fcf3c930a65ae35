/** The events of a recording, laid out: those that it has, with the fields that it has of them. */
import type { EventSource } from "../../catalogue.ts";
import { parseEventFormat, type EventFormat } from "../event-format.ts";
import { COMMON_BYTES, formatText, type FormatLine } from "../text/format-text.ts";
import { knownEvents } from "../text/known-events.ts";
import type { Census, GenericEvent } from "./census.ts";
import { EventEncoder } from "./encoder.ts";
import { eventTable } from "./event-table.ts";
import { event } from "./fields.ts";
import { layOutEvent } from "./layout.ts";
import { HIGHEST_FIELD, type ProtoEvent, type ProtoField } from "./proto-event.ts";

/** common_type of events without a message of their own; the others keep their numbers. */
const FIRST_OWN = 4096;
const HIGHEST_KEPT = FIRST_OWN - 2;
const TASK_TYPE = FIRST_OWN - 1;
/** What is known of no group is said to be of this one. */
const NO_CATEGORY = "generic";

export interface Events {
  /** By field of FtraceEvent. */
  readonly byId: ReadonlyMap<number, EventEncoder>;
  /** By name: fields are numbered in the order of their names here. */
  readonly generic: ReadonlyMap<string, GenericEncoder>;
  /** By `GROUP:NAME`: probes that the recorder made. */
  readonly kprobes: ReadonlyMap<string, EventEncoder>;
  readonly encoders: readonly EventEncoder[];
  readonly sources: readonly EventSource[];
  /** Events that nobody knows, and how many of them there are. */
  readonly unknown: ReadonlyMap<number, number>;
}

export interface GenericEncoder {
  readonly encoder: EventEncoder;
  /** Number that the message of a field gets, by its name. */
  readonly fieldIds: ReadonlyMap<string, number>;
}

/** What a recording tells of tasks apart from its events. */
export const taskEvent = {
  type: TASK_TYPE,
  tgid: COMMON_BYTES,
  uid: COMMON_BYTES + 4,
  started: COMMON_BYTES + 8,
  sizeBytes: COMMON_BYTES + 16,
} as const;

const TASK_FIELDS: readonly FormatLine[] = [
  { decl: "unsigned int tgid", offset: taskEvent.tgid, sizeBytes: 4, signed: false },
  { decl: "unsigned int uid", offset: taskEvent.uid, sizeBytes: 4, signed: false },
  { decl: "u64 started", offset: taskEvent.started, sizeBytes: 8, signed: false },
];

export const taskSource: EventSource = {
  category: "perfetto",
  name: "task",
  id: TASK_TYPE,
  formatText: () => formatText({ name: "task", id: TASK_TYPE, fields: TASK_FIELDS, printFormat: '""' }),
};

export async function eventsOf(census: Census): Promise<Events> {
  const known = new Map<string, EventSource>();
  for (const source of await knownEvents()) {
    known.set(`${source.category}:${source.name}`, source);
    // Of events that are named without their group.
    if (!known.has(source.name)) known.set(source.name, source);
  }
  const formatOf = (key: string): EventFormat | null => {
    const source = known.get(key);
    return source === undefined ? null : parseEventFormat(source.formatText());
  };
  const categoryOf = (name: string): string => known.get(name)?.category ?? NO_CATEGORY;

  const table = eventTable();
  const byId = new Map<number, EventEncoder>();
  const unknown = new Map<number, number>();
  let nextType = FIRST_OWN;
  for (const [id, { count, fields }] of [...census.seen].sort(([a], [b]) => a - b)) {
    if (id === event.generic || id === event.kprobe) continue;
    const described = census.described.get(id);
    const found = table.get(id) ?? described;
    if (found === undefined) {
      unknown.set(id, count);
      continue;
    }
    const category = found.category === "" ? categoryOf(found.name) : found.category;
    const format = formatOf(`${category}:${found.name}`);
    const own: ProtoEvent =
      found === described ? { ...found, category, fields: asKernelHas(found.fields, format) } : { ...found, category };
    const type = id <= HIGHEST_KEPT ? id : nextType++;
    byId.set(id, new EventEncoder(layOutEvent(own, presentOf(own.fields, fields), format, type)));
  }
  const generic = new Map<string, GenericEncoder>();
  for (const [name, one] of census.generic) generic.set(name, genericEncoder(one, categoryOf(name), formatOf(name), nextType++));
  const kprobes = new Map([...census.kprobes].map(([key, one]) => [key, genericEncoder(one, one.group, null, nextType++).encoder]));
  const encoders = [...byId.values(), ...[...generic.values()].map(({ encoder }) => encoder), ...kprobes.values()];
  return { byId, generic, kprobes, encoders, sources: encoders.map(({ layout }) => layout.source), unknown };
}

/** Those that the recording has, each name once: a field whose number has changed is there under both. */
function presentOf(fields: readonly ProtoField[], seen: ReadonlySet<number>): ProtoField[] {
  const named = new Map<string, ProtoField>();
  for (const field of fields) if (seen.has(field.id)) named.set(field.name, field);
  return [...named.values()];
}

/** The recorder numbers a device or a pointer (`void *`) in its own way, but tells neither of the type. */
const asKernelHas = (fields: readonly ProtoField[], known: EventFormat | null): ProtoField[] =>
  fields.map((field) => {
    const type = field.kind === "u64" ? known?.fields.find(({ name }) => name === field.name)?.type : undefined;
    if (type === "dev_t") return { ...field, kind: "device" };
    return type === "void *" ? { ...field, kind: "code" } : field;
  });

function genericEncoder({ name, fields }: GenericEvent, category: string, known: EventFormat | null, type: number): GenericEncoder {
  const own = [...fields].slice(0, HIGHEST_FIELD).map(([field, kind], i) => ({ id: i + 1, name: field, kind, isRepeated: false }));
  const proto: ProtoEvent = { id: event.generic, category, name, fields: asKernelHas(own, known) };
  return {
    encoder: new EventEncoder(layOutEvent(proto, proto.fields, known, type)),
    fieldIds: new Map(own.map(({ id, name: field }) => [field, id])),
  };
}
