/** The moments of a run that are kept, in its order. When they are too much memory every second one goes, and new ones are kept half as often. */
import type { Piece } from "../../bpf/travel/image.ts";
import type { Moment } from "./moment.ts";

/** Of all moments together. */
export const MOMENTS_BYTES = 256 << 20;

/** Of a piece beside its words, and of a moment's reference to it. */
const PIECE_OVERHEAD = 160;
const REFERENCE_BYTES = 48;

/** Work between two moments, as long as memory allows it: some milliseconds. */
const FIRST_DISTANCE = 131_072;
/** Comparing as many bytes of state costs a firing or less. */
const BYTES_PER_WORK = 32;

export interface MomentsOptions {
  readonly limitBytes?: number;
  readonly firstDistance?: number;
}

export interface Moments {
  /** Whether one should be kept that is so much work from the start, with so much state. */
  isDue(work: number, stateBytes: number): boolean;
  /** Kept behind the last one; nothing is done for one that is not behind it. */
  add(moment: Moment): void;
  /** The last one for which that holds; it holds for all before one for which it does. The first is there always. */
  findLast(is: (moment: Moment) => boolean): Moment;
  readonly last: () => Moment;
  readonly count: () => number;
  readonly bytes: () => number;
}

/** `start`: the moment before the first event. */
export function newMoments(start: Moment, { limitBytes = MOMENTS_BYTES, firstDistance = FIRST_DISTANCE }: MomentsOptions = {}): Moments {
  let moments: Moment[] = [];
  let distance = firstDistance;
  let bytes = 0;
  const holders = new Map<Piece, number>();

  const hold = (moment: Moment): void => {
    for (const piece of moment.machine.memory.values()) {
      const held = holders.get(piece) ?? 0;
      holders.set(piece, held + 1);
      bytes += REFERENCE_BYTES + (held === 0 ? piece.words.byteLength + PIECE_OVERHEAD : 0);
    }
  };
  const release = (moment: Moment): void => {
    for (const piece of moment.machine.memory.values()) {
      const held = holders.get(piece)! - 1;
      if (held > 0) holders.set(piece, held);
      else holders.delete(piece);
      bytes -= REFERENCE_BYTES + (held === 0 ? piece.words.byteLength + PIECE_OVERHEAD : 0);
    }
  };
  const thin = (): void => {
    distance *= 2;
    const kept = moments.filter((_, i) => i % 2 === 0);
    for (const moment of moments) if (!kept.includes(moment)) release(moment);
    moments = kept;
  };

  moments.push(start);
  hold(start);
  return {
    isDue: (work, stateBytes) => work - moments.at(-1)!.work >= Math.max(distance, stateBytes / BYTES_PER_WORK),
    add(moment) {
      if (moment.work < moments.at(-1)!.work) return;
      moments.push(moment);
      hold(moment);
      while (bytes > limitBytes && moments.length > 1) thin();
    },
    findLast: (is) => moments.findLast(is) ?? moments[0]!,
    last: () => moments.at(-1)!,
    count: () => moments.length,
    bytes: () => bytes,
  };
}
