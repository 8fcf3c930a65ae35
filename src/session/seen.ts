/** The distinct values of fields in the records of events: found by small eBPF programs of our own, as every script goes. */
import type { SeenField } from "../../probes/probed/input.ts";
import type { Recording } from "../../probes/recording.ts";
import type { Insn } from "../bpf/isa/insn.ts";
import type { MapSpec, ProgramSpec } from "../bpf/spec.ts";
import { ownMachine, ownProgram, pumpAll } from "./own-programs.ts";

/** Functions of a kernel with its modules; what is beyond is left out. */
const MAX_VALUES = 262_144;
const HELPER_UPDATE = 2;
const BPF_NOEXIST = 1;

/** r1 points to the record: map[field] = 0, unless it is there or the map is full. */
function program({ offset, sizeBytes }: SeenField, map: number, byteOrder: "little" | "big"): ProgramSpec {
  // Dynamic events pack their fields; the kernel's rule for contexts is alignment.
  const loads: Insn[] = [];
  for (let at = 0; at < sizeBytes; at++) {
    const shift = 8 * (byteOrder === "big" ? sizeBytes - 1 - at : at);
    loads.push({ kind: "load", size: 1, signed: false, dst: 7, base: 1, off: offset + at });
    loads.push({ kind: "alu", op: "lsh", wide: true, dst: 7, src: { imm: shift } });
    loads.push({ kind: "alu", op: "or", wide: true, dst: 6, src: { reg: 7 } });
  }
  const insns: Insn[] = [
    { kind: "alu", op: "mov", wide: true, dst: 6, src: { imm: 0 } },
    ...loads,
    { kind: "store", size: 8, base: 10, off: -8, src: { reg: 6 } },
    { kind: "store", size: 8, base: 10, off: -16, src: { imm: 0 } },
    { kind: "lddw", dst: 1, value: { kind: "map", map } },
    { kind: "alu", op: "mov", wide: true, dst: 2, src: { reg: 10 } },
    { kind: "alu", op: "add", wide: true, dst: 2, src: { imm: -8 } },
    { kind: "alu", op: "mov", wide: true, dst: 3, src: { reg: 10 } },
    { kind: "alu", op: "add", wide: true, dst: 3, src: { imm: -16 } },
    { kind: "alu", op: "mov", wide: true, dst: 4, src: { imm: BPF_NOEXIST } },
    { kind: "call", helper: HELPER_UPDATE },
    { kind: "alu", op: "mov", wide: true, dst: 0, src: { imm: 0 } },
    { kind: "exit" },
  ];
  return ownProgram("seen", "tracepoint", insns);
}

const mapOf = ({ maxValues }: SeenField): MapSpec => ({
  name: "seen",
  type: "hash",
  keySize: 8,
  valueSize: 8,
  maxEntries: maxValues ?? MAX_VALUES,
  flags: 0,
});

/** Behind the common fields of every record (linux include/linux/trace_events.h), which no program may read. */
const FIRST_FIELD = 8;

/** Whether there is any record of each event. Reads the whole recording, as below. */
export const haveRecords = (recording: Recording, eventIds: readonly number[]): boolean[] =>
  seenValues(
    recording,
    eventIds.map((eventId) => ({ eventId, offset: FIRST_FIELD, sizeBytes: 4, maxValues: 1 })),
  ).map((values) => values.length > 0);

/** For each field, in any order. Reads the whole recording, and puts its streams back to their start. */
export function seenValues(recording: Recording, fields: readonly SeenField[]): readonly (readonly bigint[])[] {
  const { byteOrder } = recording.catalogue;
  const maps = fields.map(mapOf);
  const programs = fields.map((field, number) => program(field, number, byteOrder));
  const machine = ownMachine(recording, programs, maps);
  const events = new Set(fields.map(({ eventId }) => eventId));
  const ofEvent = (id: number): number[] => fields.flatMap(({ eventId }, number) => (eventId === id ? [number] : []));
  pumpAll(machine, {
    dispatch: new Map([...events].map((id) => [id, ofEvent(id)])),
    minRecordBytes: new Map(
      [...events].map((id) => [id, Math.max(...ofEvent(id).map((number) => fields[number]!.offset + fields[number]!.sizeBytes))]),
    ),
  });
  const values = machine.maps.map((map) =>
    [...map.entries()].map(({ key }) => new DataView(key.buffer, key.byteOffset).getBigUint64(0, true)),
  );
  for (const stream of recording.streams) stream.rewind();
  return values;
}
