/**
 * Walks a recording event by event, as programs see it: in order of time, with the name and process of the task and the stacks. A small eBPF
 * program of our own asks for them at each event and makes the pump come back, so that the record can be read where it stands.
 */
import type { Recording } from "../../probes/recording.ts";
import type { Insn, InsnIndex, Reg } from "../bpf/isa/insn.ts";
import { createMachine } from "../bpf/machine.ts";
import { CURRENT_BLOCK, current, missing, MISSING_BLOCK } from "../bpf/memory.ts";
import type { MapSpec, ProgramSpec } from "../bpf/spec.ts";
import { verify } from "../bpf/verifier/verify.ts";
import { stackRecords } from "../session/stack-records.ts";
import { streamsOf } from "../session/streams.ts";

/** Of the event at hand; valid until the walk goes on. */
export interface WalkedEvent {
  /** common_type. */
  id: number;
  ns: bigint;
  cpu: number;
  tid: number;
  /** 0: not known. */
  tgid: number;
  /** Empty: not known. */
  readonly comm: Uint8Array;
  /** The record, from common_type on: `size` bytes at `start` of `bytes`. */
  bytes: Uint8Array;
  view: DataView;
  start: number;
  size: number;
  /** Addresses, the innermost first. */
  readonly kernelFrames: BigUint64Array;
  kernelCount: number;
  readonly userFrames: BigUint64Array;
  userCount: number;
  /** Events lost before it: -1 an unknown number, 0: none. */
  lost: number;
}

const COMM_BYTES = 16;
const STACK_BYTES = 8192;
const MOST_FRAMES = STACK_BYTES / 8;
/** Offsets in what the program outputs. */
const OUT = { flags: 4, comm: 8, tgid: 28, kernel: 32, user: 40, sizeBytes: 48 } as const;
const HELPERS = { lookup: 1, pidTgid: 14, comm: 16, getStack: 67, ringbufOutput: 130 } as const;
const USER_STACK = 0x100;
const at = (index: number): InsnIndex => index as InsnIndex;

const mov = (dst: Reg, src: { reg: Reg } | { imm: number }): Insn => ({ kind: "alu", op: "mov", wide: true, dst, src });
const add = (dst: Reg, imm: number): Insn => ({ kind: "alu", op: "add", wide: true, dst, src: { imm } });
const store = (size: 4 | 8, off: number, src: { reg: Reg } | { imm: number }): Insn => ({ kind: "store", size, base: 10, off, src });
const call = (helper: number): Insn => ({ kind: "call", helper });

const BASE = -OUT.sizeBytes;
const KEY = BASE - 8;
const RING = 0;
const STACKS = 1;

/** bpf_get_stack(ctx, r7 + from, STACK_BYTES, flags), its result into the output. */
const takeStack = (from: number, flags: number, out: number): Insn[] => [
  mov(1, { reg: 6 }),
  mov(2, { reg: 7 }),
  add(2, from),
  mov(3, { imm: STACK_BYTES }),
  mov(4, { imm: flags }),
  call(HELPERS.getStack),
  store(8, BASE + out, { reg: 0 }),
];

function program(withStacks: "with stacks" | "without"): ProgramSpec {
  const head: Insn[] = [
    mov(6, { reg: 1 }),
    store(8, BASE, { imm: 0 }),
    // Asks for us before the next event (lang/ir RECORD_FLAG_YIELD).
    store(4, BASE + OUT.flags, { imm: 1 }),
    store(8, BASE + OUT.kernel, { imm: 0 }),
    store(8, BASE + OUT.user, { imm: 0 }),
    mov(1, { reg: 10 }),
    add(1, BASE + OUT.comm),
    mov(2, { imm: COMM_BYTES }),
    call(HELPERS.comm),
    call(HELPERS.pidTgid),
    store(8, BASE + OUT.tgid - 4, { reg: 0 }),
  ];
  const stacks: Insn[] = [
    store(4, KEY, { imm: 0 }),
    { kind: "lddw", dst: 1, value: { kind: "map", map: STACKS } },
    mov(2, { reg: 10 }),
    add(2, KEY),
    call(HELPERS.lookup),
    { kind: "branch", op: "eq", wide: true, dst: 0, src: { imm: 0 }, target: at(head.length + 21) },
    mov(7, { reg: 0 }),
    ...takeStack(0, 0, OUT.kernel),
    ...takeStack(STACK_BYTES, USER_STACK, OUT.user),
  ];
  const tail: Insn[] = [
    { kind: "lddw", dst: 1, value: { kind: "map", map: RING } },
    mov(2, { reg: 10 }),
    add(2, BASE),
    mov(3, { imm: OUT.sizeBytes }),
    mov(4, { imm: 0 }),
    call(HELPERS.ringbufOutput),
    mov(0, { imm: 0 }),
    { kind: "exit" },
  ];
  return {
    name: "each_event",
    type: "tracepoint",
    section: "tracepoint/each_event",
    insns: [...head, ...(withStacks === "with stacks" ? stacks : []), ...tail],
    funcs: [{ name: "each_event", start: at(0) }],
    lines: [],
    license: "GPL",
  };
}

