/** The fields of a record as the members of `args`: the inverse of what the reader of JSON lines does. */
import type { Tracepoint } from "../../../lang/catalogue.ts";
import { parseEventFormat, type FormatField } from "../../../probes/formats/event-format.ts";
import { fieldKinds, planEvent, type PlannedField } from "../../../probes/formats/jsonl/event-plan.ts";
import { addressText, hexText, stringText, wordText } from "./bytes-text.ts";

/** A record in memory. */
export interface RecordBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly start: number;
  readonly size: number;
}

/** Null: the record does not have it. */
type FieldText = (record: RecordBytes) => string | null;

interface Named {
  /** `"name":` */
  readonly key: string;
  readonly text: FieldText;
}

export interface EventText {
  readonly name: string;
  args(record: RecordBytes): string;
}

type Show = "signed" | "unsigned" | "address";

function integerText(view: DataView, at: number, sizeBytes: number, show: Show, little: boolean): string {
  switch (sizeBytes) {
    case 1:
      return String(show === "signed" ? view.getInt8(at) : view.getUint8(at));
    case 2:
      return String(show === "signed" ? view.getInt16(at, little) : view.getUint16(at, little));
    case 4: {
      const word = view.getUint32(at, little);
      if (show === "address") return addressText(word, 0);
      return String(show === "signed" ? word | 0 : word);
    }
    default: {
      const low = view.getUint32(little ? at : at + 4, little);
      const high = view.getUint32(little ? at + 4 : at, little);
      return show === "address" ? addressText(low, high) : wordText(low, high, show);
    }
  }
}

function integersText({ view }: RecordBytes, from: number, to: number, elementBytes: number, show: Show, little: boolean): string {
  const parts: string[] = [];
  for (let at = from; at + elementBytes <= to; at += elementBytes) parts.push(integerText(view, at, elementBytes, show, little));
  return `[${parts.join(",")}]`;
}

/** Without the zeros at its end, which the reader puts there. */
function textEnd(bytes: Uint8Array, start: number, end: number): number {
  let last = end;
  while (last > start && bytes[last - 1] === 0) last--;
  return last;
}

/** A string with one NUL, at its end; else exactly those bytes. */
function closedText(bytes: Uint8Array, start: number, end: number): string {
  return end > start && bytes.indexOf(0, start) === end - 1 ? stringText(bytes, start, end - 1) : hexText(bytes, start, end);
}

/** `[from, to)` of dynamic data; null: it does not lie in the record. */
function dynamicRange(record: RecordBytes, field: PlannedField, little: boolean): readonly [number, number] | null {
  const location = record.view.getUint32(record.start + field.offset, little);
  const offset = (location & 0xffff) + field.from;
  const length = location >>> 16;
  return offset + length > record.size ? null : [record.start + offset, record.start + offset + length];
}

function fieldText(field: PlannedField, show: Show, little: boolean): FieldText {
  const { kind, offset, sizeBytes, elementBytes } = field;
  switch (kind) {
    case fieldKinds.integer:
      return ({ view, start }) => integerText(view, start + offset, sizeBytes, show, little);
    case fieldKinds.text:
      return ({ bytes, start }) => stringText(bytes, start + offset, textEnd(bytes, start + offset, start + offset + sizeBytes));
    case fieldKinds.integers:
      return (record) => integersText(record, record.start + offset, record.start + offset + sizeBytes, elementBytes, show, little);
    case fieldKinds.dynamicText:
      return (record) => {
        const range = dynamicRange(record, field, little);
        return range && closedText(record.bytes, ...range);
      };
    case fieldKinds.dynamicIntegers:
      return (record) => {
        const range = dynamicRange(record, field, little);
        if (range === null) return null;
        const isWhole = (range[1] - range[0]) % elementBytes === 0 && range[1] > range[0];
        return isWhole ? integersText(record, ...range, elementBytes, show, little) : hexText(record.bytes, ...range);
      };
    case fieldKinds.restText:
      return ({ bytes, start, size }) => stringText(bytes, start + offset, textEnd(bytes, start + offset, start + size));
    case fieldKinds.restIntegers:
      return (record) => integersText(record, record.start + offset, record.start + record.size, elementBytes, show, little);
    default:
      return ({ bytes, start }) => hexText(bytes, start + offset, start + offset + sizeBytes);
  }
}

function showOf(event: Tracepoint, format: FormatField): Show {
  const type = event.fields.find(({ name }) => name === format.name)?.type;
  if (format.type.endsWith("*")) return "address";
  const element = type?.kind === "array" ? type.elem : type;
  if (element?.kind === "int") return element.signed ? "signed" : "unsigned";
  return format.signed === true ? "signed" : "unsigned";
}

/** Null: the event has no description. */
export function eventText(event: Tracepoint, byteOrder: "little" | "big"): EventText | null {
  const format = event.formatText === undefined ? null : parseEventFormat(event.formatText());
  if (format === null) return null;
  const little = byteOrder === "little";
  const own = format.fields.filter(({ common }) => !common);
  const { fields } = planEvent(format);
  const parts = own.map((field, i): Named & { readonly end: number } => ({
    key: `${JSON.stringify(field.name)}:`,
    text: fieldText(fields[i]!, showOf(event, field), little),
    end: field.offset + field.sizeBytes,
  }));
  return {
    name: JSON.stringify(`${event.category}:${event.name}`),
    args(record) {
      let text = "";
      for (const part of parts) {
        // A record that was cut.
        const value = part.end > record.size ? null : part.text(record);
        if (value !== null) text += `${text === "" ? "" : ","}${part.key}${value}`;
      }
      return `{${text}}`;
    },
  };
}
