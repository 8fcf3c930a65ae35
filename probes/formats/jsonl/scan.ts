/** Looks through all lines before the replay: which events there are, with which fields of which types, and what code is named in stacks. */
import type { ByteSource } from "../../byte-source.ts";
import { TextWindow } from "../../lines/text-window.ts";
import { EventLine, type EventKind } from "./event-line.ts";
import type { KernelFrames } from "./frames.ts";
import type { JsonReader } from "./json-reader.ts";
import { eventName, type EventName } from "./names.ts";

/** What the values of a field are like, over all lines. */
export interface SeenField {
  isNegative: boolean;
  isUnsigned: boolean;
  isBoolean: boolean;
  isText: boolean;
  isArray: boolean;
  isBytes: boolean;
}

export interface SeenEvent {
  readonly name: EventName;
  readonly fields: ReadonlyMap<string, SeenField>;
  /** Of samples: what was said of them first. */
  readonly period: number;
  readonly frequency: number;
}

export interface Scan {
  /** By what lines call them: kind and name. */
  readonly events: ReadonlyMap<string, SeenEvent>;
  readonly cpus: number;
  /** Time of the first event, or of the first line that tells of a task, if it is in front of it; null: there is none. */
  readonly firstNs: bigint | null;
  /** Texts of kallsyms lines, joined. */
  readonly kallsyms: string;
}

const MOST_EVENTS = 60_000;
const MOST_FIELDS = 1000;
const MOST_KALLSYMS = 1 << 26;

export const keyOf = (kind: EventKind, name: string): string => `${kind} ${name}`;

const newField = (): SeenField => ({
  isNegative: false,
  isUnsigned: false,
  isBoolean: false,
  isText: false,
  isArray: false,
  isBytes: false,
});

interface Seen extends SeenEvent {
  readonly fields: Map<string, SeenField>;
}

const isEvent = (content: string): content is EventKind => content === "event" || content === "probe" || content === "sample";
const decoder = new TextDecoder();

const timeOf = ({ tsHigh, tsLow }: EventLine): bigint => (BigInt(tsHigh) << 32n) | BigInt(tsLow);

/** `from`: where the header ends. `frames` null: only as far as the first event. */
export function scanLines(source: ByteSource, from: number, frames: KernelFrames | null): Scan {
  const window = new TextWindow(source, from);
  const line = new EventLine();
  const events = new Map<string, Seen>();
  const kallsyms: string[] = [];
  let kallsymsBytes = 0;
  let cpus = 0;
  let firstNs: bigint | null = null;
  while (window.advance()) {
    if (window.start === window.end) continue;
    const content = line.read(window.bytes, window.start, window.end);
    if (content === "kallsyms") {
      line.json.start(window.bytes, line.text, window.end);
      line.json.string();
      kallsymsBytes += line.json.textEnd - line.json.textStart;
      if (kallsymsBytes <= MOST_KALLSYMS) kallsyms.push(decoder.decode(line.json.text.subarray(line.json.textStart, line.json.textEnd)));
    }
    if (content === "task") firstNs ??= timeOf(line);
    if (!isEvent(content)) {
      if (frames === null && content !== "header" && content !== "kallsyms" && content !== "mapping" && content !== "bad") break;
      continue;
    }
    firstNs ??= timeOf(line);
    if (frames === null) break;
    cpus = Math.max(cpus, line.cpu + 1);
    note(events, line, content, window.end);
    if (line.kstack >= 0) noteCode(line, frames, window.end);
  }
  return { events, cpus, firstNs, kallsyms: kallsyms.join("") };
}

function note(events: Map<string, Seen>, line: EventLine, kind: EventKind, end: number): void {
  const text = decoder.decode(line.name.subarray(line.nameStart, line.nameEnd));
  const key = keyOf(kind, text);
  let event = events.get(key);
  if (event === undefined) {
    const name = eventName(kind, text);
    if (name === null || events.size === MOST_EVENTS) return;
    event = { name, fields: new Map(), period: line.period, frequency: line.frequency };
    events.set(key, event);
  }
  const { json } = line;
  for (const { key: own, at } of line.ownArgs) {
    json.start(json.bytes, at, end);
    noteValue(event.fields, own, json);
  }
  if (line.args < 0) return;
  json.start(json.bytes, line.args, end);
  if (!json.object()) return;
  do {
    if (!json.key()) return;
    noteValue(event.fields, decoder.decode(json.text.subarray(json.textStart, json.textEnd)), json);
  } while (json.moreMembers());
}

function noteValue(fields: Map<string, SeenField>, name: string, json: JsonReader): void {
  let field = fields.get(name);
  if (field === undefined) {
    field = newField();
    if (fields.size < MOST_FIELDS && /^[A-Za-z_]\w*$/.test(name)) fields.set(name, field);
  }
  noteKind(field, json);
}

function noteKind(field: SeenField, json: JsonReader): void {
  switch (json.peek()) {
    case "string":
      json.string();
      if (json.textNumber()) field.isUnsigned ||= !json.isNegative;
      else field.isText = true;
      return;
    case "number":
      json.number();
      field.isNegative ||= json.isNegative;
      field.isUnsigned ||= !json.isNegative && json.high < 0;
      return;
    case "true":
    case "false":
      field.isBoolean = true;
      json.literal();
      return;
    case "array":
      field.isArray = true;
      if (!json.array()) return;
      do {
        if (json.peek() === "number" && json.number()) field.isNegative ||= json.isNegative;
        else json.skip();
      } while (json.moreElements());
      return;
    case "object":
      field.isBytes = true;
      json.skip();
      return;
    default:
      json.skip();
  }
}

/** Gives every function that is named without an address one. */
function noteCode({ json, kstack }: EventLine, frames: KernelFrames, end: number): void {
  json.start(json.bytes, kstack, end);
  if (!json.array()) return;
  do {
    if (json.peek() === "string" && json.string()) frames.read(json.text, json.textStart, json.textEnd);
    else json.skip();
  } while (json.moreElements());
}
