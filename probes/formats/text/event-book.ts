/** All events that text may name: those that are described, and those that its lines make known. */
import type { EventSource } from "../../catalogue.ts";
import type { ProbeDefinition } from "../../probed/definitions.ts";
import { parseEventFormat, type EventFormat } from "../event-format.ts";
import { ByteNames } from "./byte-names.ts";
import { definedEvents } from "./dynamic-events.ts";
import { printedForm, type FormContext } from "./event-forms.ts";
import { formatText } from "./format-text.ts";
import { NamedEvent, type Style } from "./named-event.ts";
import { eventOfCall, toldEnter, toldExit } from "./told-call.ts";
import { UnknownEvent } from "./unknown-event.ts";

const MOST_NAMES = 20_000;
const LAST_ID = 0xffff;
const MOST_CALL_NAME = 64;
const [OPEN_PAREN, COLON] = [40, 58];
const latin1 = new TextDecoder("latin1");

export interface BookOptions {
  readonly events: readonly EventSource[];
  readonly definitions: readonly ProbeDefinition[];
  readonly context: FormContext;
  /** Names have their category in front: `sched:sched_switch`. */
  readonly withCategory: boolean;
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

export class EventBook {
  /** `sched_switch:`, `sys_read(`, `sys_read -`: what a name begins with its sign tells the style. */
  readonly #names = new ByteNames(MOST_NAMES);
  readonly #events: NamedEvent[] = [];
  #sources: EventSource[];
  readonly #unknown: UnknownEvent[] = [];
  readonly #added: EventSource[] = [];
  readonly #context: FormContext;
  readonly #withCategory: boolean;
  #nextId: number;
  /** Names that there was no room for. */
  unnamed = 0;

  constructor({ events, definitions, context, withCategory }: BookOptions) {
    this.#context = context;
    this.#withCategory = withCategory;
    const defined = definedEvents(definitions, 1 + events.reduce((most, { id }) => Math.max(most, id), 0));
    // A definition is of this recording, whatever the descriptions say of an event of that name.
    const taken = new Set(defined.map(({ category, name }) => `${category}:${name}`));
    this.#sources = [...defined, ...events.filter(({ category, name }) => !taken.has(`${category}:${name}`))];
    this.#nextId = 1 + this.#sources.reduce((most, { id }) => Math.max(most, id), 0);
    for (const source of this.#sources) this.#register(source);
  }

  #register(source: EventSource): void {
    const { category, name } = source;
    if (category === "ftrace") return;
    this.#entry(`${this.#withCategory ? `${category}:` : ""}${name}:`, "named")?.sources.push(source);
    if (category !== "syscalls" || this.#withCategory) return;
    const call = /^sys_(enter|exit)_(.+)$/.exec(name);
    if (call?.[1] === "enter") this.#entry(`sys_${call[2]!}(`, "call")?.sources.push(source);
    if (call?.[1] === "exit") this.#entry(`sys_${call[2]!} `, "result")?.sources.push(source);
  }

  #entry(key: string, style: Style): NamedEvent | null {
    const bytes = bytesOf(key);
    const number = this.#names.add(bytes, 0, bytes.length);
    return number < 0 ? null : (this.#events[number] ??= new NamedEvent(key.slice(0, -1), style, this.#context));
  }

  /** A new id for an event of ours; null: all are taken. */
  newId(): number | null {
    return this.#nextId > LAST_ID ? null : this.#nextId++;
  }

  /** Describes an event of ours. */
  add(source: EventSource): void {
    this.#added.push(source);
  }

  /** What a name of text is, its sign (`:`, `(`, ` `) included; null: nothing that is known. */
  find(bytes: Uint8Array, start: number, end: number): NamedEvent | null {
    const number = this.#names.find(bytes, start, end);
    return number < 0 ? null : this.#events[number]!;
  }

  /** Makes an event of a name that nothing describes; null: no more are possible, or it is a call with a `text` that tells no arguments. */
  addUnknown(bytes: Uint8Array, start: number, end: number, text: Uint8Array, category: string): NamedEvent | null {
    const sign = bytes[end - 1];
    if (sign !== COLON) return this.#addCall(bytes.subarray(start, end), text, sign === OPEN_PAREN ? "call" : "result");
    const event = this.#entry(String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 128))), "named");
    if (event === null) this.unnamed++;
    else this.makeUnknown(event, text, category);
    return event;
  }

  #addCall(key: Uint8Array, text: Uint8Array, style: "call" | "result"): NamedEvent | null {
    const name = latin1.decode(key.subarray(0, key.length - 1));
    const source = this.#toldCall(name, text, style);
    if (source === null) return null;
    const event = this.#entry(latin1.decode(key), style);
    if (event === null) this.unnamed++;
    else {
      event.sources.push(source);
      this.#sources.push(source);
    }
    return event;
  }

