/** Bytes of a frame that are needed, slot by slot. */
import { SLOTS_PER_FRAME } from "./state.ts";

/** By slot of the frame, as Frame.stack: bit i is the byte at the i-th lowest address. */
export interface StackNeeds {
  readonly live: Uint8Array;
  readonly precise: Uint8Array;
}

const NO_SLOTS = new Uint8Array(SLOTS_PER_FRAME);

export function needsBySlot(bytes: bigint): Uint8Array {
  if (bytes === 0n) return NO_SLOTS;
  const slots = new Uint8Array(SLOTS_PER_FRAME);
  // Slot 0 is that of the highest addresses.
  let slot = SLOTS_PER_FRAME - 1;
  for (let rest = bytes; rest !== 0n; rest >>= 64n) {
    let word = BigInt.asUintN(64, rest);
    for (let at = slot; word !== 0n; at--, word >>= 8n) slots[at] = Number(word & 0xffn);
    slot -= 8;
  }
  return slots;
}
