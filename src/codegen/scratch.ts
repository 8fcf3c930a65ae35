/** Scratch memory: per-CPU maps of one entry each, cut into parts for the functions of a script. */
import { SCRATCH_CHUNK_BYTES } from "./frame.ts";
import type { ScratchPlace } from "./select.ts";

/** Bytes [start, end) of all scratch memory: map n has those from n * SCRATCH_CHUNK_BYTES on. */
export interface ScratchPart {
  readonly start: number;
  readonly end: number;
}

/** Parts of these sizes from `start` on, none across two maps; null for nothing. */
export function placeParts(sizes: readonly number[], start: number): (ScratchPart | null)[] {
  let at = start;
  return sizes.map((sizeBytes) => {
    if (sizeBytes === 0) return null;
    const left = SCRATCH_CHUNK_BYTES - (at % SCRATCH_CHUNK_BYTES);
    if (sizeBytes > left) at += left;
    const part = { start: at, end: at + sizeBytes };
    at = part.end;
    return part;
  });
}

/** `mapIndex`: index among the object's maps of the nth scratch map. */
export const placeOf = ({ start }: ScratchPart, mapIndex: (n: number) => number): ScratchPlace => ({
  map: mapIndex(Math.floor(start / SCRATCH_CHUNK_BYTES)),
  off: start % SCRATCH_CHUNK_BYTES,
});

/** Value sizes of the scratch maps that hold all these parts. */
export function scratchMapSizes(parts: readonly ScratchPart[]): number[] {
  const sizes: number[] = [];
  for (const { start, end } of parts) {
    const map = Math.floor(start / SCRATCH_CHUNK_BYTES);
    // Parts are placed one after the other, so the maps before are in use as well.
    sizes[map] = Math.max(sizes[map] ?? 0, end - map * SCRATCH_CHUNK_BYTES);
  }
  return sizes;
}
