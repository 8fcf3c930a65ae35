/** What has to be known before the first sample, however the recording was written. */
import type { ByteSource } from "../../byte-source.ts";
import { cursor } from "../../cursor.ts";
import { hex, type Damage } from "../../damage.ts";
import { readAttr, type PerfAttr } from "./attr.ts";
import { featureId, noFeatures, readFeature, type Features } from "./features.ts";
import { type FileHeader, type Section } from "./header.ts";
import { readPipe } from "./pipe.ts";
import { readTracingData, type TracingData } from "./tracing-data.ts";
import { limits } from "./transcoder-layout.ts";

export interface Description {
  readonly byteOrder: "little" | "big";
  readonly isPiped: boolean;
  /** What a file ends with is not there. */
  readonly isCut: boolean;
  readonly attrs: readonly PerfAttr[];
  readonly features: Features;
  readonly tracing: TracingData | null;
  /** The records. */
  readonly data: Section;
}

export type DescriptionResult = { readonly ok: true; readonly description: Description } | { readonly ok: false; readonly damage: Damage };

const SECTION_BYTES = 16;
const MOST_ID_BYTES = 8 << 20;
const MOST_FEATURE_BYTES = 64 << 20;

type File = NonNullable<FileHeader["file"]>;

function readAttrs(source: ByteSource, file: File, byteOrder: "little" | "big"): PerfAttr[] | Damage {
  const { attrs, attrEntryBytes } = file;
  const end = attrs.offset + attrs.sizeBytes;
  const c = cursor(source, { start: attrs.offset, end, byteOrder, section: "attrs" });
  const count = Math.floor(attrs.sizeBytes / attrEntryBytes);
  if (count > limits.attrs) return { offset: 24, message: `attrs: there are ${count}` };
  const found: PerfAttr[] = [];
  for (let i = 0; i < count && c.ok(); i++) {
    const bytes = c.bytes(attrEntryBytes - SECTION_BYTES, "attr");
    const [at, sizeBytes] = [c.size("offset of the ids"), c.size("size of the ids")];
    if (sizeBytes > MOST_ID_BYTES) c.fail(at, `an event has ids of ${sizeBytes} bytes`);
    const ids = cursor(source, { start: at, end: at + sizeBytes, byteOrder, section: "ids" });
    const list: bigint[] = [];
    while (c.ok() && ids.ok() && ids.left >= 8) list.push(ids.u64("id"));
    if (ids.damage) return ids.damage;
    if (c.ok()) found.push(readAttr(bytes, byteOrder, list));
  }
  return c.damage ?? found;
}

function readFile(source: ByteSource, header: FileHeader, file: File, warn: (message: string) => void): DescriptionResult {
  const { byteOrder } = header;
  const attrs = readAttrs(source, file, byteOrder);
  if ("message" in attrs) return { ok: false, damage: attrs };
  const end = file.data.offset + file.data.sizeBytes;
  const missing = end - source.sizeBytes;
  if (file.isUnfinished) warn("the recorder was killed before it could finish the file: names and formats of events are unknown");
  else if (missing > 0) warn(`the file is cut at byte ${hex(source.sizeBytes)}: ${missing} bytes of the data and what follows are missing`);
  const features = noFeatures();
  let tracing: TracingData | null = null;
  const isThere = !file.isUnfinished && missing <= 0;
  const table = cursor(source, { start: end, end: source.sizeBytes, byteOrder, section: "feature sections" });
  for (const id of isThere ? file.features : []) {
    const [start, sizeBytes] = [table.size("offset"), table.size("size")];
    if (!table.ok()) break;
    if (id === featureId.tracingData) tracing = readTracingData(source, { start, end: start + sizeBytes }, warn);
    if (!(Object.values(featureId) as number[]).includes(id) || id === featureId.tracingData) continue;
    if (sizeBytes > MOST_FEATURE_BYTES || start + sizeBytes > source.sizeBytes) {
      warn(`feature ${id}: ${sizeBytes} bytes at ${hex(start)} are not in the file`);
      continue;
    }
    const bytes = new Uint8Array(sizeBytes);
    source.readAt(start, bytes);
    readFeature(features, id, bytes, byteOrder, warn);
  }
  if (table.damage) warn(table.damage.message);
  const data = { offset: file.data.offset, sizeBytes: Math.min(end, source.sizeBytes) - file.data.offset };
  return { ok: true, description: { byteOrder, isPiped: false, isCut: !isThere, attrs: named(attrs, features), features, tracing, data } };
}

/** With the names of the descriptions: by id, else by place. */
function named(attrs: readonly PerfAttr[], { descriptions }: Features): PerfAttr[] {
  const byId = new Map(descriptions.flatMap((one) => one.ids.map((id) => [id, one.name] as const)));
  return attrs.map((attr, i) => {
    const id = attr.ids[0];
    const name = attr.name ?? (id === undefined ? descriptions[i]?.name : byId.get(id)) ?? null;
    return { ...attr, name: name === "" ? null : name };
  });
}

export function describe(source: ByteSource, header: FileHeader, warn: (message: string) => void): DescriptionResult {
  if (header.file !== null) return readFile(source, header, header.file, warn);
  const piped = readPipe(source, header.byteOrder, warn);
  const { features, tracing, data } = piped;
  const attrs = named(piped.attrs, features);
  return { ok: true, description: { byteOrder: header.byteOrder, isPiped: true, isCut: false, attrs, features, tracing, data } };
}
