/** The header of a BTF blob: where its types and strings are. */
import { KIND_LAYOUTS, type KindLayout } from "./kinds.ts";

export const BTF_MAGIC = 0xeb9f;
const HEADER_BYTES = 24;

export interface BtfParts {
  readonly little: boolean;
  /** The type section in this machine's byte order: all of it is 32-bit numbers. */
  readonly words: Uint32Array;
  readonly strings: Uint8Array;
  /** By kind. */
  readonly layouts: readonly (KindLayout | undefined)[];
}

export type Refused = { readonly ok: false; readonly message: string };

export const refused = (message: string): Refused => ({ ok: false, message });

/** Newer kernels tell the sizes of all kinds, so that a reader can step over those that it does not know. */
function layoutsOf(view: DataView, little: boolean, headerBytes: number): readonly (KindLayout | undefined)[] {
  if (headerBytes < HEADER_BYTES + 8) return KIND_LAYOUTS;
  const at = headerBytes + view.getUint32(HEADER_BYTES, little);
  const count = Math.min(128, view.getUint32(HEADER_BYTES + 4, little) >> 2);
  if (at + count * 4 > view.byteLength) return KIND_LAYOUTS;
  const layouts = [...KIND_LAYOUTS];
  // u8 fixed, u8 each, u16 flags
  for (let kind = layouts.length; kind < count; kind++)
    layouts[kind] = { fixed: view.getUint8(at + kind * 4) >> 2, each: view.getUint8(at + kind * 4 + 1) >> 2 };
  return layouts;
}

const hostIsLittle = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Without a copy where that is possible: it is megabytes. */
function wordsOf(bytes: Uint8Array, little: boolean): Uint32Array {
  const { buffer, byteOffset, length } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  if (little === hostIsLittle) return new Uint32Array(buffer, byteOffset, length >> 2);
  const view = new DataView(buffer, byteOffset, length);
  return Uint32Array.from({ length: length >> 2 }, (_, index) => view.getUint32(index * 4, little));
}

export function readHeader(bytes: Uint8Array): { readonly ok: true; readonly parts: BtfParts } | Refused {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES) return refused(`BTF of ${bytes.length} bytes has no whole header`);
  const little = view.getUint16(0, true) === BTF_MAGIC;
  if (!little && view.getUint16(0, false) !== BTF_MAGIC) return refused("no BTF: it does not begin with 0xeb9f");
  const version = view.getUint8(2);
  if (version !== 1) return refused(`BTF of version ${version}; only version 1 is known`);
  const u32 = (at: number): number => view.getUint32(at, little);
  const headerBytes = u32(4);
  const typesAt = headerBytes + u32(8);
  const typesEnd = typesAt + u32(12);
  const stringsAt = headerBytes + u32(16);
  const stringsEnd = stringsAt + u32(20);
  if (headerBytes < HEADER_BYTES || typesEnd > bytes.length || stringsEnd > bytes.length)
    return refused(`BTF is cut off: it has ${bytes.length} bytes, its header promises ${Math.max(headerBytes, typesEnd, stringsEnd)}`);
  if ((typesEnd - typesAt) % 4 !== 0) return refused(`the types of the BTF take ${typesEnd - typesAt} bytes, which is no multiple of 4`);
  const strings = bytes.subarray(stringsAt, stringsEnd);
  if (strings.length > 0 && strings.at(-1) !== 0) return refused("the strings of the BTF have no end");
  return {
    ok: true,
    parts: { little, words: wordsOf(bytes.subarray(typesAt, typesEnd), little), strings, layouts: layoutsOf(view, little, headerBytes) },
  };
}
