/** Pages that were made of a text: put aside, so that its lines are read once however often the recording is replayed. */
import { bytesSource, type ByteSource } from "../../byte-source.ts";
import { createSpool } from "../../file.ts";
import type { PageStream } from "../../recording.ts";
import { PAGE_HEADER_BYTES } from "../../stream/page-writer.ts";

/** A text in memory has its pages there too, up to so many bytes. */
const MOST_IN_MEMORY = 64 << 20;

export interface PageStore {
  /** False: there is no more room. */
  put(pages: Uint8Array): boolean;
  source(): ByteSource;
  discard(): void;
}

function inMemory(path: string): PageStore {
  const pieces: Uint8Array[] = [];
  let size = 0;
  return {
    put(pages) {
      size += pages.length;
      if (size > MOST_IN_MEMORY) return false;
      pieces.push(pages.slice());
      return true;
    },
    source() {
      const all = new Uint8Array(size);
      let at = 0;
      for (const piece of pieces.splice(0)) {
        all.set(piece, at);
        at += piece.length;
      }
      return bytesSource(path, all);
    },
    discard() {
      pieces.length = 0;
    },
  };
}

function onDisk(path: string): PageStore {
  // Not before there is something to keep: small texts fit into one piece.
  let spool: ReturnType<typeof createSpool> | null = null;
  return {
    put(pages) {
      try {
        spool ??= createSpool();
        spool.write(pages);
        return true;
      } catch {
        // The disk is full, or there is none: lines are read again for each run.
        return false;
      }
    },
    source: () => spool?.source(path) ?? bytesSource(path, new Uint8Array(0)),
    discard() {
      spool?.discard();
      spool = null;
    },
  };
}

/** Where the text is: on the disk, or in memory. */
export const pageStore = (text: ByteSource): PageStore => (text.memory === undefined ? onDisk(text.path) : inMemory(text.path));

/** The pages as a stream. */
export function storedPages(source: ByteSource, pageBytes: number, baseNs: bigint): PageStream {
  let at = 0;
  return {
    buffer: "",
    cpu: 0,
    marksCpu: true,
    pageBytes,
    headerBytes: PAGE_HEADER_BYTES,
    byteOrder: "little",
    time: { mult: 1, shift: 0, offset: baseNs },
    read(into) {
      if (into.length < pageBytes) throw new RangeError(`a window of ${into.length} bytes cannot hold a page of ${pageBytes}`);
      const got = source.readAt(at, into.subarray(0, into.length - (into.length % pageBytes)));
      const whole = got - (got % pageBytes);
      at += whole;
      return whole;
    },
    rewind() {
      at = 0;
    },
  };
}
