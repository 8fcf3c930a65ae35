/** A script attached to what it runs over: its machine and maps, and what acts on its output. Those who run it say when: session.ts, travel/. */
import type { ResolvedAttachPoint } from "../../lang/catalogue.ts";
import type { HirProgram } from "../../lang/hir/hir.ts";
import type { IrMap } from "../../lang/ir/ir.ts";
import { stackMapName } from "../../lang/lower/stacks.ts";
import type { Recording } from "../../probes/recording.ts";
import { tagOf } from "../../probes/together.ts";
import { createMachine } from "../bpf/machine.ts";
import type { Machine, PumpOptions, Timer } from "../bpf/machine-types.ts";
import type { TravelMachine } from "../bpf/travel/travel-types.ts";
import type { CompiledScript } from "../codegen/compiled.ts";
import { askedIds } from "./asked-ids.ts";
import { handleRecord, newActionState, type ActionState, type Tell } from "./actions.ts";
import { keptCalls, NOTHING_KEPT, type KeptCalls } from "./call-memory.ts";
import { probedPlan, readsMemory, type ProbedPlan } from "./probed-events.ts";
import { scriptMaps, type ScriptMaps } from "./script-maps.ts";
import { isOrderFree } from "./shares/order-free.ts";
import { fillArray, type ShareTask } from "./shares/share.ts";
import { seenRules } from "./seen-rules.ts";
import type { AttachOptions, SessionResult } from "./session-options.ts";
import { taskFields } from "./task-fields.ts";
import { asksForSpaces } from "./asks-for-spaces.ts";
import { asksForStacks, asksForUserStacks } from "./stack-records.ts";
import { streamsOf } from "./streams.ts";

/** Who begin, end and interval programs are. */
export interface Identity {
  readonly tid: number;
  readonly tgid: number;
  readonly comm: string;
}

/** Of a replay. */
export const REPLAYED: Identity = { tid: 0, tgid: 0, comm: "hindsight" };

export interface Attached {
  readonly machine: TravelMachine;
  readonly maps: ScriptMaps;
  readonly state: ActionState;
  /** Number of attach points: what «Attached N probes» counts. */
  readonly probes: number;
  /** Runs begin probes at that time, which `elapsed` counts from. */
  begin(ts: bigint, who: Identity, tell: Tell): void;
  /** Makes the machine ready to pump; only events of fromNs <= ts < toNs fire. */
  startPump(source: Recording, fromNs: bigint | null, toNs: bigint | null): void;
  /** What a share of the recording is to be handled with; null: the script's result depends on the order of events. */
  shareTask(source: Recording, startNs: bigint, fromNs: bigint | null, toNs: bigint | null): ShareTask | null;
  /** What startPump asks of the machine. */
  pumpOptions(source: Recording, fromNs: bigint | null, toNs: bigint | null): PumpOptions;
  /** Acts on what programs have output, but for the first `seen` bytes, which were acted on before. */
  drain(tell: Tell, seen?: number): void;
  /** Acts on it and leaves it there: returns the bytes that were acted on. Only when no program has asked for user space. */
  look(tell: Tell, seen: number): number;
  /** Runs end probes, as whoever the machine was told to be, and prints the maps if `printMaps`. */
  end(printMaps: boolean, tell: Tell): void;
  readonly timers: readonly Timer[];
  readonly programsOf: (provider: ResolvedAttachPoint["provider"]) => readonly number[];
  /** What is known at the end of a run. */
  outcome(): Pick<SessionResult, "exitCode" | "missing" | "missingArguments" | "helperErrors">;
}

