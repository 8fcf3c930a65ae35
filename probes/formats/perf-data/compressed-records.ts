/**
 * Recordings of `perf record -z`: COMPRESSED records hold pieces of one zstd stream of records, which may go on from one piece to the next; others
 * stand between them as they are.
 */
import type { ByteSource } from "../../byte-source.ts";
import { hex } from "../../damage.ts";
import { zstdStream } from "../../decompress.ts";
import type { Section } from "./header.ts";
import { plainRecords, type RecordBytes } from "./record-bytes.ts";
import { recordType } from "./transcoder-layout.ts";

type Unpack = Awaited<ReturnType<typeof zstdStream>>;

const HEADER_BYTES = 8;
const WINDOW_BYTES = 1 << 18;
const MOST_RECORD_BYTES = 65_536;
/** Records between two pieces. */
const MOST_BETWEEN_BYTES = 16 << 20;

/**
 * A block of no data, and one that also ends the stream (RFC 8878, 3.1.1.2). The decoder keeps what does not fit into its output of this size until
 * there is more input; each piece ends with a block, so that another one can follow.
 */
const EMPTY_BLOCK = new Uint8Array([0, 0, 0]);
const LAST_BLOCK = new Uint8Array([1, 0, 0]);
const FULL_OUTPUT_BYTES = 131_072;

/** What both ends of the decoder tell each other. */
interface Progress {
  /** The decoder may have kept something. */
  isFull: boolean;
  /** All pieces were given to it. */
  isGiven: boolean;
}

/** A queue of bytes that are given out in pieces of any length. */
interface Queue {
  readonly length: number;
  put(bytes: Uint8Array): void;
  take(into: Uint8Array): number;
}

function newQueue(): Queue {
  const pieces: Uint8Array[] = [];
  let first = 0;
  let length = 0;
  return {
    get length() {
      return length;
    },
    put(bytes) {
      if (bytes.length === 0) return;
      pieces.push(bytes);
      length += bytes.length;
    },
    take(into) {
      let done = 0;
      while (done < into.length && pieces.length > 0) {
        const piece = pieces[0]!;
        const part = piece.subarray(first, first + into.length - done);
        into.set(part, done);
        done += part.length;
        first += part.length;
        if (first < piece.length) break;
        pieces.shift();
        first = 0;
      }
      length -= done;
      return done;
    },
  };
}

/** How much of `bytes` is whole records; a length that cannot be leaves the rest as it is, for who reads them to see. */
function wholeRecords(bytes: Uint8Array, little: boolean): number {
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    const size = little ? bytes[at + 6]! | (bytes[at + 7]! << 8) : (bytes[at + 6]! << 8) | bytes[at + 7]!;
    if (size < HEADER_BYTES) return bytes.length;
    if (at + size > bytes.length) break;
    at += size;
  }
  return at;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

export interface CompressedOptions {
  readonly source: ByteSource;
  readonly data: Section;
  readonly byteOrder: "little" | "big";
  readonly warn: (message: string) => void;
}

/** A piece, and what makes the decoder give out all of it. */
function* drained(piece: Uint8Array, progress: Progress): Generator<Uint8Array> {
  yield piece;
  while (progress.isFull) {
    progress.isFull = false;
    yield EMPTY_BLOCK;
  }
}

/** All pieces, with an end. */
function* completePieces(options: CompressedOptions, others: Queue, progress: Progress): Generator<Uint8Array> {
  yield* compressedPieces(options, others, progress);
  progress.isGiven = true;
  yield LAST_BLOCK;
}

