/** The events of a recording: as the header declares them, else as a common kernel has them, else as the lines' values are. */
import type { EventSource } from "../../catalogue.ts";
import { parseEventFormat, type FormatField } from "../event-format.ts";
import { formatText, type FormatLine } from "../text/format-text.ts";
import { textOf, layOutFields, withPointed } from "./declare.ts";
import { eventName, type EventName } from "./names.ts";
import type { Header } from "./header.ts";
import { keyOf, type Scan, type SeenEvent, type SeenField } from "./scan.ts";

export interface DescribedEvent {
  readonly source: EventSource;
  /** By what lines call it, with what kind of key. */
  readonly key: string;
  readonly name: EventName;
  readonly seen: SeenEvent | null;
}

const MOST_IDS = 65_535;

/** Low numbers are those of ftrace's own events, which other tools know by number. */
const FIRST_ID = 100;

/** Hands out numbers that no event has. */
function freeIds(taken: ReadonlySet<number>): () => number {
  let next = FIRST_ID;
  return () => {
    while (taken.has(next)) next++;
    return next++;
  };
}

function inferredDecl(name: string, field: SeenField): string {
  if (field.isText) return `__data_loc char[] ${name}`;
  if (field.isBytes) return `__data_loc u8[] ${name}`;
  if (field.isArray) return `__data_loc ${field.isNegative ? "s64" : "u64"}[] ${name}`;
  if (field.isBoolean && !field.isNegative && !field.isUnsigned) return `bool ${name}`;
  return `${field.isUnsigned && !field.isNegative ? "u64" : "s64"} ${name}`;
}

/** The fields of a probe: where the kernel says that it is, its arguments, and what they lead to. */
function probeFields({ probe }: EventName, fields: ReadonlyMap<string, SeenField>): string[] {
  const place = probe!.at === "entry" ? ["unsigned long __probe_ip"] : ["unsigned long __probe_func", "unsigned long __probe_ret_ip"];
  const args = [...fields].flatMap(([name, field]) => {
    const isRegister = /^(arg[0-9]|retval)$/.test(name);
    if (!isRegister) return [inferredDecl(name, field)];
    const pointed = name === "retval" ? "rs" : `s${name.slice(3)}`;
    return [`u64 ${name}`, ...(field.isText ? [`__data_loc char[] ${pointed}`] : [])];
  });
  return [...place, ...args];
}

/** Fields of a known event that the lines give values for. */
function knownText(text: string, id: number, fields: ReadonlyMap<string, SeenField>): string | null {
  const format = parseEventFormat(text);
  if (format === null) return null;
  const isGiven = ({ common, name }: FormatField): boolean => !common && fields.has(name);
  const lines = format.fields
    .filter(isGiven)
    .map(({ decl, offset, sizeBytes, signed }): FormatLine => ({ decl, offset, sizeBytes, signed: signed ?? false }));
  const names = new Set(format.fields.map(({ name }) => name));
  const unknown = [...fields].filter(([name]) => !names.has(name));
  const end = format.fields.reduce((most, field) => Math.max(most, field.offset + field.sizeBytes), 8);
  const added = layOutFields(
    unknown.map(([name, field], i) =>
      i === 0 ? { decl: inferredDecl(name, field), offset: Math.ceil(end / 8) * 8 } : inferredDecl(name, field),
    ),
    { category: "", longBytes: 8 },
  );
  return formatText({ name: format.name, id, fields: withPointed([...lines, ...added]), printFormat: format.printFormat });
}

function inferredText({ name, fields }: SeenEvent, id: number, longBytes: 4 | 8): string {
  const declared = name.probe === null ? [...fields].map(([field, seen]) => inferredDecl(field, seen)) : probeFields(name, fields);
  const lines = layOutFields(declared, { category: "", longBytes });
  return formatText({ name: name.name, id, fields: lines, printFormat: '""' });
}

export type DescribeResult =
  | { readonly ok: true; readonly events: readonly DescribedEvent[]; readonly nextId: () => number }
  | { readonly ok: false; readonly message: string };

/** `known`: descriptions of a common kernel's events. */
export function describeEvents(header: Header, scan: Scan, known: ReadonlyMap<string, EventSource>): DescribeResult {
  const ids = [...header.events.values()].flatMap(({ id }) => (id === undefined ? [] : [id]));
  const taken = new Set([
    ...ids,
    ...header.taskRules.map(({ eventId }) => eventId),
    ...header.sampled.map(({ records }) => records.eventId),
  ]);
  if (new Set(ids).size < ids.length) return { ok: false, message: "header: two events have the same id" };
  const nextId = freeIds(taken);
  const { longBytes } = header;
  const declared = [...header.events].map(([name, event]): DescribedEvent => {
    const id = event.id ?? nextId();
    const [category = "", ownName = ""] = name.split(":");
    const formatOf = (): string => textOf(name, id, event, longBytes, header.complete);
    return {
      source: { category, name: ownName, id, formatText: formatOf, ...(event.seen === undefined ? {} : { isSeen: event.seen }) },
      key: keyOf("event", name),
      name: eventName("event", name)!,
      seen: null,
    };
  });
  const keys = new Set(declared.map(({ key }) => key));
  const found = [...scan.events].flatMap(([key, seen]): DescribedEvent[] => {
    if (keys.has(key)) return [];
    const id = nextId();
    const { category, name } = seen.name;
    const kernels = seen.name.probe === null && !seen.name.isSample ? known.get(`${category}:${name}`) : undefined;
    const text = (kernels && knownText(kernels.formatText(), id, seen.fields)) ?? inferredText(seen, id, longBytes);
    return [{ source: { category, name, id, formatText: () => text }, key, name: seen.name, seen }];
  });
  const events = [...declared, ...found];
  if (events.length > MOST_IDS - FIRST_ID - 8)
    return { ok: false, message: `${events.length} different events, more than ${MOST_IDS - FIRST_ID - 8}` };
  return { ok: true, events, nextId };
}
