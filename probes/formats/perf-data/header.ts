/** The header of a file, or of a stream that was piped (tools/perf/Documentation/perf.data-file-format.txt). */
import type { ByteSource } from "../../byte-source.ts";
import { cursor, type Cursor } from "../../cursor.ts";
import { hex, type Damage } from "../../damage.ts";
import { isAttrSize } from "./attr.ts";
import { byteOrderOf } from "./sniff.ts";

export interface Section {
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface FileHeader {
  readonly byteOrder: "little" | "big";
  /** Null: written to a pipe, everything is in records. */
  readonly file: {
    /** An attr, and the section of its ids behind it. */
    readonly attrEntryBytes: number;
    readonly attrs: Section;
    readonly data: Section;
    /** Numbers of the feature sections that are there, ascending. */
    readonly features: readonly number[];
    /** The recorder did not come to write the sizes and features. */
    readonly isUnfinished: boolean;
  } | null;
}

export type HeaderResult = { readonly ok: true; readonly header: FileHeader } | { readonly ok: false; readonly damage: Damage };

export const PIPE_HEADER_BYTES = 16;
const FILE_HEADER_BYTES = 104;
const SECTION_BYTES = 16;
const FEATURE_WORDS = 4;

const readSection = (c: Cursor, what: string): Section => ({
  offset: c.size(`offset of ${what}`),
  sizeBytes: c.size(`size of ${what}`),
});

function readFeatures(c: Cursor): number[] {
  const found: number[] = [];
  for (let word = 0; word < FEATURE_WORDS; word++) {
    const bits = c.u64("feature bits");
    for (let bit = 0; bit < 64; bit++) if (((bits >> BigInt(bit)) & 1n) !== 0n) found.push(word * 64 + bit);
  }
  return found;
}

export function readHeader(source: ByteSource): HeaderResult {
  const magic = new Uint8Array(8);
  source.readAt(0, magic);
  const byteOrder = byteOrderOf(magic) ?? "little";
  const c = cursor(source, { start: magic.length, end: source.sizeBytes, byteOrder, section: "file header" });
  const headerBytes = c.size("header size");
  if (c.damage) return { ok: false, damage: c.damage };
  if (headerBytes === PIPE_HEADER_BYTES) return { ok: true, header: { byteOrder, file: null } };
  if (headerBytes !== FILE_HEADER_BYTES) c.fail(magic.length, `header size is ${headerBytes}, expected 104, or 16 of a piped recording`);
  const attrEntryBytes = c.size("attr size");
  if (!isAttrSize(attrEntryBytes - SECTION_BYTES)) c.fail(PIPE_HEADER_BYTES, `an attr has ${attrEntryBytes - SECTION_BYTES} bytes`);
  const attrs = readSection(c, "the attrs");
  const data = readSection(c, "the data");
  readSection(c, "the event types");
  const features = readFeatures(c);
  if (!c.ok()) return { ok: false, damage: c.damage! };
  if (data.offset < FILE_HEADER_BYTES || data.offset > source.sizeBytes) {
    const message = `file header: the data is at byte ${hex(data.offset)}, the file ends at ${hex(source.sizeBytes)}`;
    return { ok: false, damage: { offset: 40, message } };
  }
  const isUnfinished = data.sizeBytes === 0;
  const dataBytes = isUnfinished ? source.sizeBytes - data.offset : data.sizeBytes;
  const file = { attrEntryBytes, attrs, data: { offset: data.offset, sizeBytes: dataBytes }, features, isUnfinished };
  return { ok: true, header: { byteOrder, file } };
}
