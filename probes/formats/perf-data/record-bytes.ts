/** The records of a recording as one stream of bytes, from the first to the last, as often as is wanted. */
import type { ByteSource } from "../../byte-source.ts";
import type { Section } from "./header.ts";

export interface RecordBytes {
  /** Bytes written, 0 at the end. */
  read(into: Uint8Array): number;
  rewind(): void;
}

/** As they stand in the file. */
export function plainRecords(source: ByteSource, { offset, sizeBytes }: Section): RecordBytes {
  let at = offset;
  return {
    read(into) {
      const got = source.readAt(at, into.subarray(0, Math.min(into.length, offset + sizeBytes - at)));
      at += got;
      return got;
    },
    rewind() {
      at = offset;
    },
  };
}
