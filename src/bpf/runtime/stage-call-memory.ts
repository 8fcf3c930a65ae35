/** Makes a machine ready to keep what was recorded when calls began (assembly/call-memory.ts). */
import type { ProbedEvent } from "../machine-types.ts";
import type { MemoryPlan } from "../maps/plan.ts";
import { CALL_MEMORY_BLOCK, callMemory } from "./call-memory-layout.ts";

/** No call is under way. Returns whether any memory will be kept. Throws where the plan has no room for it. */
export function stageCallMemory(memory: DataView, { callTable, callMemory: calls }: MemoryPlan, events: readonly ProbedEvent[]): boolean {
  const isKept = events.some(({ call }) => call !== undefined);
  if (isKept && calls.sizeBytes === 0) throw new Error("calls are to be kept, and the machine was made without room for them");
  const fields = [
    [callMemory.table, callTable.address],
    [callMemory.slab, calls.address],
    [callMemory.used, 0],
    [callMemory.free, 0],
    [callMemory.oldest, 0],
    [callMemory.newest, 0],
    [callMemory.isKept, isKept ? 1 : 0],
  ] as const;
  for (const [field, value] of fields) memory.setUint32(CALL_MEMORY_BLOCK + field, value, true);
  if (isKept) new Uint8Array(memory.buffer, callTable.address, callTable.sizeBytes).fill(0);
  return isKept;
}

/** The streams are at their start, whatever was lost when they were read before. */
export function forgetLosses(memory: DataView): void {
  memory.setBigUint64(CALL_MEMORY_BLOCK + callMemory.lostUntil, 0n, true);
}
