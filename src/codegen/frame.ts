/**
 * Homes of slots: the 512-byte stack, or per-CPU scratch memory for what is large or does not fit. Slots that are never needed at the
 * same time share their bytes.
 */
import type { Address, IrFunction, SlotId, VReg } from "../../lang/ir/ir.ts";
import { destinationOf, forEachAddress, forEachIrUse } from "./ir-visit.ts";
import type { Provenance } from "./provenance.ts";

/** Value size limit of per-CPU maps (linux include/linux/percpu.h, PCPU_MIN_UNIT_SIZE). */
export const SCRATCH_CHUNK_BYTES = 32 << 10;
/** Larger slots always go to scratch: the stack is for keys, cells and spilled registers. */
const STACK_SLOT_LIMIT_BYTES = 64;

export type SlotHome =
  /** At r10 - depth. */
  { readonly kind: "stack"; readonly depth: number } | { readonly kind: "scratch"; readonly chunk: number; readonly off: number };

export interface SlotPlan {
  /** By slot; null: nothing refers to it. */
  readonly homes: readonly (SlotHome | null)[];
  readonly stackBytes: number;
  /** Bytes used of each chunk. */
  readonly chunkBytes: readonly number[];
}

interface Lifetime {
  readonly slot: SlotId;
  first: number;
  last: number;
}

/**
 * `loops`: stretches of positions in `order` (loopStretches).
 * `stackBytes`: what slots may take; those that must be on the stack go there even so.
 */
export function planSlots(
  func: IrFunction,
  order: readonly number[],
  loops: readonly (readonly [number, number])[],
  provenance: Provenance,
  stackBytes: number,
): SlotPlan {
  const lifetimes = slotLifetimes(func, order, loops, provenance);
  const homes: (SlotHome | null)[] = func.slots.map(() => null);
  const sizeOf = (slot: SlotId): number => Math.ceil(func.slots[slot]!.sizeBytes / 8) * 8;

  // What must be on the stack comes first and limits what the others get.
  const must = (slot: SlotId): boolean => func.slots[slot]!.onStack === true || provenance.onStack.has(slot);
  const pinned = region(Infinity);
  for (const life of lifetimes) {
    if (!must(life.slot)) continue;
    const sizeBytes = sizeOf(life.slot);
    homes[life.slot] = { kind: "stack", depth: pinned.take(life, sizeBytes)! + sizeBytes };
  }
  const pinnedBytes = pinned.usedBytes();
  const stack = region(stackBytes - pinnedBytes);
  const chunks: ReturnType<typeof region>[] = [];
  for (const life of lifetimes) {
    if (homes[life.slot] !== null) continue;
    const sizeBytes = sizeOf(life.slot);
    const off = sizeBytes <= STACK_SLOT_LIMIT_BYTES ? stack.take(life, sizeBytes) : null;
    if (off !== null) {
      homes[life.slot] = { kind: "stack", depth: pinnedBytes + off + sizeBytes };
      continue;
    }
    if (sizeBytes > SCRATCH_CHUNK_BYTES) throw new Error(`slot ${func.slots[life.slot]!.name} of ${sizeBytes} bytes`);
    for (let chunk = 0; homes[life.slot] === null; chunk++) {
      const scratch = (chunks[chunk] ??= region(SCRATCH_CHUNK_BYTES));
      const at = scratch.take(life, sizeBytes);
      if (at !== null) homes[life.slot] = { kind: "scratch", chunk, off: at };
    }
  }
  return { homes, stackBytes: pinnedBytes + stack.usedBytes(), chunkBytes: chunks.map((chunk) => chunk.usedBytes()) };
}

/** First fit over time: lifetimes come in order of `first`. */
function region(limitBytes: number): {
  take(life: Lifetime, sizeBytes: number): number | null;
  usedBytes(): number;
} {
  let active: { readonly off: number; readonly end: number; readonly last: number }[] = [];
  let used = 0;
  return {
    take(life, sizeBytes) {
      if (active.some((taken) => taken.last < life.first)) active = active.filter((taken) => taken.last >= life.first);
      let off = 0;
      let index = 0;
      for (const taken of active) {
        if (taken.off - off >= sizeBytes) break;
        off = taken.end;
        index++;
      }
      if (off + sizeBytes > limitBytes) return null;
      active.splice(index, 0, { off, end: off + sizeBytes, last: life.last });
      used = Math.max(used, off + sizeBytes);
      return off;
    },
    usedBytes: () => used,
  };
}

/** From the first to the last instruction that may refer to a slot, in layout order; anything touched in a loop lives through all of it. Sorted by `first`. */
function slotLifetimes(
  func: IrFunction,
  order: readonly number[],
  loops: readonly (readonly [number, number])[],
  provenance: Provenance,
): Lifetime[] {
  const lifetimes = new Map<SlotId, Lifetime>();
  const blockStarts: number[] = [];
  let position = 0;
  const touch = (slot: SlotId): void => {
    const life = lifetimes.get(slot);
    if (life === undefined) lifetimes.set(slot, { slot, first: position, last: position });
    else life.last = position;
  };
  const touchAddress = (address: Address): void => {
    if (address.kind !== "slot") return;
    touch(address.slot);
    for (const behind of provenance.slotsBehind(address.slot)) touch(behind);
  };
  const touchThrough = (reg: VReg): void => {
    for (const slot of provenance.slotsThrough(reg)) touch(slot);
  };
  for (const id of order) {
    blockStarts.push(position);
    for (const insn of func.blocks[id]!.insns) {
      forEachAddress(insn, touchAddress);
      if (provenance.leadsToSlots) {
        forEachIrUse(insn, touchThrough);
        const dst = destinationOf(insn);
        if (dst !== null) touchThrough(dst);
      }
      position++;
    }
    position++; // the terminator
  }
  blockStarts.push(position);
  for (const slot of provenance.escaped) lifetimes.set(slot, { slot, first: 0, last: position });

  const outermost = mergeStretches(loops.map(([first, last]) => [blockStarts[first]!, blockStarts[last + 1]! - 1]));
  for (const life of lifetimes.values()) {
    life.first = outermost.find(([first, last]) => first <= life.first && life.first <= last)?.[0] ?? life.first;
    life.last = outermost.find(([first, last]) => first <= life.last && life.last <= last)?.[1] ?? life.last;
  }
  return [...lifetimes.values()].sort((a, b) => a.first - b.first || a.slot - b.slot);
}

function mergeStretches(stretches: readonly (readonly [number, number])[]): [number, number][] {
  const merged: [number, number][] = [];
  for (const [first, last] of stretches.toSorted((a, b) => a[0] - b[0])) {
    const before = merged.at(-1);
    if (before !== undefined && first <= before[1]) before[1] = Math.max(before[1], last);
    else merged.push([first, last]);
  }
  return merged;
}
