/** Which parts of a machine's memory are the state of a run. The rest was put there before, is read from the recording, or is nobody's. */
import type { Area, MapLayout, MemoryPlan } from "../maps/plan.ts";
import { CURRENT_BLOCK, PUMP_BLOCK, STACK_BASE, WATCH_BLOCK } from "../memory.ts";
import { CALL_MEMORY_BLOCK, callLimits, callMemory } from "../runtime/call-memory-layout.ts";
import { cursor, map, pump, task, timer, watch } from "../runtime/layout.ts";

/** Of a run: what was staged for it. */
export interface Staged {
  readonly counters: Area;
  readonly timers: number;
  /** Some timer asks what runs on each CPU. */
  readonly followsCpus: boolean;
  /** Some event's arguments are kept for the return of its function. */
  readonly keepsCalls: boolean;
  /** Some event's memory is kept for later ones. */
  readonly keepsMemory: boolean;
  readonly tracksTasks: boolean;
}

const area = (address: number, sizeBytes: number): Area => ({ address, sizeBytes });

/** Pt_regs, as zeroed for programs without a record. */
const HOST_CONTEXT_BYTES = 256;

/** Elements beyond those that were ever used are written whole before anything reads them. */
function mapAreas(memory: DataView, layout: MapLayout): Area[] {
  const { address, elements, elementBytes, buckets, bucketBits, spec } = layout;
  switch (spec.type) {
    case "ringbuf": {
      const filled = memory.getBigUint64(address + map.produced, true) - memory.getBigUint64(address + map.consumed, true);
      return [area(elements, Number(filled))];
    }
    case "array":
    case "percpu_array":
      return [area(elements, spec.maxEntries * elementBytes)];
    case "stack_trace":
      return [area(buckets, 2 ** bucketBits * 4), area(elements, memory.getUint32(address + map.count, true) * elementBytes)];
    default:
      return [area(buckets, 2 ** bucketBits * 4), area(elements, memory.getUint32(address + map.used, true) * elementBytes)];
  }
}

/** Of the calls, those that were ever in use. */
function callAreas(memory: DataView, { callTable, callMemory: calls }: MemoryPlan): Area[] {
  const used = memory.getUint32(CALL_MEMORY_BLOCK + callMemory.used, true);
  return [area(CALL_MEMORY_BLOCK, callMemory.sizeBytes), callTable, area(calls.address, used * callLimits.callBytes)];
}

/** Each begins at a multiple of 4, and always at the same address. */
export function stateAreas(memory: DataView, plan: MemoryPlan, staged: Staged): Area[] {
  const tasks = memory.getUint32(PUMP_BLOCK + pump.taskCount, true);
  const areas = [
    area(CURRENT_BLOCK, STACK_BASE - CURRENT_BLOCK),
    area(PUMP_BLOCK, pump.sizeBytes),
    area(WATCH_BLOCK + watch.stateStart, watch.sizeBytes - watch.stateStart),
    plan.runs,
    area(plan.cursors.address, plan.windows.length * cursor.sizeBytes),
    area(plan.tree.address, plan.windows.length * 4),
    area(plan.hostContext.address, HOST_CONTEXT_BYTES),
    plan.probeContext,
    area(plan.timers.address, staged.timers * timer.sizeBytes),
    ...(staged.followsCpus ? [plan.running] : []),
    staged.counters,
    ...(staged.keepsCalls ? [plan.calls] : []),
    ...(staged.keepsMemory ? callAreas(memory, plan) : []),
    ...(staged.tracksTasks ? [area(plan.tasks.address, tasks * task.sizeBytes)] : []),
    ...plan.maps.flatMap((layout) => [area(layout.address, map.sizeBytes), ...mapAreas(memory, layout)]),
  ];
  return areas.filter(({ sizeBytes }) => sizeBytes > 0);
}
