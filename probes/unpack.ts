/** Files that are compressed as a whole (gzip, zstd), unpacked piece by piece. Not what a format compresses inside: that is decompress.ts. */
import type { ByteSource } from "./byte-source.ts";

export type Packing = "gzip" | "zstd";

const PIECE_BYTES = 1 << 18;

const startsWith = (head: Uint8Array, ...bytes: readonly number[]): boolean =>
  head.length >= bytes.length && bytes.every((b, i) => head[i] === b);

export function packingOf(head: Uint8Array): Packing | null {
  if (startsWith(head, 0x1f, 0x8b, 0x08)) return "gzip";
  return startsWith(head, 0x28, 0xb5, 0x2f, 0xfd) ? "zstd" : null;
}

function* piecesOf(source: ByteSource): Generator<Uint8Array> {
  for (let at = 0; at < source.sizeBytes;) {
    const piece = new Uint8Array(Math.min(PIECE_BYTES, source.sizeBytes - at));
    const got = source.readAt(at, piece);
    if (got === 0) return;
    at += got;
    yield piece.subarray(0, got);
  }
}

/** What to tell of a file that this does not unpack; null: it is none of those. */
export function unknownPacking(head: Uint8Array): string | null {
  if (startsWith(head, 0xfd, 0x37, 0x7a, 0x58, 0x5a)) return "it is xz-compressed: unpack it first (unxz)";
  if (startsWith(head, 0x42, 0x5a, 0x68)) return "it is bzip2-compressed: unpack it first (bunzip2)";
  return startsWith(head, 0x50, 0x4b, 3, 4) ? "it is a zip archive: unpack it first (unzip)" : null;
}

/** Hands over the unpacked bytes in order; `each` may say that it is enough. Returns what is wrong with the file, null: nothing. */
export async function unpack(source: ByteSource, packing: Packing, each: (piece: Uint8Array) => boolean): Promise<string | null> {
  let done = 0;
  try {
    for await (const piece of packing === "gzip" ? gunzip(source) : unzstd(source)) {
      done += piece.length;
      if (!each(piece)) return null;
    }
    return null;
  } catch (error) {
    return `the ${packing} data are damaged after ${done} unpacked bytes${error instanceof Error ? ` (${error.message})` : ""}`;
  }
}

async function* gunzip(source: ByteSource): AsyncGenerator<Uint8Array> {
  const [{ createGunzip }, { Readable }] = await Promise.all([import("node:zlib"), import("node:stream")]);
  for await (const piece of Readable.from(piecesOf(source)).pipe(createGunzip())) yield piece as Uint8Array;
}

async function* unzstd(source: ByteSource): AsyncGenerator<Uint8Array> {
  const { zstdStream } = await import("./decompress.ts");
  yield* (await zstdStream())(piecesOf(source));
}
