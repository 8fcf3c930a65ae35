/**
 * The events around an instant as they were recorded, whatever programs are attached: a machine of its own goes over the recording with a
 * small eBPF program on every event, which asks for the task's names, and stops at each event that is wanted.
 */
import type { Recording } from "../../../probes/recording.ts";
import type { Insn } from "../../bpf/isa/insn.ts";
import type { MapSpec } from "../../bpf/spec.ts";
import type { Stops, TravelMachine } from "../../bpf/travel/travel-types.ts";
import { at, ownMachine, ownProgram } from "../own-programs.ts";

export interface RawEvent {
  readonly tsNs: bigint;
  readonly cpu: number;
  readonly tid: number;
  readonly pid: number;
  /** At that moment; "" if it is not known. */
  readonly comm: string;
  /** The record from common_type on. */
  readonly record: Uint8Array;
  /** Number of the record's description: Tracepoint.id, or SiteRecords.eventId of samples. */
  readonly eventId: number;
}

const HELPER_LOOKUP = 1;
const HELPER_PID_TGID = 14;
const HELPER_COMM = 16;
const COMM_BYTES = 16;

/** task[0] = { pid_tgid, comm } */
const insns: readonly Insn[] = [
  { kind: "store", size: 4, base: 10, off: -4, src: { imm: 0 } },
  { kind: "lddw", dst: 1, value: { kind: "map", map: 0 } },
  { kind: "alu", op: "mov", wide: true, dst: 2, src: { reg: 10 } },
  { kind: "alu", op: "add", wide: true, dst: 2, src: { imm: -4 } },
  { kind: "call", helper: HELPER_LOOKUP },
  { kind: "branch", op: "eq", wide: true, dst: 0, src: { imm: 0 }, target: at(13) },
  { kind: "alu", op: "mov", wide: true, dst: 6, src: { reg: 0 } },
  { kind: "call", helper: HELPER_PID_TGID },
  { kind: "store", size: 8, base: 6, off: 0, src: { reg: 0 } },
  { kind: "alu", op: "mov", wide: true, dst: 1, src: { reg: 6 } },
  { kind: "alu", op: "add", wide: true, dst: 1, src: { imm: 8 } },
  { kind: "alu", op: "mov", wide: true, dst: 2, src: { imm: COMM_BYTES } },
  { kind: "call", helper: HELPER_COMM },
  { kind: "alu", op: "mov", wide: true, dst: 0, src: { imm: 0 } },
  { kind: "exit" },
];

const program = ownProgram("events", "tracepoint", insns);

const maps: readonly MapSpec[] = [{ name: "task", type: "array", keySize: 4, valueSize: 8 + COMM_BYTES, maxEntries: 1, flags: 0 }];

const commOf = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(0);
  return String.fromCharCode(...bytes.subarray(0, end < 0 ? bytes.length : end));
};

/** Numbers of all kinds of events that the recording describes. */
const eventIds = ({ catalogue: { tracepoints, sampled = [] } }: Recording): number[] => [
  ...tracepoints.map(({ id }) => id),
  ...sampled.map(({ records }) => records.eventId),
];

/** Recordings that are replayed together may mean different events by one common_type. */
const layoutOf = (id: number): number => id >>> 16;

/** False: the recording ends before that. */
function reach(machine: TravelMachine, stops: Stops): boolean {
  for (;;) {
    const { result, hits } = machine.travel.pump(stops);
    if (hits.firing || hits.time) return true;
    if (result === "done") return false;
  }
}

function firingsUpTo(machine: TravelMachine, ns: bigint): number {
  reach(machine, { beforeNs: ns + 1n });
  return machine.travel.firings();
}

/**
 * At most `before` events up to `ns` (that time's own among them) and `after` behind it, in order. Reads the recording from its start, once or
 * twice: others that stand in it have to reclaim it.
 */
export function eventsAround(recording: Recording, ns: bigint, before: number, after: number): readonly RawEvent[] {
  const ids = eventIds(recording);
  /** One program for each of them, all the same: which one ran tells whose event it is. */
  const layouts = [...new Set(ids.map(layoutOf))];
  const open = (): TravelMachine => {
    const machine = ownMachine(
      recording,
      layouts.map(() => program),
      maps,
    );
    machine.startPump({
      dispatch: new Map(ids.map((id) => [id, [layouts.indexOf(layoutOf(id))]])),
      timers: [],
      taskRules: recording.taskRules,
      comms: recording.comms,
      trackTasks: true,
      tellsTasks: recording.tellsTasks ?? false,
      fromNs: null,
      toNs: null,
    });
    machine.travel.prepare();
    return machine;
  };
  const passed = firingsUpTo(open(), ns);
  const first = Math.max(0, passed - before);
  const machine = open();
  if (first > 0) reach(machine, { firing: first });
  const events: RawEvent[] = [];
  for (let number = first + 1; number <= passed + after; number++) {
    if (!reach(machine, { firing: number })) break;
    const { tsNs, cpu, tid, record, programs } = machine.travel.lastFiring();
    const value = machine.maps[0]!.lookup(new Uint8Array(4))!;
    const type = new DataView(record.buffer, record.byteOffset).getUint16(0, true);
    events.push({
      tsNs,
      cpu,
      tid,
      pid: new DataView(value.buffer, value.byteOffset).getUint32(4, true),
      comm: commOf(value.subarray(8)),
      record,
      eventId: (layouts[programs[0]!]! << 16) | type,
    });
  }
  return events;
}
