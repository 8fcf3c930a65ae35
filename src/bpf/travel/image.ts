/** Images of memory that share what did not change from one to the next. */
import type { Area } from "../maps/plan.ts";

/** At most PIECE_BYTES of memory, never written after they were copied. */
export interface Piece {
  readonly address: number;
  readonly words: Int32Array;
}

/** By address. */
export type MemoryImage = ReadonlyMap<number, Piece>;

const PIECE_BYTES = 4096;

/** Whether memory is as these words from word `at` on. */
function isAt(memory: Int32Array, at: number, words: Int32Array): boolean {
  for (let i = 0; i < words.length; i++) if (memory[at + i] !== words[i]) return false;
  return true;
}

/** Sizes are rounded up to 4. Pieces that are as in `previous` are its own. */
export function captureImage(memory: Int32Array, areas: readonly Area[], previous: MemoryImage | null): MemoryImage {
  const image = new Map<number, Piece>();
  for (const { address, sizeBytes } of areas) {
    for (let at = address; at < address + sizeBytes; at += PIECE_BYTES) {
      const end = Math.min(at + PIECE_BYTES, address + Math.ceil(sizeBytes / 4) * 4);
      const old = previous?.get(at);
      const isOld = old?.words.length === (end - at) / 4 && isAt(memory, at / 4, old.words);
      image.set(at, isOld ? old : { address: at, words: memory.slice(at / 4, end / 4) });
    }
  }
  return image;
}

export function restoreImage(memory: Int32Array, image: MemoryImage): void {
  for (const { address, words } of image.values()) memory.set(words, address / 4);
}
