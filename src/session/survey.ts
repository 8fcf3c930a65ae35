/**
 * Counts what a recording holds, with a small eBPF program of our own attached to every event: `hindsight info` goes the way
 * that every script goes.
 */
import type { Recording } from "../../probes/recording.ts";
import type { Insn } from "../bpf/isa/insn.ts";
import type { PumpStats } from "../bpf/machine-types.ts";
import type { MapSpec } from "../bpf/spec.ts";
import { at, ownMachine, ownProgram, pumpAll } from "./own-programs.ts";

export interface Survey {
  /** Events, described or not; without the records that the format itself tells tasks by. */
  readonly recorded: bigint;
  /** Of those that are described, by event id. */
  readonly events: ReadonlyMap<number, bigint>;
  /** Records per thread id. */
  readonly tasks: ReadonlyMap<number, bigint>;
  readonly stats: PumpStats;
}

const MAX_TASKS = 65_536;
const HELPER_LOOKUP = 1;
const HELPER_UPDATE = 2;

/** r1 points to the record: u16 common_type, u8 flags, u8 preempt count, u32 common_pid. */
const insns: readonly Insn[] = [
  { kind: "load", size: 8, signed: false, dst: 6, base: 1, off: 0 },
  { kind: "alu", op: "mov", wide: true, dst: 7, src: { reg: 6 } },
  { kind: "alu", op: "and", wide: true, dst: 6, src: { imm: 0xffff } },
  { kind: "alu", op: "rsh", wide: true, dst: 7, src: { imm: 32 } },
  // events[type]++
  { kind: "store", size: 4, base: 10, off: -4, src: { reg: 6 } },
  { kind: "lddw", dst: 1, value: { kind: "map", map: 0 } },
  { kind: "alu", op: "mov", wide: true, dst: 2, src: { reg: 10 } },
  { kind: "alu", op: "add", wide: true, dst: 2, src: { imm: -4 } },
  { kind: "call", helper: HELPER_LOOKUP },
  { kind: "branch", op: "eq", wide: true, dst: 0, src: { imm: 0 }, target: at(13) },
  { kind: "load", size: 8, signed: false, dst: 1, base: 0, off: 0 },
  { kind: "alu", op: "add", wide: true, dst: 1, src: { imm: 1 } },
  { kind: "store", size: 8, base: 0, off: 0, src: { reg: 1 } },
  // tasks[pid]++
  { kind: "store", size: 8, base: 10, off: -16, src: { reg: 7 } },
  { kind: "lddw", dst: 1, value: { kind: "map", map: 1 } },
  { kind: "alu", op: "mov", wide: true, dst: 2, src: { reg: 10 } },
  { kind: "alu", op: "add", wide: true, dst: 2, src: { imm: -16 } },
  { kind: "call", helper: HELPER_LOOKUP },
  { kind: "branch", op: "eq", wide: true, dst: 0, src: { imm: 0 }, target: at(23) },
  { kind: "load", size: 8, signed: false, dst: 1, base: 0, off: 0 },
  { kind: "alu", op: "add", wide: true, dst: 1, src: { imm: 1 } },
  { kind: "store", size: 8, base: 0, off: 0, src: { reg: 1 } },
  { kind: "jump", target: at(31) },
  { kind: "store", size: 8, base: 10, off: -24, src: { imm: 1 } },
  { kind: "lddw", dst: 1, value: { kind: "map", map: 1 } },
  { kind: "alu", op: "mov", wide: true, dst: 2, src: { reg: 10 } },
  { kind: "alu", op: "add", wide: true, dst: 2, src: { imm: -16 } },
  { kind: "alu", op: "mov", wide: true, dst: 3, src: { reg: 10 } },
  { kind: "alu", op: "add", wide: true, dst: 3, src: { imm: -24 } },
  { kind: "alu", op: "mov", wide: true, dst: 4, src: { imm: 0 } },
  { kind: "call", helper: HELPER_UPDATE },
  { kind: "alu", op: "mov", wide: true, dst: 0, src: { imm: 0 } },
  { kind: "exit" },
];

const program = ownProgram("survey", "raw_tracepoint", insns);
/** Counts the event, and not whose it is. */
const countOnly = ownProgram("survey_tasks", "raw_tracepoint", [...insns.slice(0, 13), ...insns.slice(-2)]);

function counts(entries: Iterable<{ readonly key: Uint8Array; readonly value: Uint8Array }>): Map<number, bigint> {
  const result = new Map<number, bigint>();
  for (const { key, value } of entries) {
    const cells = new DataView(value.buffer, value.byteOffset, value.byteLength);
    const count = cells.getBigUint64(0, true);
    if (count > 0n) result.set(new DataView(key.buffer, key.byteOffset).getUint32(0, true), count);
  }
  return result;
}

export function survey(recording: Recording): Survey {
  const { tracepoints, sampled = [] } = recording.catalogue;
  const ids = new Set([...tracepoints.map(({ id }) => id), ...sampled.map(({ records }) => records.eventId)]);
  const told = new Set(recording.taskRules.map(({ eventId }) => eventId).filter((id) => !ids.has(id)));
  const maps: MapSpec[] = [
    // Not per CPU: programs run one after the other, and a recording may name thousands of CPUs.
    { name: "events", type: "array", keySize: 4, valueSize: 8, maxEntries: Math.max(0, ...ids, ...told) + 1, flags: 0 },
    { name: "tasks", type: "hash", keySize: 8, valueSize: 8, maxEntries: MAX_TASKS, flags: 0 },
  ];
  const machine = ownMachine(recording, [program, countOnly], maps);
  const dispatch = new Map<number, readonly number[]>();
  for (const id of ids) dispatch.set(id, [0]);
  for (const id of told) dispatch.set(id, [1]);
  pumpAll(machine, { dispatch });
  const [events, tasks] = machine.maps.map((map) => counts(map.entries()));
  const stats = machine.stats();
  let recorded = stats.events;
  for (const id of told) {
    recorded -= events!.get(id) ?? 0n;
    events!.delete(id);
  }
  return { recorded, events: events!, tasks: tasks!, stats };
}
