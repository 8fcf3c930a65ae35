/** Where the fields of an event's message go in a record, and the `format` text that says so. Names and types are the kernel's, as far as they are known. */
import type { EventSource } from "../../catalogue.ts";
import type { EventFormat, FormatField } from "../event-format.ts";
import { COMMON_BYTES, formatText, type FormatLine } from "../text/format-text.ts";
import type { FieldKind, ProtoEvent, ProtoField } from "./proto-event.ts";

/** How a field's value is stored. */
export type Storage = "number" | "device" | "code" | "array" | "chars" | "string";

export interface PlacedField {
  readonly id: number;
  readonly name: string;
  readonly storage: Storage;
  readonly offset: number;
  /** Of a number, of one element of an array, or of all characters. */
  readonly sizeBytes: number;
  /** Elements of an array. */
  readonly count: number;
}

export interface EventLayout {
  /** common_type. */
  readonly type: number;
  readonly event: ProtoEvent;
  /** Up to where strings begin. */
  readonly sizeBytes: number;
  readonly fields: readonly PlacedField[];
  readonly source: EventSource;
}

interface Shape {
  readonly decl: string;
  readonly storage: Storage;
  readonly sizeBytes: number;
  readonly count: number;
  readonly signed: boolean;
}

/** The kernel has them, but does not say how many. */
const UNKNOWN_COUNT = 6;

const NUMBERS: Readonly<Record<Exclude<FieldKind, "text">, readonly [type: string, sizeBytes: number, signed: boolean]>> = {
  i32: ["int", 4, true],
  u32: ["unsigned int", 4, false],
  i64: ["s64", 8, true],
  u64: ["u64", 8, false],
  code: ["void *", 8, false],
  device: ["u64", 8, false],
};

const isNumberSize = (size: number): boolean => size === 1 || size === 2 || size === 4 || size === 8;

/** As the kernel declares it; null: the recording has something else under that name. */
function knownShape({ kind, isRepeated }: ProtoField, known: FormatField): Shape | null {
  const { decl, sizeBytes, loc, length } = known;
  const shape = { decl, sizeBytes, count: 1, signed: known.signed === true };
  if (loc !== "inline") return kind === "text" && known.type === "char" ? { ...shape, storage: "string" } : null;
  if (kind === "text") {
    // Of text without an end scripts can make no string.
    return known.type === "char" && length !== null && length !== "flexible" ? { ...shape, storage: "chars" } : null;
  }
  if (isRepeated) {
    const count = typeof length === "number" ? length : 0;
    const each = sizeBytes / count;
    return count > 0 && isNumberSize(each) ? { ...shape, storage: "array", sizeBytes: each, count } : null;
  }
  if (!isNumberSize(sizeBytes)) return null;
  if (kind === "device") return known.type === "dev_t" ? { ...shape, storage: "device" } : null;
  return { ...shape, storage: kind === "code" ? "code" : "number" };
}

function ownShape({ name, kind, isRepeated }: ProtoField): Shape {
  if (kind === "text") return { decl: `__data_loc char[] ${name}`, storage: "string", sizeBytes: 4, count: 1, signed: true };
  const [type, sizeBytes, signed] = NUMBERS[kind];
  if (isRepeated) return { decl: `${type} ${name}[${UNKNOWN_COUNT}]`, storage: "array", sizeBytes, count: UNKNOWN_COUNT, signed };
  return { decl: `${type} ${name}`, storage: kind === "code" ? "code" : "number", sizeBytes, count: 1, signed };
}

/** In the kernel's order; what the kernel does not have comes last. */
function ordered(fields: readonly ProtoField[], known: EventFormat | null): readonly (readonly [ProtoField, Shape])[] {
  const place = new Map(known?.fields.map((field, i) => [field.name, i]));
  const shaped = fields.map((field) => {
    const own = known?.fields[place.get(field.name) ?? -1];
    const shape = (own === undefined ? null : knownShape(field, own)) ?? ownShape(field);
    const order = place.get(field.name) ?? place.size + field.id;
    return { field, shape, order };
  });
  return shaped.sort((a, b) => a.order - b.order).map(({ field, shape }) => [field, shape]);
}

/** `fields`: those that the recording has. */
export function layOutEvent(event: ProtoEvent, fields: readonly ProtoField[], known: EventFormat | null, type: number): EventLayout {
  let at = COMMON_BYTES;
  const placed: PlacedField[] = [];
  const lines: FormatLine[] = [];
  for (const [{ id, name }, { decl, storage, sizeBytes, count, signed }] of ordered(fields, known)) {
    const align = storage === "chars" ? 1 : sizeBytes;
    const offset = Math.ceil(at / align) * align;
    const total = sizeBytes * count;
    placed.push({ id, name, storage, offset, sizeBytes, count });
    lines.push({ decl, offset, sizeBytes: total, signed });
    at = offset + total;
  }
  const { category, name } = event;
  const text = (): string => formatText({ name, id: type, fields: lines, printFormat: '""' });
  return { type, event, sizeBytes: at, fields: placed, source: { category, name, id: type, formatText: text } };
}
