import type { ByteSource } from "../../byte-source.ts";
import { hex } from "../../damage.ts";
import type { Decompress } from "../../decompress.ts";
import type { PageStream, Turns } from "../../recording.ts";
import type { CpuPart } from "./file-parts.ts";

export interface PagesOptions {
  readonly source: ByteSource;
  readonly part: CpuPart;
  readonly facts: Omit<PageStream, "read" | "rewind" | "seek" | "consumed">;
  readonly warn: (message: string) => void;
}

const nameOf = ({ facts }: PagesOptions): string => (facts.buffer === "" ? `CPU ${facts.cpu}` : `buffer ${facts.buffer} CPU ${facts.cpu}`);

/** Room for less than a page would look like the end of the data. */
function checkRoom(into: Uint8Array, pageBytes: number): number {
  const room = into.length - (into.length % pageBytes);
  if (room === 0) throw new RangeError(`a window of ${into.length} bytes cannot hold a page of ${pageBytes}`);
  return room;
}

/** Pages as they stand in the file. */
export function plainPages(options: PagesOptions): PageStream {
  const { source, part, facts, warn } = options;
  const end = part.offset + part.sizeBytes - (part.sizeBytes % facts.pageBytes);
  let at = part.offset;
  return {
    ...facts,
    read(into) {
      const want = Math.min(checkRoom(into, facts.pageBytes), end - at);
      if (want === 0) return 0;
      const got = source.readAt(at, into.subarray(0, want));
      const whole = got - (got % facts.pageBytes);
      if (got < want) {
        warn(`${nameOf(options)}: the file gave ${got} of ${want} bytes at ${hex(at)}; the rest of this CPU is left out`);
        at = end;
      } else at += whole;
      return whole;
    },
    rewind() {
      at = part.offset;
    },
    seek(bytes) {
      at = Math.min(end, part.offset + bytes);
    },
    consumed: () => ({ bytes: at - part.offset, of: end - part.offset }),
    inTurns: (next) => sharedPages(options, next),
  };
}

/** The same for one of several readers, that reads what its turns give it; rewound, it reads its own turns again and goes on with new ones. */
function sharedPages(options: PagesOptions, next: Turns): PageStream {
  const { source, part, facts, warn } = options;
  const { pageBytes } = facts;
  const pages = Math.floor(part.sizeBytes / pageBytes);
  const turns: { readonly first: number; readonly count: number }[] = [];
  /** The turn at hand, and how many of its pages were read. */
  let [turn, done] = [0, 0];
  return {
    ...facts,
    read(into) {
      const room = checkRoom(into, pageBytes) / pageBytes;
      if (turn === turns.length) {
        const first = Math.min(pages, next(room));
        turns.push({ first, count: Math.min(room, pages - first) });
      }
      const { first, count } = turns[turn]!;
      const want = Math.min(room, count - done) * pageBytes;
      if (want === 0) return 0;
      const at = part.offset + (first + done) * pageBytes;
      const got = source.readAt(at, into.subarray(0, want));
      if (got < want) warn(`${nameOf(options)}: the file gave ${got} of ${want} bytes at ${hex(at)}`);
      done += want / pageBytes;
      if (done === count) [turn, done] = [turn + 1, 0];
      return got - (got % pageBytes);
    },
    rewind() {
      [turn, done] = [0, 0];
    },
  };
}

/** Larger than any sub-buffer, and trace-cmd writes ten pages a chunk. */
const maxChunkBytes = 64 * 1024 * 1024;

/** Pages from chunks: u32 count, then per chunk u32 packed size, u32 unpacked size, bytes. One chunk is in memory at a time. */
export function chunkedPages(options: PagesOptions, decompress: Decompress, compression: string): PageStream {
  const { source, part, facts, warn } = options;
  const little = facts.byteOrder === "little";
  const end = part.offset + part.sizeBytes;
  let at = 0;
  let chunksLeft = 0;
  let unpacked: Uint8Array = new Uint8Array(0);
  let taken = 0;
  /** Chunks that have been unpacked: where they are in the file, where they begin in the whole, chunks from here on. */
  const known: { readonly at: number; readonly start: number; readonly left: number }[] = [];
  let unpackedEnd = 0;

  const stop = (message: string): false => {
    warn(`${nameOf(options)}: ${message}; the rest of this CPU is left out`);
    chunksLeft = 0;
    return false;
  };
  const numbers = (count: number): number[] | null => {
    const bytes = new Uint8Array(count * 4);
    if (at + bytes.length > end || source.readAt(at, bytes) < bytes.length) return null;
    at += bytes.length;
    const view = new DataView(bytes.buffer);
    return Array.from({ length: count }, (_, i) => view.getUint32(i * 4, little));
  };
  const rewind = (): void => {
    at = part.offset;
    unpacked = new Uint8Array(0);
    taken = 0;
    unpackedEnd = 0;
    chunksLeft = numbers(1)?.[0] ?? 0;
  };
  const nextChunk = (): boolean => {
    if (chunksLeft === 0) return false;
    const start = at;
    const sizes = numbers(2);
    if (!sizes) return stop(`chunk header at byte ${hex(start)} is cut, ${chunksLeft} chunks are missing`);
    const [packedBytes, unpackedBytes] = sizes as [number, number];
    if (packedBytes > end - at) return stop(`chunk at byte ${hex(start)} is ${packedBytes} bytes long, only ${end - at} are left`);
    if (Math.max(packedBytes, unpackedBytes) > maxChunkBytes)
      return stop(`chunk at byte ${hex(start)} claims ${packedBytes} packed and ${unpackedBytes} unpacked bytes`);
    const packed = new Uint8Array(packedBytes);
    if (source.readAt(at, packed) < packedBytes) return stop(`chunk at byte ${hex(start)} cannot be read`);
    const bytes = decompress(packed, unpackedBytes);
    if (!bytes) return stop(`chunk at byte ${hex(start)} is no ${compression} block of ${unpackedBytes} bytes`);
    if (start > (known.at(-1)?.at ?? -1)) known.push({ at: start, start: unpackedEnd, left: chunksLeft });
    at += packedBytes;
    chunksLeft--;
    unpacked = bytes;
    unpackedEnd += bytes.length;
    taken = 0;
    return true;
  };

  rewind();
  return {
    ...facts,
    read(into) {
      const room = checkRoom(into, facts.pageBytes);
      let filled = 0;
      while (filled < room) {
        if (taken === unpacked.length && !nextChunk()) break;
        const n = Math.min(room - filled, unpacked.length - taken);
        into.set(unpacked.subarray(taken, taken + n), filled);
        filled += n;
        taken += n;
      }
      // Only at the end: chunks need not end with a page, their whole does.
      const tail = filled % facts.pageBytes;
      if (tail > 0) warn(`${nameOf(options)}: ${tail} bytes at the end are no whole page`);
      return filled - tail;
    },
    rewind,
    seek(bytes) {
      rewind();
      const chunk = known.findLast(({ start }) => start <= bytes);
      if (chunk !== undefined) ({ at, start: unpackedEnd, left: chunksLeft } = chunk);
      while (unpackedEnd < bytes && nextChunk());
      taken = Math.max(0, unpacked.length - (unpackedEnd - bytes));
    },
    consumed: () => ({ bytes: at - part.offset, of: part.sizeBytes }),
  };
}
