/** Writes events whose records stand for probes of other kinds, and where their stacks are found. */
import type { MemorySpec, ProbedEvent, ProbedProgram, StackLayout, StackRecords, ValueSpec } from "../machine-types.ts";
import type { MemoryPlan } from "../maps/plan.ts";
import { PUMP_BLOCK } from "../memory.ts";
import { callRole } from "./call-memory-layout.ts";
import {
  dataKind,
  layoutIds,
  probedEvent,
  probedProgram,
  probedSlot,
  probedStep,
  pump,
  snippet,
  stackLayout,
  valueKind,
} from "./layout.ts";

type Take = (sizeBytes: number) => number;

/** Rebuilt arguments lie behind rebuilt pt_regs. */
const ARGUMENTS_OFFSET = 256;

export const registersAddress = (plan: MemoryPlan): number => plan.probeContext.address;
export const argumentsAddress = (plan: MemoryPlan): number => plan.probeContext.address + ARGUMENTS_OFFSET;

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

/** As slotOf in assembly/probed.ts. */
const slotIndex = (key: bigint, mask: number): number => Number(u64(key * 0x9e3779b97f4a7c15n) >> 32n) & mask;

function writeValue(memory: DataView, plan: MemoryPlan, at: number, value: ValueSpec): void {
  const set = (field: number, word: number): void => memory.setUint32(at + field, word, true);
  memory.setBigUint64(at + probedStep.value, value.kind === "constant" ? u64(value.value) : 0n, true);
  switch (value.kind) {
    case "constant":
      set(probedStep.kind, valueKind.constant);
      return;
    case "slot":
      set(probedStep.kind, valueKind.address);
      set(probedStep.offset, registersAddress(plan) + value.slot);
      return;
    case "field":
      set(probedStep.kind, valueKind.field);
      set(probedStep.offset, value.offset);
      set(probedStep.bytes, value.sizeBytes);
      set(probedStep.signed, value.signed ? 1 : 0);
  }
}

function writeSnippet(memory: DataView, plan: MemoryPlan, at: number, { base, delta, data, stays }: MemorySpec): void {
  const set = (field: number, word: number): void => memory.setUint32(at + field, word, true);
  writeValue(memory, plan, at + snippet.base, base);
  memory.setBigUint64(at + snippet.delta, u64(delta), true);
  set(snippet.kind, data.kind === "inline" ? dataKind.inline : data.kind === "data_loc" ? dataKind.dataLoc : dataKind.pointer);
  set(snippet.offset, data.kind === "pointer" ? 0 : data.offset);
  set(snippet.bytes, data.kind === "inline" ? data.sizeBytes : 0);
  set(snippet.stays, stays === true ? 1 : 0);
  memory.setBigUint64(at + snippet.pointer, data.kind === "pointer" ? u64(data.value) : 0n, true);
}

