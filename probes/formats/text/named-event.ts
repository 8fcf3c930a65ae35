/** What a name at the head of a line's body can mean, and in which form it was found to come. */
import type { EventSource } from "../../catalogue.ts";
import { parseEventFormat, type EventFormat } from "../event-format.ts";
import type { RecordBuffer } from "./decoder.ts";
import { callForm, dynamicForm, fieldsForm, isDynamic, printedForm, resultForm, type Form, type FormContext } from "./event-forms.ts";
import { formatText } from "./format-text.ts";
import { toolPrints } from "./tool-prints.ts";
import type { UnknownEvent } from "./unknown-event.ts";

/** A system call's enter as `sys_NAME(…)`, its exit as `sys_NAME -> …`, everything else as `NAME: …`. */
export type Style = "call" | "result" | "named";

const latin1 = new TextDecoder("latin1");
/** Lines of one event that are looked at until its form counts as known. */
const LINES_LEARNT = 64;

interface Candidate {
  readonly source: EventSource;
  readonly form: Form;
  /** Of system calls that print what pointers lead to: the format with fields for that. */
  readonly format: EventFormat;
}

export class NamedEvent {
  /** The described events of that name. */
  readonly sources: EventSource[] = [];
  readonly style: Style;
  /** Set when no description fits. */
  unknown: UnknownEvent | null = null;
  readonly #context: FormContext;
  #candidates: Candidate[] = [];
  #isBuilt = false;
  #current: Candidate | null = null;
  /** Forms that lines came in. */
  readonly #met = new Set<Candidate>();
  #lines = 0;
  /** Lines that could not be read. */
  unread = 0;
  /** The first lines that no description fits. */
  readonly misfits: Uint8Array[] = [];

  /** As text has it, without the sign behind it. */
  readonly name: string;

  constructor(name: string, style: Style, context: FormContext) {
    this.name = name;
    this.style = style;
    this.#context = context;
  }

  #add(source: EventSource, format: EventFormat, form: Form | null): void {
    if (form !== null) this.#candidates.push({ source, form, format });
  }

  #build(text: string): void {
    this.#isBuilt = true;
    for (const source of this.sources) {
      const format = parseEventFormat(source.formatText());
      if (format === null) continue;
      if (this.style === "result") this.#add(source, format, resultForm(format, this.#context));
      else if (this.style === "call") {
        const extended = withStrings(format, text);
        this.#add(source, extended, callForm(extended, text, this.#context));
      } else {
        if (isDynamic(format)) this.#add(source, format, dynamicForm(format, this.#context));
        else this.#add(source, format, printedForm(format, format.printFormat, this.#context));
        const others = Object.hasOwn(toolPrints, source.name) ? toolPrints[source.name]! : [];
        for (const print of others) this.#add(source, format, printedForm(format, print, this.#context));
      }
    }
  }

  /** Takes another description: lines are not as those known have them. */
  redescribe(source: EventSource): void {
    this.sources.splice(0, this.sources.length, source);
    this.#candidates = [];
    this.#current = null;
    this.#isBuilt = false;
  }

  /** A form for `name=value` pairs, of the names that the line has. */
  #addFieldsForm(text: string): void {
    for (const source of this.sources) {
      const format = parseEventFormat(source.formatText());
      if (format === null) continue;
      this.#add(source, format, fieldsForm(format, text, this.#context));
    }
  }

  /** Whether every line has to be looked at before the recording is replayed: for code that it names, for forms that differ. */
  get wantsEveryLine(): boolean {
    if (this.unknown !== null || this.#lines < LINES_LEARNT) return true;
    return this.#candidates.length > 2 || this.#candidates.some(({ form }) => form.decoder.namesCode);
  }

  /** Sees a line; false: no description fits it. */
  learn(bytes: Uint8Array, from: number, end: number, record: RecordBuffer): boolean {
    this.#lines++;
    if (!this.#isBuilt) this.#build(latin1.decode(bytes.subarray(from, end)));
    const counted = this.unknownNames;
    const isRead = this.#read(bytes, from, end, record) >= 0;
    // They are counted when the record is made.
    if (this.#current !== null) this.#current.form.decoder.unknownNames -= this.unknownNames - counted;
    if (isRead) return true;
    // One text has one style.
    if (this.style !== "named" || this.#met.size > 0) return this.#met.size > 0;
    this.#addFieldsForm(latin1.decode(bytes.subarray(from, end)));
    return this.#read(bytes, from, end, record) >= 0;
  }

  #read(bytes: Uint8Array, from: number, end: number, record: RecordBuffer): number {
    const first = this.#current?.form.decoder.decode(bytes, from, end, record) ?? -1;
    if (first >= 0) return first;
    for (const candidate of this.#candidates) {
      if (candidate === this.#current) continue;
      const length = candidate.form.decoder.decode(bytes, from, end, record);
      if (length < 0) continue;
      this.#current = candidate;
      this.#met.add(candidate);
      return length;
    }
    return -1;
  }

  /** Writes the record of a line; returns its length, or -1 if the line is of no known form. */
  decode(bytes: Uint8Array, from: number, end: number, record: RecordBuffer): number {
    const form = this.unknown?.form ?? null;
    const length = form === null ? this.#read(bytes, from, end, record) : form.decoder.decode(bytes, from, end, record);
    if (length < 0) this.unread++;
    return length;
  }

  /** What the lines told of each event: its format, and the fields. */
  *told(): Generator<{ readonly source: EventSource; readonly format: EventFormat; readonly fields: ReadonlySet<string> }> {
    for (const { source, format, form } of this.#met) yield { source, format, fields: form.told };
  }

  /** Whether some line was of a known form. */
  get isRead(): boolean {
    return this.#met.size > 0;
  }

  /** Warnings of what forms of its lines take for granted. */
  get assumptions(): readonly string[] {
    return [...new Set([...this.#met].flatMap(({ form }) => form.assumes ?? []))];
  }

  get unknownNames(): number {
    return this.#candidates.reduce((sum, { form }) => sum + form.decoder.unknownNames, 0);
  }

  /** Back to the form that came first, so that every run reads alike. */
  rewind(): void {
    this.unread = 0;
    for (const { form } of this.#candidates) form.decoder.unknownNames = 0;
    this.#current = [...this.#met][0] ?? null;
  }
}

/** Adds `__data_loc char[] __ARG_val` for each argument whose pointer a quoted text follows. */
function withStrings(format: EventFormat, text: string): EventFormat {
  const names = [...text.matchAll(/(?:^|, )(?:[^:,]* )?(\w+): (?:0x)?[0-9a-f]+ "/g)].map(([, name]) => `__${name!}_val`);
  const missing = names.filter((name) => !format.fields.some((field) => field.name === name));
  if (missing.length === 0) return format;
  const end = format.fields.reduce((most, { offset, sizeBytes }) => Math.max(most, offset + sizeBytes), 0);
  const lines = format.fields
    .filter(({ common }) => !common)
    .map(({ decl, offset, sizeBytes, signed }) => ({ decl, offset, sizeBytes, signed: signed === true }));
  const added = missing.map((name, i) => ({ decl: `__data_loc char[] ${name}`, offset: end + 4 * i, sizeBytes: 4, signed: true }));
  return parseEventFormat(formatText({ ...format, fields: [...lines, ...added] }))!;
}
