/**
 * Reads and writes of stack bytes. Stricter than Linux 6.3 and later for privileged programs: bytes that were never written cannot be
 * read, and the bytes of a pointer can only be read back as that pointer.
 */
import type { Size } from "../isa/insn.ts";
import { type RegState, isPointer, scalarReg } from "./reg-state.ts";
import { reject } from "./reject.ts";
import { type Scalar, constValue, loadedScalar, signExtendScalar, truncateScalar, zeroScalar } from "./scalar.ts";
import { type Frame, type Slot, SLOTS_PER_FRAME } from "./state.ts";

const EMPTY: Slot = { types: "????????", spilled: null };

const slotOf = (off: number): number => (-off - 1) >> 3;
/** Position in its slot, 0 for the lowest address. */
const byteOf = (off: number): number => off & 7;

export function slotAt(frame: Frame, off: number): Slot {
  return frame.stack[slotOf(off)] ?? EMPTY;
}

const WHOLE: Readonly<Record<string, string>> = { r: "rrrrrrrr", m: "mmmmmmmm" };
const DATA: Slot = { types: "mmmmmmmm", spilled: null };

function replace(types: string, from: number, count: number, letter: string): string {
  if (count === 8) return WHOLE[letter] ?? letter.repeat(8);
  return types.slice(0, from) + letter.repeat(count) + types.slice(from + count);
}

/** Forgets a spilled register of which bytes are overwritten; its other bytes are data from now on. */
function scrub(slot: Slot): Slot {
  return slot.spilled ? { types: slot.types.replaceAll("r", "m"), spilled: null } : slot;
}

/** Store of `size` bytes at a known, aligned offset. */
export function writeStack(frame: Frame, off: number, size: Size, value: RegState): void {
  const index = slotOf(off);
  const at = byteOf(off);
  if (size === 8 || (at === 0 && value.kind === "scalar")) {
    const kept = size === 8 ? EMPTY : scrub(slotAt(frame, off));
    const spilled = value.kind === "scalar" ? truncated(value, size) : value;
    frame.stack[index] = { types: replace(kept.types, 0, size, "r"), spilled };
    return;
  }
  const letter = value.kind === "scalar" && constValue(truncateScalar(value.scalar, size)) === 0n ? "0" : "m";
  frame.stack[index] = { types: replace(scrub(slotAt(frame, off)).types, at, size, letter), spilled: null };
}

function truncated(value: Extract<RegState, { kind: "scalar" }>, size: Size): RegState {
  const scalar = truncateScalar(value.scalar, size);
  // A truncated copy is no longer the same number.
  return scalar === value.scalar ? value : scalarReg(scalar);
}

/** Marks bytes that something other than a store of the program has written. */
export function fillStack(frame: Frame, off: number, count: number): void {
  for (let at = off; at < off + count; at++) {
    if (byteOf(at) === 0 && at + 8 <= off + count) {
      frame.stack[slotOf(at)] = DATA;
      at += 7;
      continue;
    }
    const slot = scrub(slotAt(frame, at));
    frame.stack[slotOf(at)] = { types: replace(slot.types, byteOf(at), 1, "m"), spilled: null };
  }
}

/** A write to somewhere in these bytes: data may have changed, but nothing becomes initialised. */
export function blurStack(frame: Frame, off: number, count: number): void {
  for (let at = off; at < off + count; at++) {
    const slot = frame.stack[slotOf(at)];
    if (!slot) continue;
    const { types } = scrub(slot);
    const letter = types[byteOf(at)] === "?" ? "?" : "m";
    frame.stack[slotOf(at)] = { types: replace(types, byteOf(at), 1, letter), spilled: null };
  }
}

/** Whether all bytes hold data: neither unwritten nor part of a pointer. The offset of the first that does not, else null. */
export function firstUnreadable(frame: Frame, off: number, count: number): number | null {
  for (let at = off; at < off + count; at++) {
    const slot = slotAt(frame, at);
    if (byteOf(at) === 0 && at + 8 <= off + count && slot === DATA) {
      at += 7;
      continue;
    }
    const letter = slot.types[byteOf(at)];
    if (letter === "?" || (letter === "r" && slot.spilled && isPointer(slot.spilled))) return at;
  }
  return null;
}

/** Load of `size` bytes at a known, aligned offset. */
export function readStack(frame: Frame, off: number, size: Size, signed: boolean): RegState {
  const slot = slotAt(frame, off);
  const at = byteOf(off);
  const types = slot.types.slice(at, at + size);
  if (slot.spilled && isPointer(slot.spilled)) {
    if (size !== 8) reject("corrupted spill memory", `invalid size of register fill`);
    return slot.spilled;
  }
  const hole = types.indexOf("?");
  if (hole >= 0) reject(`invalid read from stack off ${off}+${hole} size ${size}`);
  const spilledSize = slot.types.lastIndexOf("r") + 1;
  if (at === 0 && slot.spilled?.kind === "scalar" && spilledSize === size) {
    return signed ? scalarReg(extend(slot.spilled.scalar, size)) : slot.spilled;
  }
  if (/^0+$/.test(types)) return scalarReg(zeroScalar);
  return scalarReg(loadedScalar(size, signed));
}

function extend(scalar: Scalar, size: Size): Scalar {
  return size === 8 ? scalar : signExtendScalar(scalar, (size * 8) as 8 | 16 | 32, true);
}

/** Lowest offset of a frame. */
export const STACK_BOTTOM = -8 * SLOTS_PER_FRAME;
