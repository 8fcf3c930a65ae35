/** Fields of a record as text, read as its description says. */
import type { TracepointField } from "../../lang/catalogue.ts";
import { valueText, type PrintContext } from "../output/value-text.ts";

export interface RecordField {
  readonly name: string;
  readonly text: string;
}

const latin1 = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

const upToZero = (bytes: Uint8Array): Uint8Array => {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
};

/** Bytes that a __data_loc or __rel_loc field stands for: u16 offset, u16 length; null: they are not in the record. */
function located(field: TracepointField, record: DataView, isLittle: boolean): Uint8Array | null {
  const word = record.getUint32(field.offset, isLittle);
  const start = (word & 0xffff) + (field.loc === "rel_loc" ? field.offset + field.sizeBytes : 0);
  const end = start + (word >>> 16);
  return end > record.byteLength ? null : new Uint8Array(record.buffer, record.byteOffset + start, end - start);
}

const isText = (bytes: Uint8Array): boolean => upToZero(bytes).every((byte) => byte >= 32 && byte !== 127);

function locatedText(field: TracepointField, bytes: Uint8Array): string {
  const isString = /\bchar\b/.test(field.decl) || (/\b[us]8\b/.test(field.decl) && isText(bytes));
  if (isString) return `"${latin1(upToZero(bytes))}"`;
  const shown = Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return `[${shown}${bytes.length > 16 ? " …" : ""}]`;
}

/** The same bytes in the order of this machine's numbers. */
function swapped(field: TracepointField, record: DataView): DataView {
  const bytes = new Uint8Array(record.buffer.slice(record.byteOffset + field.offset, record.byteOffset + field.offset + field.sizeBytes));
  if (field.type.kind !== "string" && field.type.kind !== "array") bytes.reverse();
  return new DataView(bytes.buffer);
}

function fieldText(field: TracepointField, record: DataView, isLittle: boolean, context: PrintContext): string | null {
  if (field.offset + field.sizeBytes > record.byteLength) return null;
  if (field.loc !== "inline") {
    const bytes = located(field, record, isLittle);
    return bytes === null ? null : locatedText(field, bytes);
  }
  const { type } = field;
  if (type.kind === "string") return `"${valueText(type, record, field.offset, { ...context, truncTrailer: "" })}"`;
  return isLittle ? valueText(type, record, field.offset, context) : valueText(type, swapped(field, record), 0, context);
}

/**
 * `record` from common_type on. Text is a byte string; fields that the record is too short for are left out, as are those that all events
 * have (common_…).
 */
export function recordFields(
  fields: readonly TracepointField[],
  record: Uint8Array,
  byteOrder: "little" | "big",
  context: PrintContext,
): RecordField[] {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  return fields.flatMap((field) => {
    if (field.name.startsWith("common_")) return [];
    const text = fieldText(field, view, byteOrder === "little", context);
    return text === null ? [] : [{ name: field.name, text }];
  });
}