const MAPS: readonly MapSpec[] = [
  { name: "ring", type: "ringbuf", keySize: 0, valueSize: 0, maxEntries: 4096, flags: 0 },
  { name: "stacks", type: "array", keySize: 4, valueSize: 2 * STACK_BYTES, maxEntries: 1, flags: 0 },
];

const hasStacks = (recording: Recording): boolean =>
  recording.catalogue.tracepoints.some(({ category, name }) => category === "ftrace" && (name === "kernel_stack" || name === "user_stack"));

/** What a walk saw, but for the events. */
export interface WalkEnd {
  /** Lost behind the last event: -1 an unknown number. */
  readonly lost: number;
  readonly damaged: number;
  readonly lastNs: bigint | null;
}

/** Calls `each` for every event that the catalogue describes, the records that are stacks too, and those of `others`. */
export function eachEvent(recording: Recording, each: (event: WalkedEvent) => void, others: Iterable<number> = []): WalkEnd {
  const spec = program(hasStacks(recording) ? "with stacks" : "without");
  const verdict = verify(spec, MAPS);
  if (!verdict.ok) throw new Error(`the program was rejected: ${verdict.rejection.reason}`);
  const { catalogue } = recording;
  const ids = [...catalogue.tracepoints.map(({ id }) => id), ...(catalogue.sampled ?? []).map(({ records }) => records.eventId), ...others];
  const machine = createMachine({
    programs: [spec],
    maps: MAPS,
    ncpus: catalogue.ncpus,
    backend: "jit",
    outputRing: RING,
    randSeed: 1n,
    streams: streamsOf(recording),
  });
  machine.startPump({
    dispatch: new Map([...new Set(ids)].map((id) => [id, [0]])),
    timers: [],
    taskRules: recording.taskRules,
    comms: recording.comms,
    trackTasks: true,
    tellsTasks: recording.tellsTasks ?? false,
    // Without symbols: whoever replays it leaves out the tracer's own code.
    stacks: stackRecords(catalogue, null),
    fromNs: null,
    toNs: null,
  });
  return walk(machine, catalogue.byteOrder === "little", each);
}

function walk(machine: ReturnType<typeof createMachine>, isLittle: boolean, each: (event: WalkedEvent) => void): WalkEnd {
  const bytes = new Uint8Array(machine.memory.buffer);
  const view = new DataView(machine.memory.buffer);
  const event = newEvent(bytes, view);
  const key = new Uint8Array(4);
  let missed = { comm: 0, tgid: 0 };
  let lost = 0n;
  let lostPlaces = 0;
  const lostNow = (): number => {
    const stats = machine.stats();
    const count = stats.lostUnknown > lostPlaces ? -1 : Number(stats.lost - lost);
    lost = stats.lost;
    lostPlaces = stats.lostUnknown;
    return count;
  };
  const take = (out: DataView): boolean => {
    const now = { comm: view.getUint32(MISSING_BLOCK + missing.comm, true), tgid: view.getUint32(MISSING_BLOCK + missing.tgid, true) };
    const word = (field: number): number => view.getUint32(CURRENT_BLOCK + field, true);
    event.start = word(current.recordAddr);
    event.size = word(current.recordLen);
    event.id = view.getUint16(event.start, isLittle);
    event.ns = view.getBigUint64(CURRENT_BLOCK + current.ts, true);
    event.cpu = word(current.cpu);
    event.tid = word(current.tid);
    event.tgid = now.tgid === missed.tgid ? out.getUint32(OUT.tgid, true) : 0;
    const isNamed = now.comm === missed.comm && event.tid !== 0;
    for (let i = 0; i < COMM_BYTES; i++) event.comm[i] = isNamed ? out.getUint8(OUT.comm + i) : 0;
    missed = now;
    event.kernelCount = frameCount(out, OUT.kernel);
    event.userCount = frameCount(out, OUT.user);
    if (event.kernelCount > 0 || event.userCount > 0) takeFrames(event, machine.maps[STACKS]!.lookup(key)!);
    event.lost = lostNow();
    each(event);
    return true;
  };
  for (let result = machine.pump(); ; result = machine.pump()) {
    machine.drain(take);
    if (result === "done") break;
  }
  const { damaged, lastTs } = machine.stats();
  return { lost: lostNow(), damaged, lastNs: lastTs };
}

const frameCount = (out: DataView, field: number): number => Math.max(0, Number(out.getBigInt64(field, true))) / 8;

function takeFrames(event: WalkedEvent, value: Uint8Array): void {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  for (let i = 0; i < event.kernelCount; i++) event.kernelFrames[i] = view.getBigUint64(8 * i, true);
  for (let i = 0; i < event.userCount; i++) event.userFrames[i] = view.getBigUint64(STACK_BYTES + 8 * i, true);
}

const newEvent = (bytes: Uint8Array, view: DataView): WalkedEvent => ({
  ...{ id: 0, ns: 0n, cpu: 0, tid: 0, tgid: 0, start: 0, size: 0, lost: 0, kernelCount: 0, userCount: 0 },
  bytes,
  view,
  comm: new Uint8Array(COMM_BYTES),
  kernelFrames: new BigUint64Array(MOST_FRAMES),
  userFrames: new BigUint64Array(MOST_FRAMES),
});