/** `script`: the one of the options, or some of its probes. */
export function attach(options: AttachOptions, script: CompiledScript, recording: Recording | null): Attached {
  const hir = options.hir ?? null;
  const plan = probedPlan(script, hir, options.contextBytes, keptMemory(script, hir, recording));
  const machine = createMachine({
    programs: script.programs,
    maps: script.maps,
    ncpus: options.ncpus,
    backend: options.backend,
    outputRing: script.maps.findIndex((map) => map.type === "ringbuf"),
    randSeed: options.randSeed,
    taskFields: taskFields(hir),
    tracksTasks: options.trackTasks,
    asksForSpaces: asksForSpaces(script),
    keepsMemory: plan.events.some(({ call }) => call !== undefined),
    streams: streamsOf(recording),
  });
  if (options.stackSource !== undefined) options.stackSource.frames = (limit, id) => framesOf(script, machine, limit, id);
  fillArrays(script, machine);
  const maps = scriptMaps(script, machine.maps);
  const state = newActionState();
  const timers = timersOf(script, plan);
  const probes = countProbes(script);

  const programsOf = (provider: ResolvedAttachPoint["provider"]): number[] =>
    script.attach.filter(({ point }) => point.provider === provider).map(({ program }) => program);

  const look = (tell: Tell, seen: number): number => {
    machine.travel.peek(seen, (record) => handleRecord(record, script.actions, maps, state, tell));
    return machine.travel.pendingOutput();
  };
  const drain = (tell: Tell, seen = 0): void => {
    look(tell, seen);
    machine.drain(() => false);
    const lost = machine.takeOutputLost();
    if (lost === 0) return;
    state.lost += lost;
    tell(() => ({ kind: "lost", records: lost }));
  };

  const pumpOptions = (source: Recording, fromNs: bigint | null, toNs: bigint | null): PumpOptions => {
    const dispatch = dispatchOf(script, new Set(plan.events.map(({ eventId }) => eventId)));
    return {
      dispatch,
      probed: plan.events,
      counters: plan.missing.length,
      ...(asksForStacks(script) && options.stackRecords !== undefined ? { stacks: options.stackRecords() } : {}),
      ...(options.spaces !== undefined && asksForSpaces(script) ? { spaces: options.spaces } : {}),
      asksForUserStacks: asksForUserStacks(script),
      minRecordBytes: minRecordBytes(dispatch, options.contextBytes),
      wholeRecords: wholeRecords(dispatch, options.contextByAddress),
      timers,
      taskRules: programsOf("iter").length === 0 ? source.taskRules : [...source.taskRules, ...seenRules(source)],
      comms: source.comms,
      tags: tagsOf(source),
      ...(source.cpus === undefined ? {} : { cpus: source.cpus }),
      trackTasks: options.trackTasks,
      tellsTasks: source.tellsTasks ?? false,
      fromNs,
      toNs,
    };
  };

  /** Iterators walk the tasks that are there at the end. */
  const iterate = (tell: Tell): void => {
    for (const program of programsOf("iter"))
      for (const { address } of machine.tasks()) {
        if (state.exiting) return;
        machine.runProgram(program, iteratorContext(address));
        drain(tell);
      }
  };

  return {
    machine,
    maps,
    state,
    probes,
    timers,
    programsOf,
    drain,
    look,
    pumpOptions,
    begin(ts, who, tell) {
      machine.setCurrent({ ...who, cpu: 0, ts, startTs: ts, taiOffset: options.bootEpochNs ?? 0n });
      setStartNs(script, machine, ts);
      for (const program of programsOf("begin")) machine.runProgram(program, null);
      tell(() => ({ kind: "attached", probes }));
      drain(tell);
    },
    startPump(source, fromNs, toNs) {
      machine.startPump(pumpOptions(source, fromNs, toNs));
    },
    shareTask(source, startNs, fromNs, toNs) {
      if (plan.events.length > 0 || !options.hir || !isOrderFree(options.hir, source.taskRules.length === 0)) return null;
      const dispatch = dispatchOf(script, new Set());
      return {
        programs: script.programs,
        maps: script.maps,
        contents: script.irMaps.map((map) => (isStartMap(map) ? u64Bytes(startNs) : (map?.contents ?? null))),
        ncpus: machine.ncpus,
        backend: options.backend,
        outputRing: script.maps.findIndex((map) => map.type === "ringbuf"),
        startNs,
        pump: {
          dispatch,
          minRecordBytes: minRecordBytes(dispatch, options.contextBytes),
          comms: source.comms,
          trackTasks: options.trackTasks,
          tags: tagsOf(source),
          fromNs,
          toNs,
        },
      };
    },
    end(printMaps, tell) {
      iterate(tell);
      // exit() of another probe dropped what followed it; end probes speak again.
      state.exiting = false;
      for (const program of programsOf("end")) machine.runProgram(program, null);
      drain(tell);
      tell(() => ({ kind: "end_of_run", lost: state.lost }));
      if (!printMaps) return;
      for (const index of maps.indices) tell(() => ({ kind: "map", map: maps.dump(index), top: 0, div: 0 }));
    },
    outcome: () => ({
      exitCode: state.exitCode,
      missing: askedIds(options.hir, machine.missingCounts()),
      missingArguments: plan.missing.map((one) => ({ ...one, count: machine.counter(one.counter) })),
      helperErrors: state.helperErrors,
    }),
  };
}

