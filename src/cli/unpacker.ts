/** Files beside a recording that are compressed as a whole: unpacked at once, as whoever looks into them waits for it. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { packingOf, unknownPacking } from "../../probes/unpack.ts";

/** The bytes themselves, where they are not compressed. Throws an error with a message. */
export type Unpacker = (bytes: Uint8Array) => Uint8Array;

/** Kernel symbols take some 10 MB, a program with all it can tell a few hundred. */
const MOST_BYTES = 1 << 30;

function joined(pieces: Iterable<Uint8Array>): Uint8Array {
  const all: Uint8Array[] = [];
  let sizeBytes = 0;
  for (const piece of pieces) {
    sizeBytes += piece.length;
    if (sizeBytes > MOST_BYTES) throw new Error("it unpacks to more than 1 GiB: unpack it first");
    all.push(new Uint8Array(piece));
  }
  return Buffer.concat(all);
}

function unpackWith(unzstd: (packed: Uint8Array) => Iterable<Uint8Array>): Unpacker {
  return (bytes) => {
    const unknown = unknownPacking(bytes);
    if (unknown !== null) throw new Error(unknown);
    const packing = packingOf(bytes);
    if (packing === null) return bytes;
    try {
      return packing === "gzip" ? gunzipSync(bytes, { maxOutputLength: MOST_BYTES }) : joined(unzstd(bytes));
    } catch (error) {
      throw new Error(`the ${packing} data are damaged${error instanceof Error ? ` (${error.message})` : ""}`, { cause: error });
    }
  };
}

/** For gzip alone, without loading anything. */
export const gunzipper = unpackWith(() => {
  throw new Error("not unpacked here");
});

export async function unpacker(): Promise<Unpacker> {
  const { zstdStream } = await import("../../probes/decompress.ts");
  const unzstd = await zstdStream();
  return unpackWith((packed) => unzstd([packed]));
}

/** Throws as readFileSync does, or an error with a message. */
export const readText = (path: string, unpack: Unpacker): string => Buffer.from(unpack(readFileSync(path))).toString("latin1");
