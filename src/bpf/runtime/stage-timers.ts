/** Writes timers into memory, and the CPUs that some of them fire on. */
import type { PumpOptions } from "../machine-types.ts";
import type { MemoryPlan } from "../maps/plan.ts";
import { PUMP_BLOCK } from "../memory.ts";
import { pump, running, runningState, timer } from "./layout.ts";
import { MAX_U64 } from "./stage.ts";

/**
 * The first time of each is one period after `baseNs`; null: there are no events, so no time passes.
 * `counters`: address of the first one.
 */
export function stageTimers(
  memory: DataView,
  plan: MemoryPlan,
  timers: PumpOptions["timers"],
  baseNs: bigint | null,
  counters: number,
): void {
  if (timers.length * timer.sizeBytes > plan.timers.sizeBytes) throw new Error(`${timers.length} timers are too many`);
  timers.forEach(({ program, periodNs, everyCpu, counter }, i) => {
    if (periodNs <= 0n) throw new Error(`timer of program ${program} has no period`);
    const at = plan.timers.address + i * timer.sizeBytes;
    const due = (baseNs ?? 0n) + periodNs;
    const set = (field: number, value: number): void => memory.setUint32(at + field, value, true);
    memory.setBigUint64(at + timer.due, baseNs === null || due > MAX_U64 ? MAX_U64 : due, true);
    memory.setBigUint64(at + timer.period, periodNs, true);
    set(timer.program, program);
    set(timer.cpus, everyCpu === true ? plan.running.sizeBytes / running.sizeBytes : 0);
    set(timer.next, 0);
    set(timer.counter, counter === undefined ? 0 : counters + counter * 4);
  });
  memory.setUint32(PUMP_BLOCK + pump.timerCount, timers.length, true);
}

/** Nobody knows yet what runs on any of them. `cpus`: how many each recording has. */
export function stageCpus(memory: DataView, plan: MemoryPlan, cpus: readonly number[]): void {
  const slots = plan.running.sizeBytes / running.sizeBytes;
  for (let slot = 0; slot < slots; slot++) {
    const has = slot % plan.ncpus < (cpus[Math.floor(slot / plan.ncpus)] ?? 0);
    const at = plan.running.address + slot * running.sizeBytes;
    memory.setUint32(at + running.state, has ? runningState.unknown : runningState.absent, true);
    memory.setUint32(at + running.cpu, slot % plan.ncpus, true);
  }
}
