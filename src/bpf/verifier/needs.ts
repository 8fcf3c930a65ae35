/** What is needed at a point of a program: registers as bit r, bytes of the function's own frame as bit 512 + off. */
export interface Needs {
  /** May still be read. */
  live: number;
  /** May still decide something; a subset of `live`. */
  precise: number;
  liveBytes: bigint;
  preciseBytes: bigint;
}

export const FRAME_BYTES = 512;
export const ALL_BYTES = (1n << BigInt(FRAME_BYTES)) - 1n;

export const bit = (reg: number): number => 1 << reg;

/** Masks that were asked for, by bounds: few different ones, again and again. */
const masks = new Map<number, bigint>();

/** Bytes off … off + count - 1 of a frame, clipped to it. */
export function byteMask(off: number, count: number): bigint {
  const from = Math.max(off + FRAME_BYTES, 0);
  const to = Math.min(off + FRAME_BYTES + count, FRAME_BYTES);
  if (to <= from) return 0n;
  const bounds = from * (FRAME_BYTES + 1) + to;
  let mask = masks.get(bounds);
  if (mask === undefined) masks.set(bounds, (mask = ((1n << BigInt(to - from)) - 1n) << BigInt(from)));
  return mask;
}

/** Registers whose values decide. */
export function use(needs: Needs, regs: number): void {
  needs.live |= regs;
  needs.precise |= regs;
}

/** dst is computed from the registers in `reads`. */
export function assign(needs: Needs, dst: number, reads: number): void {
  const wanted = (needs.precise & bit(dst)) !== 0;
  needs.live = (needs.live & ~bit(dst)) | reads;
  needs.precise = (needs.precise & ~bit(dst)) | (wanted ? reads : 0);
}

export function addBytes(needs: Needs, mask: bigint, precise: boolean): void {
  if (mask === 0n) return;
  needs.liveBytes |= mask;
  if (precise) needs.preciseBytes |= mask;
}

/** Bytes that are written whatever they held. */
export function dropBytes(needs: Needs, mask: bigint): void {
  if ((needs.liveBytes & mask) !== 0n) needs.liveBytes &= ~mask;
  if ((needs.preciseBytes & mask) !== 0n) needs.preciseBytes &= ~mask;
}
