/** Encodes the bytes of one record from its format. */
import { parseEventFormat, type EventFormat, type FormatField } from "../../probes/formats/event-format.ts";

export type FieldValue = number | bigint | string | Uint8Array | readonly (number | bigint)[];

const utf8 = new TextEncoder();

function putInt(view: DataView, offset: number, sizeBytes: number, value: number | bigint, little: boolean): void {
  const v = BigInt.asUintN(64, BigInt(value));
  for (let i = 0; i < sizeBytes; i++) view.setUint8(offset + (little ? i : sizeBytes - 1 - i), Number((v >> BigInt(8 * i)) & 255n));
}

function bytesOf(field: FormatField, value: FieldValue, little: boolean): Uint8Array {
  if (value instanceof Uint8Array) return value;
  // A dynamic string carries its NUL; a fixed one is filled up with zeros.
  if (typeof value === "string") return utf8.encode(field.loc === "inline" ? value : `${value}\0`);
  const values = typeof value === "object" ? value : [value];
  const elementBytes = typeof field.length === "number" ? field.sizeBytes / field.length : values.length > 1 ? 8 : field.sizeBytes;
  const out = new Uint8Array(values.length * elementBytes);
  const view = new DataView(out.buffer);
  values.forEach((v, i) => putInt(view, i * elementBytes, elementBytes, v, little));
  return out;
}

/** The record's bytes; fields without a value are zero. common_type is the format's id. */
export function encodeRecord(
  format: EventFormat | string,
  values: Readonly<Record<string, FieldValue>>,
  byteOrder: "little" | "big" = "little",
): Uint8Array {
  const parsed = typeof format === "string" ? parseEventFormat(format) : format;
  if (!parsed) throw new Error("a format without name or id");
  const little = byteOrder === "little";
  const fixedBytes = parsed.fields.reduce((most, f) => Math.max(most, f.offset + f.sizeBytes), 8);
  const known = new Set(parsed.fields.map((f) => f.name));
  for (const name of Object.keys(values)) if (!known.has(name)) throw new Error(`${parsed.name} has no field ${name}`);

  const parts: Uint8Array[] = [];
  let end = fixedBytes;
  const fixed = new Uint8Array(fixedBytes);
  const view = new DataView(fixed.buffer);
  for (const field of parsed.fields) {
    const value = field.name === "common_type" ? parsed.id : values[field.name];
    if (value === undefined) continue;
    const bytes = bytesOf(field, value, little);
    if (field.loc === "inline") {
      fixed.set(bytes.subarray(0, field.sizeBytes), field.offset);
      continue;
    }
    const from = field.loc === "data_loc" ? 0 : field.offset + 4;
    putInt(view, field.offset, 4, (bytes.length << 16) | (end - from), little);
    parts.push(bytes);
    end += bytes.length;
  }
  const out = new Uint8Array(end);
  out.set(fixed);
  let at = fixedBytes;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** `format` text of an event with the four common fields of Linux 6.1, for tests. Fields: [declaration, offset, size, signed]. */
export function formatText(name: string, id: number, fields: readonly (readonly [string, number, number, 0 | 1])[]): string {
  const line = ([decl, offset, size, signed]: readonly [string, number, number, 0 | 1]): string =>
    `\tfield:${decl};\toffset:${offset};\tsize:${size};\tsigned:${signed};\n`;
  const common = [
    ["unsigned short common_type", 0, 2, 0],
    ["unsigned char common_flags", 2, 1, 0],
    ["unsigned char common_preempt_count", 3, 1, 0],
    ["int common_pid", 4, 4, 1],
  ] as const;
  return `name: ${name}\nID: ${id}\nformat:\n${common.map(line).join("")}\n${fields.map(line).join("")}\nprint fmt: "%d", REC->common_pid\n`;
}
