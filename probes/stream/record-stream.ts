/** A recording that is no ring buffer as a stream of ring-buffer pages. */
import type { PageStream, WantedRecords } from "../recording.ts";
import { PAGE_HEADER_BYTES, PageWriter } from "./page-writer.ts";

/** Where the records come from, in order of time. */
export interface RecordSource {
  /** Begins records until there is no room (page-writer.ts NO_ROOM; that record comes first the next time) or nothing is left. */
  fill(writer: PageWriter): void;
  /** Back to the first record. */
  rewind(): void;
  /** See PageStream.want. Absent: it always tells everything. */
  want?(wanted: WantedRecords | null): void;
}

export interface RecordStreamOptions {
  readonly source: RecordSource;
  /** Time that the records' times count from, ns of the recording's clock. */
  readonly baseNs: bigint;
  /** Holds the longest record (PageWriter.maxRecordBytes); absent: 64 KiB. */
  readonly pageBytes?: number;
  /** All records are of that one; absent: each says its own. */
  readonly cpu?: number;
}

const PAGE_BYTES = 65_536;

export function recordStream({ source, baseNs, pageBytes = PAGE_BYTES, cpu }: RecordStreamOptions): PageStream {
  const firstCpu = cpu ?? 0;
  const writer = new PageWriter(pageBytes, firstCpu);
  return {
    buffer: "",
    cpu: firstCpu,
    ...(cpu === undefined ? { marksCpu: true } : {}),
    pageBytes,
    headerBytes: PAGE_HEADER_BYTES,
    byteOrder: "little",
    time: { mult: 1, shift: 0, offset: baseNs },
    read(into) {
      if (into.length < pageBytes) throw new RangeError(`a window of ${into.length} bytes cannot hold a page of ${pageBytes}`);
      writer.start(into);
      source.fill(writer);
      return writer.finish();
    },
    rewind() {
      writer.reset(firstCpu);
      source.rewind();
    },
    ...(source.want && {
      want(wanted: WantedRecords | null) {
        source.want?.(wanted);
      },
    }),
  };
}
