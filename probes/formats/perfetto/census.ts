/** Which events the recording has, and which of their fields: those that the recorder's kernel did not have are absent from their messages. */
import { compact, descriptor, event, generic, kprobe, KPROBE_END } from "./fields.ts";
import { BYTES, Message } from "./message.ts";
import { HIGHEST_FIELD, type FieldKind, type ProtoEvent, type ProtoField } from "./proto-event.ts";

/** The fields of an event do not change while it is recorded, so those of the first ones are looked at. */
const LOOKED_AT = 64;
/** Of one recording, so that names without end do not fill the memory. */
const MOST_GENERIC = 4096;
const MOST_FIELDS = 64;

const SWITCH = 4;
const WAKING = 20;
const SWITCH_FIELDS = [1, 2, 3, 4, 5, 6, 7];
/** `success` is not kept. */
const WAKING_FIELDS = [1, 2, 3, 5];

/** Groups in which the recorder makes its probes. */
const KPROBES = "perfetto_kprobes";
const KRETPROBES = "perfetto_kretprobes";
export const groupOfKprobe = (type: number): string => (type === KPROBE_END ? KRETPROBES : KPROBES);

/** An event without a message of its own, by name. */
export interface GenericEvent {
  /** Empty: the trace does not say. */
  readonly group: string;
  readonly name: string;
  readonly fields: Map<string, FieldKind>;
}

interface Seen {
  count: number;
  readonly fields: Set<number>;
}

/** FieldDescriptorProto types. */
const DESCRIBED: Readonly<Record<number, FieldKind>> = {
  3: "i64",
  4: "u64",
  5: "i32",
  8: "u32",
  9: "text",
  12: "text",
  13: "u32",
  14: "i32",
};
const REPEATED = 3;

export class Census {
  readonly seen = new Map<number, Seen>();
  readonly generic = new Map<string, GenericEvent>();
  /** Probes that the recorder made, by `GROUP:NAME`. */
  readonly kprobes = new Map<string, GenericEvent>();
  /** Events that the recording describes itself, by their field's number. */
  readonly described = new Map<number, ProtoEvent>();
  readonly #message = new Message();
  readonly #field = new Message();

  /** An event's message. */
  add(id: number, bytes: Uint8Array, start: number, stop: number): void {
    let seen = this.seen.get(id);
    if (seen === undefined) this.seen.set(id, (seen = { count: 0, fields: new Set() }));
    seen.count++;
    if (id === event.generic) this.#addGeneric(bytes, start, stop);
    else if (id === event.kprobe) this.#addKprobe(bytes, start, stop);
    else if (seen.count <= LOOKED_AT) {
      const message = this.#message.open(bytes, start, stop);
      while (message.next()) if (message.field <= HIGHEST_FIELD) seen.fields.add(message.field);
    }
  }

  /** Switches and wakings that are kept in columns. */
  addCompact(bytes: Uint8Array, start: number, stop: number): void {
    const message = this.#message.open(bytes, start, stop);
    while (message.next()) {
      if (message.wire !== BYTES) continue;
      if (message.field === compact.switchTime && message.stop > message.start) this.#have(SWITCH, SWITCH_FIELDS);
      if (message.field === compact.wakingTime && message.stop > message.start) this.#have(WAKING, WAKING_FIELDS);
    }
  }

  #have(id: number, fields: readonly number[]): void {
    let seen = this.seen.get(id);
    if (seen === undefined) this.seen.set(id, (seen = { count: 0, fields: new Set() }));
    for (const field of fields) seen.fields.add(field);
  }

  #addGeneric(bytes: Uint8Array, start: number, stop: number): void {
    const message = this.#message.open(bytes, start, stop);
    let own: GenericEvent | undefined;
    while (message.next()) {
      if (message.wire !== BYTES) continue;
      if (message.field === generic.name) own = this.#genericEvent(message.text);
      else if (message.field === generic.field && own !== undefined) this.#genericField(own, bytes, message.start, message.stop);
    }
  }

  #genericEvent(name: string): GenericEvent | undefined {
    let own = this.generic.get(name);
    if (own === undefined && this.generic.size < MOST_GENERIC && name !== "")
      this.generic.set(name, (own = { group: "", name, fields: new Map() }));
    return own;
  }

  #addKprobe(bytes: Uint8Array, start: number, stop: number): void {
    const message = this.#message.open(bytes, start, stop);
    let [name, type] = ["", 0];
    while (message.next())
      if (message.field === kprobe.name && message.wire === BYTES) name = message.text;
      else if (message.field === kprobe.type) type = message.lo;
    const group = groupOfKprobe(type);
    const key = `${group}:${name}`;
    if (name !== "" && !this.kprobes.has(key) && this.kprobes.size < MOST_GENERIC)
      this.kprobes.set(key, { group, name, fields: new Map() });
  }

  #genericField(own: GenericEvent, bytes: Uint8Array, start: number, stop: number): void {
    const field = this.#field.open(bytes, start, stop);
    let name = "";
    let kind: FieldKind | null = null;
    while (field.next()) {
      if (field.field === generic.fieldName && field.wire === BYTES) name = field.text;
      else if (field.field === generic.text) kind = "text";
      else if (field.field === generic.signed) kind = "i64";
      else if (field.field === generic.unsigned) kind = "u64";
    }
    if (name !== "" && kind !== null && own.fields.size < MOST_FIELDS && !own.fields.has(name)) own.fields.set(name, kind);
  }

  /** What the recording says of an event that readers may not know. */
  describe(bytes: Uint8Array, start: number, stop: number): void {
    const entry = new Message().open(bytes, start, stop);
    let id = 0;
    let [group, name] = ["", ""];
    const fields: ProtoField[] = [];
    while (entry.next()) {
      if (entry.field === descriptor.id) id = entry.lo >>> 0;
      if (entry.field === descriptor.group && entry.wire === BYTES) group = entry.text;
      if (entry.field !== descriptor.message || entry.wire !== BYTES) continue;
      const message = new Message().open(bytes, entry.start, entry.stop);
      while (message.next()) {
        if (message.wire !== BYTES) continue;
        if (message.field === descriptor.name) name = message.text;
        else if (message.field === descriptor.field && fields.length < MOST_FIELDS) {
          const field = describedField(bytes, message.start, message.stop);
          if (field !== null) fields.push(field);
        }
      }
    }
    if (id > 0 && name !== "" && this.described.size < MOST_GENERIC) this.described.set(id, { id, category: group, name, fields });
  }
}

function describedField(bytes: Uint8Array, start: number, stop: number): ProtoField | null {
  const message = new Message().open(bytes, start, stop);
  let [name, id, type, label] = ["", 0, 0, 0];
  while (message.next()) {
    if (message.field === descriptor.fieldName && message.wire === BYTES) name = message.text;
    else if (message.field === descriptor.fieldId) id = message.lo >>> 0;
    else if (message.field === descriptor.fieldLabel) label = message.lo;
    else if (message.field === descriptor.fieldType) type = message.lo;
  }
  const kind = DESCRIBED[type];
  if (kind === undefined || !/^[A-Za-z_]\w*$/.test(name) || id === 0 || id > HIGHEST_FIELD) return null;
  return { id, name, kind, isRepeated: label === REPEATED };
}