  #toldCall(name: string, text: Uint8Array, style: "call" | "result"): EventSource | null {
    const id = this.#nextId;
    if (id > LAST_ID || name.length > MOST_CALL_NAME) return null;
    const source = style === "call" ? toldEnter({ name, id }, latin1.decode(text)) : toldExit({ name, id });
    if (source !== null) this.#nextId++;
    return source;
  }

  /** Gives up what is described of an event: its lines, of which `text` is one, are otherwise. */
  makeUnknown(event: NamedEvent, text: Uint8Array, category: string): void {
    if (event.style === "call" && this.#redescribe(event, text)) return;
    const id = this.newId();
    if (id === null) {
      this.unnamed++;
      return;
    }
    const colon = this.#withCategory ? event.name.indexOf(":") : -1;
    const own = colon < 0 ? (event.sources[0]?.category ?? category) : event.name.slice(0, colon);
    const name = event.style === "named" ? event.name.slice(colon + 1) : eventOfCall(event.name, event.style === "call" ? "enter" : "exit");
    event.unknown = new UnknownEvent(own, name, id, this.#context);
    this.#unknown.push(event.unknown);
  }

  /** A call's arguments are not those that its description names: they are what the line says. */
  #redescribe(event: NamedEvent, text: Uint8Array): boolean {
    const source = this.#toldCall(event.name, text, "call");
    if (source === null) return false;
    this.#sources = this.#sources.filter((other) => !event.sources.includes(other));
    this.#sources.push(source);
    event.redescribe(source);
    return true;
  }

  /** Whether some line was of the event. */
  isSeen(id: number): boolean {
    return this.#events.some((event) => [...event.told()].some(({ source }) => source.id === id));
  }

  get named(): readonly NamedEvent[] {
    return this.#events;
  }

  /** The events as a catalogue wants them: with the fields that the text tells of each. */
  describe(): EventSource[] {
    const told = new Map<EventSource, { format: EventFormat; fields: Set<string> }>();
    for (const event of this.#events)
      for (const { source, format, fields } of event.told()) {
        const known = told.get(source);
        if (known === undefined) told.set(source, { format, fields: new Set(fields) });
        else for (const field of fields) known.fields.add(field);
      }
    const replaced = new Set(this.#unknown.filter(({ isFreeText }) => !isFreeText).map(({ category, name }) => `${category}:${name}`));
    const described = this.#sources
      .filter(({ category, name }) => !replaced.has(`${category}:${name}`))
      .map((source): EventSource => ({
        ...source,
        isSeen: told.has(source),
        formatText: () => this.#toldText(source, told.get(source) ?? null),
      }));
    const unknown = this.#unknown
      .filter(({ isFreeText }) => !isFreeText)
      .map((event): EventSource => {
        const { category, name, id } = event;
        return { category, name, id, formatText: () => event.formatText() };
      });
    return [...described, ...unknown, ...this.#added];
  }

  #toldText(source: EventSource, told: { readonly format: EventFormat; readonly fields: ReadonlySet<string> } | null): string {
    const format = told?.format ?? parseEventFormat(source.formatText());
    if (format === null) return source.formatText();
    const fields = told?.fields ?? this.#wouldTell(source, format);
    if (fields === null) return source.formatText();
    const lines = format.fields
      .filter(({ common, name }) => !common && fields.has(name))
      .map(({ decl, offset, sizeBytes, signed }) => ({ decl, offset, sizeBytes, signed: signed === true }));
    return formatText({ name: format.name, id: format.id, fields: lines, printFormat: format.printFormat });
  }

  /** Of an event that no line is of. */
  #wouldTell(source: EventSource, format: EventFormat): ReadonlySet<string> | null {
    if (source.category === "ftrace" || format.fields.some(({ name }) => name.startsWith("__probe_"))) return null;
    return printedForm(format, format.printFormat, this.#context)?.told ?? null;
  }

  rewind(): void {
    for (const event of this.#events) event.rewind();
  }
}