/** Few scripts follow pointers that other events had: the others are not looked into. */
function keptMemory(script: CompiledScript, hir: HirProgram | null, recording: Recording | null): KeptCalls {
  if (hir === null || recording === null || !script.programs.some(readsMemory)) return NOTHING_KEPT;
  return keptCalls(script, hir, recording);
}

const tagsOf = (source: Recording): readonly string[] => source.tags ?? [tagOf(source.info.path)];

/** struct bpf_iter__task: a pointer to what no program of ours can ask for, and the task. */
function iteratorContext(task: bigint): Uint8Array {
  const context = new Uint8Array(16);
  new DataView(context.buffer).setBigUint64(8, task, true);
  return context;
}

/** A kprobe and a kretprobe on one function are one attachment, a kprobe session (rows 1.32, 6.68). */
function countProbes(script: CompiledScript): number {
  const entries = new Map<string, number>();
  let pairs = 0;
  for (const { point } of script.attach)
    if (point.provider === "kprobe") entries.set(point.site.func, (entries.get(point.site.func) ?? 0) + (point.site.offset === 0n ? 1 : 0));
  for (const { point } of script.attach) {
    if (point.provider !== "kretprobe") continue;
    const left = entries.get(point.site.func) ?? 0;
    if (left > 0) pairs++;
    entries.set(point.site.func, left - 1);
  }
  return script.attach.length - pairs;
}

function timersOf(script: CompiledScript, { missing }: ProbedPlan): Timer[] {
  return script.attach.flatMap(({ program, point }): Timer[] => {
    if (!("periodNs" in point)) return [];
    const { periodNs } = point;
    if (point.provider === "interval") return [{ program, periodNs }];
    const counter = missing.find((one) => one.point === point)?.counter;
    return [{ program, periodNs, everyCpu: true, ...(counter === undefined ? {} : { counter }) }];
  });
}

/** Programs by event id, but for the events of function probes. */
export function dispatchOf(script: CompiledScript, probed: ReadonlySet<number>): Map<number, number[]> {
  const dispatch = new Map<number, number[]>();
  for (const { program, point } of script.attach) {
    if (point.provider !== "tracepoint") continue;
    const id = point.tracepoint.id;
    if (probed.has(id)) continue;
    dispatch.set(id, [...(dispatch.get(id) ?? []), program]);
  }
  return dispatch;
}

/** Per event id: a record must have the bytes that every program on it may read. */
function minRecordBytes(dispatch: ReadonlyMap<number, readonly number[]>, contextBytes: readonly number[]): Map<number, number> {
  return new Map([...dispatch].map(([id, programs]) => [id, Math.max(...programs.map((program) => contextBytes[program] ?? 0))]));
}

/** Events with a program that reads their records by address. */
function wholeRecords(dispatch: ReadonlyMap<number, readonly number[]>, byAddress: readonly boolean[] | undefined): Set<number> {
  return new Set([...dispatch].flatMap(([id, programs]) => (programs.some((program) => byAddress?.[program] ?? true) ? [id] : [])));
}

/** Frames of a stack by its number, up to the first zero. */
function framesOf(script: CompiledScript, machine: Machine, limit: number, id: bigint): bigint[] {
  const index = script.irMaps.findIndex((map) => map?.name === stackMapName(limit));
  const key = new Uint8Array(4);
  new DataView(key.buffer).setUint32(0, Number(id), true);
  const value = machine.maps[index]?.lookup(key) ?? null;
  if (value === null) return [];
  const words = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const frames = Array.from({ length: value.byteLength / 8 }, (_, i) => words.getBigUint64(i * 8, true));
  const end = frames.indexOf(0n);
  return end < 0 ? frames : frames.slice(0, end);
}

/** What compiled scripts want their arrays to hold. */
function fillArrays(script: CompiledScript, machine: Machine): void {
  for (const [index, map] of script.irMaps.entries()) {
    const contents = map?.contents;
    if (contents !== undefined) fillArray(machine.maps[index]!, contents);
  }
}

/** `elapsed` counts from the value of the internal map `start_ns`, as bpftrace passes it in. */
function setStartNs(script: CompiledScript, machine: Machine, ts: bigint): void {
  const index = script.irMaps.findIndex(isStartMap);
  if (index >= 0) fillArray(machine.maps[index]!, u64Bytes(ts));
}

const isStartMap = (map: IrMap | null): boolean => map?.name === "start_ns";

function u64Bytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}
