/** Every record of a recording with the values of its fields: slow, and by another way than programs read them. */
import type { TracepointField } from "../../lang/catalogue.ts";
import type { Recording } from "../../probes/recording.ts";
import { walkPages } from "../../tooling/trace-dat/walk-pages.ts";

export type ReadValue = bigint | string | bigint[];

export interface ReadRecord {
  readonly category: string;
  readonly name: string;
  /** Of the recording's clock. */
  readonly ns: bigint;
  readonly flags: number;
  readonly pid: number;
  readonly values: ReadonlyMap<string, ReadValue>;
}

const textOf = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(0);
  return new TextDecoder("latin1").decode(end < 0 ? bytes : bytes.subarray(0, end));
};

function integer(view: DataView, at: number, sizeBytes: number, signed: boolean, little: boolean): bigint {
  let value = 0n;
  for (let i = 0; i < sizeBytes; i++) value |= BigInt(view.getUint8(at + (little ? i : sizeBytes - 1 - i))) << BigInt(8 * i);
  return signed ? BigInt.asIntN(8 * sizeBytes, value) : value;
}

function valueOf(data: Uint8Array, field: TracepointField, little: boolean): ReadValue {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const { type, offset, sizeBytes, loc } = field;
  if (loc === "data_loc") {
    const where = view.getUint32(offset, little);
    return textOf(data.subarray(where & 0xffff, (where & 0xffff) + (where >>> 16)));
  }
  if (type.kind === "string") return textOf(data.subarray(offset, offset + sizeBytes));
  if (type.kind === "array" && type.length === 0) return textOf(data.subarray(offset));
  if (type.kind === "array" && type.elem.kind === "int") {
    const each = type.elem;
    return Array.from({ length: Math.min(type.length, Math.floor((data.length - offset) / each.sizeBytes)) }, (_, i) =>
      integer(view, offset + i * each.sizeBytes, each.sizeBytes, each.signed, little),
    );
  }
  return integer(view, offset, sizeBytes, type.kind === "int" && type.signed, little);
}

/** By stream, in its order. */
export function recordsOf(recording: Recording): { readonly cpu: number; readonly records: ReadRecord[] }[] {
  const little = recording.catalogue.byteOrder === "little";
  const events = new Map(recording.catalogue.tracepoints.map((event) => [event.id, event]));
  return recording.streams.map((stream) => {
    const records: ReadRecord[] = [];
    for (const { tsNs, data } of walkPages(stream)) {
      const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
      const event = events.get(view.getUint16(0, little));
      if (event === undefined) continue;
      const own = event.fields.filter(({ name }) => !name.startsWith("common_"));
      const values = new Map(own.map((field) => [field.name, valueOf(data, field, little)]));
      const { category, name } = event;
      records.push({ category, name, ns: tsNs, flags: view.getUint8(2), pid: view.getInt32(4, little), values });
    }
    return { cpu: stream.cpu, records };
  });
}
