/** Packets that are packed together. Their unpacked size is recorded nowhere. */
import { inflateSync } from "node:zlib";
import type { ByteSource } from "../../byte-source.ts";
import { zstdStream } from "../../decompress.ts";

/** Recorders pack some 128 KiB at a time. */
const MOST_UNPACKED_BYTES = 64 << 20;
/** CPUs' streams go through the recording side by side, so they want the same blocks at about the same time. */
const KEPT_BYTES = 16 << 20;

export type Packing = "zlib" | "zstd";

/** Where the packed bytes are in the file. */
export interface Block {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly packing: Packing;
}

export type Unpack = (packed: Uint8Array, packing: Packing) => Uint8Array | null;

export async function unpacker(): Promise<Unpack> {
  const zstd = await zstdStream();
  return (packed, packing) => {
    try {
      return packing === "zlib" ? inflateSync(packed, { maxOutputLength: MOST_UNPACKED_BYTES }) : gather(zstd([packed]));
    } catch {
      return null;
    }
  };
}

function gather(pieces: Iterable<Uint8Array>): Uint8Array | null {
  let all = new Uint8Array(1 << 16);
  let length = 0;
  for (const piece of pieces) {
    if (length + piece.length > MOST_UNPACKED_BYTES) return null;
    if (length + piece.length > all.length) {
      const larger = new Uint8Array(2 * (length + piece.length));
      larger.set(all.subarray(0, length));
      all = larger;
    }
    all.set(piece, length);
    length += piece.length;
  }
  return all.subarray(0, length);
}

/** Unpacked blocks, the ones used last. */
export class BlockCache {
  readonly #source: ByteSource;
  readonly #unpack: Unpack;
  readonly #kept = new Map<number, Uint8Array>();
  #keptBytes = 0;

  constructor(source: ByteSource, unpack: Unpack) {
    this.#source = source;
    this.#unpack = unpack;
  }

  /** Null: it is damaged. */
  read(block: Block): Uint8Array | null {
    const kept = this.#kept.get(block.offset);
    if (kept !== undefined) {
      this.#kept.delete(block.offset);
      this.#kept.set(block.offset, kept);
      return kept;
    }
    const packed = new Uint8Array(block.sizeBytes);
    if (this.#source.readAt(block.offset, packed) < packed.length) return null;
    const bytes = this.#unpack(packed, block.packing);
    if (bytes !== null) this.#keep(block.offset, bytes);
    return bytes;
  }

  #keep(offset: number, bytes: Uint8Array): void {
    this.#kept.set(offset, bytes);
    this.#keptBytes += bytes.length;
    for (const [oldest, { length }] of this.#kept) {
      if (this.#keptBytes <= KEPT_BYTES || oldest === offset) return;
      this.#kept.delete(oldest);
      this.#keptBytes -= length;
    }
  }
}