/** Address of an event's description. */
export function writeProbedEvent(
  memory: DataView,
  plan: MemoryPlan,
  take: Take,
  event: ProbedEvent,
  counterAt: (index: number) => number,
): number {
  const contexts = { record: 0, registers: registersAddress(plan), arguments: argumentsAddress(plan) } as const;
  const lists = new Map<string, number>();
  const writeList = (programs: readonly ProbedProgram[]): number => {
    if (programs.length === 0) return 0;
    const words = programs.flatMap(({ program, context, counter }) => [
      program,
      contexts[context],
      counter === null ? 0 : counterAt(counter),
    ]);
    const key = words.join();
    let at = lists.get(key);
    if (at !== undefined) return at;
    at = take(4 + programs.length * probedProgram.sizeBytes);
    [programs.length, ...words].forEach((word, i) => memory.setUint32(at + i * 4, word, true));
    lists.set(key, at);
    return at;
  };

  const steps = [
    ...event.registers.map(({ slot, from }) => ({ to: registersAddress(plan) + slot, from })),
    ...event.args.map(({ index, from }) => ({ to: argumentsAddress(plan) + index * 8, from })),
  ];
  const stepsAt = take(steps.length * probedStep.sizeBytes);
  steps.forEach(({ to, from }, i) => {
    const at = stepsAt + i * probedStep.sizeBytes;
    writeValue(memory, plan, at, from);
    memory.setUint32(at + probedStep.to, to, true);
  });
  const snippetsAt = take(event.memory.length * snippet.sizeBytes);
  event.memory.forEach((piece, i) => writeSnippet(memory, plan, snippetsAt + i * snippet.sizeBytes, piece));

  // Half full at most, so that a search always ends at a free slot.
  const slots = 2 ** Math.ceil(Math.log2(event.lists.size * 2 + 2));
  const table = take(slots * probedSlot.sizeBytes);
  for (let i = 0; i < slots; i++) memory.setUint32(table + i * probedSlot.sizeBytes + probedSlot.list, 0, true);
  for (const [key, programs] of event.lists) {
    let index = slotIndex(key, slots - 1);
    while (memory.getUint32(table + index * probedSlot.sizeBytes + probedSlot.list, true) !== 0) index = (index + 1) & (slots - 1);
    memory.setBigUint64(table + index * probedSlot.sizeBytes + probedSlot.key, u64(key), true);
    memory.setUint32(table + index * probedSlot.sizeBytes + probedSlot.list, writeList(programs), true);
  }

  const address = take(probedEvent.sizeBytes);
  const set = (field: number, word: number): void => memory.setUint32(address + field, word, true);
  set(probedEvent.steps, stepsAt);
  set(probedEvent.stepCount, steps.length);
  set(probedEvent.snippets, snippetsAt);
  set(probedEvent.snippetCount, event.memory.length);
  set(probedEvent.keyOffset, event.key?.offset ?? 0);
  set(probedEvent.keyBytes, event.key?.sizeBytes ?? 0);
  set(probedEvent.table, table);
  set(probedEvent.mask, slots - 1);
  set(probedEvent.always, writeList(event.always));
  set(probedEvent.frameIp, event.address?.offset ?? 0);
  set(probedEvent.frameCaller, event.address?.caller ?? 0);
  set(probedEvent.frameBytes, event.address?.sizeBytes ?? 0);
  set(probedEvent.pair, event.pair === null ? 0 : event.pair.number + 1);
  set(probedEvent.isEntry, event.pair?.at === "entry" ? 1 : 0);
  set(probedEvent.callRole, callRole[event.call?.role ?? "none"]);
  set(probedEvent.callNumber, event.call?.number ?? 0);
  return address;
}

function writeStackLayout(memory: DataView, at: number, layout: StackLayout | null): void {
  const set = (field: number, word: number): void => memory.setUint32(at + field, word, true);
  set(stackLayout.kernel, layout?.kernel ?? 0);
  set(stackLayout.kernelFrames, layout?.kernelFrames ?? 0);
  set(stackLayout.kernelCount, layout?.kernelCount ?? 0);
  set(stackLayout.user, layout?.user ?? 0);
  set(stackLayout.userFrames, layout?.userFrames ?? 0);
  set(stackLayout.wordBytes, layout?.wordBytes ?? 8);
}

/** Null: no program asks for stacks. */
export function stageStacks(memory: DataView, plan: MemoryPlan, take: Take, stacks: StackRecords | null): void {
  const set = (field: number, word: number): void => memory.setUint32(PUMP_BLOCK + field, word, true);
  set(pump.keepsPage, stacks === null ? 0 : 1);
  const layouts = plan.dispatch.sizeBytes / 4 / layoutIds.count;
  const first = take(layouts * stackLayout.sizeBytes);
  for (let i = 0; i < layouts; i++) writeStackLayout(memory, first + i * stackLayout.sizeBytes, stacks?.layouts[i] ?? null);
  set(pump.stacks, first);
  const ranges = stacks?.tracerCode ?? [];
  const at = take(ranges.length * 16);
  ranges.forEach(([start, end], i) => {
    memory.setBigUint64(at + i * 16, u64(start), true);
    memory.setBigUint64(at + i * 16 + 8, u64(end), true);
  });
  set(pump.tracerCode, at);
  set(pump.tracerRanges, ranges.length);
}