/** Pieces of the zstd stream; what stands between them goes to `others`. Ends at the end of the data, or where a record has no length. */
function* compressedPieces({ source, data, byteOrder }: CompressedOptions, others: Queue, progress: Progress): Generator<Uint8Array> {
  const little = byteOrder === "little";
  const plain = plainRecords(source, data);
  const window = new Uint8Array(WINDOW_BYTES + MOST_RECORD_BYTES);
  const view = new DataView(window.buffer);
  let [at, end] = [0, 0];
  for (;;) {
    if (end - at < MOST_RECORD_BYTES) {
      window.copyWithin(0, at, end);
      end -= at;
      at = 0;
      end += plain.read(window.subarray(end));
    }
    const size = end - at < HEADER_BYTES ? 0 : view.getUint16(at + 6, little);
    if (size < HEADER_BYTES || size > end - at) {
      others.put(window.slice(at, end));
      return;
    }
    const type = view.getUint32(at, little);
    const body = window.subarray(at + HEADER_BYTES, at + size);
    at += size;
    if (type === recordType.compressed) yield* drained(body, progress);
    else if (type === recordType.compressed2 && body.length >= 8) {
      const bytes = Number(view.getBigUint64(at - body.length, little));
      yield* drained(body.subarray(8, 8 + Math.min(bytes, body.length - 8)), progress);
    } else {
      if (others.length > MOST_BETWEEN_BYTES) throw new Error("no compressed record follows");
      others.put(window.slice(at - size, at));
      // Who reads on skips it too.
      const behind = trailing(type, body, view, at - body.length, little);
      const held = Math.min(behind, end - at);
      others.put(window.slice(at, at + held));
      at += held;
      if (!passOn(plain, behind - held, others)) return;
    }
  }
}

/** Bytes behind a record that belong to it: of a trace of instructions, of the formats. */
function trailing(type: number, body: Uint8Array, view: DataView, bodyAt: number, little: boolean): number {
  if (type === recordType.tracingData && body.length >= 4) return Math.ceil(view.getUint32(bodyAt, little) / 8) * 8;
  if (type === recordType.auxtrace && body.length >= 8) return Number(view.getBigUint64(bodyAt, little));
  return 0;
}

/** False: there is less, or more than can be kept. */
function passOn(plain: RecordBytes, bytes: number, others: Queue): boolean {
  for (let left = bytes; left > 0;) {
    const piece = new Uint8Array(Math.min(left, WINDOW_BYTES));
    const got = plain.read(piece);
    others.put(piece.subarray(0, got));
    left -= got;
    if (got === 0 || others.length > MOST_BETWEEN_BYTES) return false;
  }
  return true;
}

export async function compressedRecords(options: CompressedOptions): Promise<RecordBytes> {
  const unpack: Unpack = await zstdStream();
  const little = options.byteOrder === "little";
  let ready = newQueue();
  let unpacked: Generator<Uint8Array>;
  let rest: Uint8Array;
  let others: Queue;
  let isEnded: boolean;
  let progress: Progress;

  const restart = (): void => {
    ready = newQueue();
    others = newQueue();
    rest = new Uint8Array(0);
    isEnded = false;
    progress = { isFull: false, isGiven: false };
    unpacked = unpack(completePieces(options, others, progress));
  };

  /** What stood between the pieces, in front of what comes next. A record that the last piece began stays whole. */
  const takeOthers = (): void => {
    const between = new Uint8Array(others.length);
    others.take(between);
    ready.put(between);
  };

  const more = (): void => {
    let next: IteratorResult<Uint8Array>;
    try {
      next = unpacked.next();
    } catch (error) {
      // A recorder that was killed did not end the stream.
      if (!progress.isGiven)
        options.warn(
          `the compressed data is damaged (${error instanceof Error ? error.message : String(error)}): what follows is left out`,
        );
      next = { done: true, value: undefined };
    }
    progress.isFull = next.done !== true && next.value.length >= FULL_OUTPUT_BYTES;
    takeOthers();
    if (next.done === true) {
      isEnded = true;
      if (rest.length > 0) options.warn(`the compressed data ends with a piece of a record, of ${hex(rest.length)} bytes`);
      return;
    }
    const bytes = joined(rest, next.value);
    const whole = wholeRecords(bytes, little);
    ready.put(bytes.subarray(0, whole));
    rest = bytes.subarray(whole);
  };

  restart();
  return {
    read(into) {
      while (ready.length === 0 && !isEnded) more();
      return ready.take(into);
    },
    rewind: restart,
  };
}
