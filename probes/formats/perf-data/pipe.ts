/** A recording that was piped: attrs, names, formats and features are records in front of the first sample. */
import type { ByteSource } from "../../byte-source.ts";
import { cursor } from "../../cursor.ts";
import { isAttrSize, readAttr, type PerfAttr } from "./attr.ts";
import { noFeatures, readFeature, type Features } from "./features.ts";
import { PIPE_HEADER_BYTES, type Section } from "./header.ts";
import { readTracingData, type TracingData } from "./tracing-data.ts";
import { limits, recordType } from "./transcoder-layout.ts";

export interface Piped {
  readonly attrs: readonly PerfAttr[];
  readonly features: Features;
  readonly tracing: TracingData | null;
  readonly data: Section;
}

const RECORD_HEADER_BYTES = 8;
/** EVENT_UPDATE: which thing is told. */
const UPDATE_NAME = 2n;
const utf8 = new TextDecoder();

const textOf = (bytes: Uint8Array): string => {
  const nul = bytes.indexOf(0);
  return utf8.decode(nul < 0 ? bytes : bytes.subarray(0, nul));
};

const ENDS: ReadonlySet<number> = new Set([
  recordType.sample,
  recordType.finishedRound,
  recordType.compressed,
  recordType.compressed2,
  recordType.auxtrace,
]);

function attrOf(body: Uint8Array, byteOrder: "little" | "big"): PerfAttr | null {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const little = byteOrder === "little";
  const sizeBytes = body.length < 64 ? 0 : view.getUint32(4, little) || 64;
  if (!isAttrSize(sizeBytes) || sizeBytes > body.length) return null;
  const ids: bigint[] = [];
  for (let at = sizeBytes; at + 8 <= body.length; at += 8) ids.push(view.getBigUint64(at, little));
  return readAttr(body.subarray(0, sizeBytes), byteOrder, ids);
}

export function readPipe(source: ByteSource, byteOrder: "little" | "big", warn: (message: string) => void): Piped {
  const little = byteOrder === "little";
  const attrs: PerfAttr[] = [];
  const names = new Map<bigint, string>();
  const features = noFeatures();
  let tracing: TracingData | null = null;
  const c = cursor(source, { start: PIPE_HEADER_BYTES, end: source.sizeBytes, byteOrder, section: "records" });
  while (c.ok() && c.left >= RECORD_HEADER_BYTES) {
    const start = c.offset;
    const type = c.u32("type");
    c.skip(2, "misc");
    const size = c.u16("size");
    if (size < RECORD_HEADER_BYTES || ENDS.has(type) || size > c.left + RECORD_HEADER_BYTES) break;
    const body = c.bytes(size - RECORD_HEADER_BYTES, "record");
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    if (type === recordType.attr) {
      const attr = attrs.length < limits.attrs ? attrOf(body, byteOrder) : null;
      if (attr === null) warn(`the attr at byte ${start} cannot be read; its samples are left out`);
      else attrs.push(attr);
    } else if (type === recordType.eventUpdate && body.length > 16 && view.getBigUint64(0, little) === UPDATE_NAME) {
      names.set(view.getBigUint64(8, little), textOf(body.subarray(16)));
    } else if (type === recordType.feature && body.length >= 8) {
      readFeature(features, Number(view.getBigUint64(0, little)), body.subarray(8), byteOrder, warn);
    } else if (type === recordType.tracingData && body.length >= 4) {
      const sizeBytes = view.getUint32(0, little);
      tracing = readTracingData(source, { start: c.offset, end: c.offset + sizeBytes }, warn);
      c.skip(Math.ceil(sizeBytes / 8) * 8, "tracing data");
    }
  }
  const data = { offset: PIPE_HEADER_BYTES, sizeBytes: source.sizeBytes - PIPE_HEADER_BYTES };
  const withNames = attrs.map((attr) => ({ ...attr, name: (attr.ids[0] === undefined ? undefined : names.get(attr.ids[0])) ?? null }));
  return { attrs: withNames, features, tracing, data };
}
