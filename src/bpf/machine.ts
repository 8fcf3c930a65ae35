/**
 * A machine: verified programs and their maps in one linear memory, with the runtime that pumps a recording's events through them.
 * All the work is done in WebAssembly; here memory is laid out, modules are put together, and results are read.
 */
import type { MachineOptions, PumpResult } from "./machine-types.ts";
import { createError } from "./maps/create.ts";
import { writeDescriptor } from "./maps/descriptor.ts";
import { mapHandle } from "./maps/handle.ts";
import { planMemory, type Area, type MemoryPlan } from "./maps/plan.ts";
import { CURRENT_BLOCK, current, missing, MISSING_BLOCK, PUMP_BLOCK, TAG_WINDOW, WATCH_BLOCK } from "./memory.ts";
import { drainRing } from "./runtime/drain.ts";
import { loadPrograms } from "./runtime/load-programs.ts";
import { limits, pump, pumpResult, task, watch } from "./runtime/layout.ts";
import { argumentsAddress, registersAddress } from "./runtime/stage-probed.ts";
import { livingTasks, taskAddress } from "./runtime/task-list.ts";
import { stageTaskFields } from "./runtime/stage-task-fields.ts";
import { clearDispatch, MAX_U64, stageEvents } from "./runtime/stage.ts";
import { forgetLosses, stageCallMemory } from "./runtime/stage-call-memory.ts";
import { stageCpus, stageTimers } from "./runtime/stage-timers.ts";
import { createSpaces } from "./runtime/stage-spaces.ts";
import { createStreams } from "./runtime/streams.ts";
import type { Staged } from "./travel/areas.ts";
import { machineTravel } from "./travel/machine-travel.ts";
import type { Onlooker, TravelMachine } from "./travel/travel-types.ts";

const HOST_COMM = "hindsight";
/** struct bpf_perf_event_data of x86-64: pt_regs, sample_period, addr. */
const EMPTY_CONTEXT_BYTES = 184;

/**
 * Lays out the memory, compiles the programs and puts everything in place; runs nothing yet.
 * Throws on what callers have to rule out before: maps that the kernel would not create (maps/create.ts), maps that do not fit into 4 GiB
 * (maps/plan.ts), pages of no size. RangeError when the system has not that much memory.
 */
export function createMachine(options: MachineOptions): TravelMachine {
  const plan = planFor(options);
  const memory = new WebAssembly.Memory({ initial: plan.sizeBytes / 65_536, maximum: plan.sizeBytes / 65_536 });
  const bytes = new Uint8Array(memory.buffer);
  const view = new DataView(memory.buffer);
  const streams = createStreams(options.streams, plan, bytes);
  const spaces = createSpaces(view, plan);
  const fill = (index: number, kept: number): number => {
    const filled = streams.fill(index, kept);
    spaces.refresh();
    return filled;
  };
  let onlooker: Onlooker | null = null;
  const load = ({ programs }: Pick<MachineOptions, "programs">): ReturnType<typeof loadPrograms> =>
    loadPrograms({ ...options, programs }, plan, memory, { fill, onlooker: () => onlooker });
  let { runtime, tableBase } = load(options);
  plan.maps.forEach((layout, i) => writeDescriptor(view, layout, i === options.outputRing));
  writeConstants(view, plan, options, tableBase);

  const maps = plan.maps.map((layout) => mapHandle(layout, bytes, runtime, { key: plan.keyArea, value: plan.valueArea }));
  const word = (at: number): number => view.getUint32(at, true);
  const long = (at: number): bigint => view.getBigUint64(at, true);
  const setWord = (at: number, value: number): void => view.setUint32(at, value, true);
  const setLong = (at: number, value: bigint): void => view.setBigUint64(at, BigInt.asUintN(64, value), true);
  const encoder = new TextEncoder();
  const setComm = (at: number, comm: string): void => {
    bytes.fill(0, at, at + limits.commBytes);
    bytes.set(encoder.encode(comm).subarray(0, limits.commBytes - 1), at);
  };

  let hostCpu = 0;
  setComm(CURRENT_BLOCK + current.hostComm, HOST_COMM);

  const clearStats = (): void => {
    for (const field of [pump.events, pump.fired, pump.lost, pump.firstTs, pump.lastTs]) setLong(PUMP_BLOCK + field, 0n);
    for (const field of [pump.lostUnknown, pump.damaged, pump.seen, pump.limited]) setWord(PUMP_BLOCK + field, 0);
  };

  const setHostContext = (context: Uint8Array | null): void => {
    const { address, sizeBytes } = plan.hostContext;
    if (context !== null && context.length > sizeBytes) throw new Error(`a context of ${context.length} bytes is too large`);
    bytes.fill(0, address, address + EMPTY_CONTEXT_BYTES);
    if (context !== null) bytes.set(context, address);
    setWord(PUMP_BLOCK + pump.hostContextBytes, context?.length ?? EMPTY_CONTEXT_BYTES);
  };
  setHostContext(null);

  /** Streams at their start, with nothing counted, and the dispatch table that decides which events they stop at. */
  const restart = (dispatch: Area, toNs: bigint | null): void => {
    streams.restart(toNs);
    clearStats();
    forgetLosses(view);
    setWord(PUMP_BLOCK + pump.dispatch, dispatch.address);
    setWord(PUMP_BLOCK + pump.primed, 0);
    setWord(PUMP_BLOCK + pump.pending, 0);
    setWord(PUMP_BLOCK + pump.paused, 0);
  };

  /** undefined: not looked for yet. */
  let firstTs: bigint | null | undefined;
  const findFirstTs = (): bigint | null => {
    if (firstTs !== undefined) return firstTs;
    restart(plan.dispatch, null);
    runtime.streams_peek();
    firstTs = word(PUMP_BLOCK + pump.seen) === 1 ? long(PUMP_BLOCK + pump.firstTs) : null;
    restart(plan.dispatch, null);
    return firstTs;
  };

  const seedTasks = (comms: ReadonlyMap<number, string>): void => {
    runtime.tasks_clear();
    for (const [pid, comm] of comms) {
      setComm(PUMP_BLOCK + pump.comm, comm);
      runtime.task_seed(pid);
    }
  };

  /** The bound of the run to come while the first names of tasks are being looked for in the whole recording; null: no prescan runs. */
  let prescan: { readonly toNs: bigint | null } | null = null;

  /** Of the last run. */
  let staged: Staged = {
    counters: { address: 0, sizeBytes: 0 },
    timers: 0,
    followsCpus: false,
    keepsCalls: false,
    keepsMemory: false,
    tracksTasks: false,
  };

  /** The dispatch tables hold what an earlier run put there. */
  let isStaged = false;

  const pumpWith = (run: () => number): PumpResult => {
    const result = prescan === null ? run() : runtime.pump_prescan();
    if (result !== pumpResult.done) return result === pumpResult.pause ? "pause" : "drain";
    if (prescan === null) return "done";
    restart(plan.dispatch, prescan.toNs);
    prescan = null;
    return "drain";
  };

  return {
    memory,
    maps,
    ncpus: plan.ncpus,
    runProgram(program, context) {
      setHostContext(context);
      setWord(CURRENT_BLOCK + current.cpu, hostCpu);
      setWord(CURRENT_BLOCK + current.cell, hostCpu);
      runtime.host_enter();
      const result = runtime.program_run(program, plan.hostContext.address);
      if (context !== null) setHostContext(null);
      return BigInt.asUintN(64, result);
    },
    setCurrent(fields) {
      if (fields.ts !== undefined) setLong(CURRENT_BLOCK + current.ts, fields.ts);
      if (fields.taiOffset !== undefined) setLong(CURRENT_BLOCK + current.taiOffset, fields.taiOffset);
      if (fields.startTs !== undefined) setLong(CURRENT_BLOCK + current.startTs, fields.startTs);
      if (fields.cpu !== undefined) hostCpu = fields.cpu;
      if (fields.tid !== undefined) setWord(PUMP_BLOCK + pump.hostTid, fields.tid);
      if (fields.tgid !== undefined) setWord(CURRENT_BLOCK + current.hostTgid, fields.tgid);
      if (fields.comm !== undefined) setComm(CURRENT_BLOCK + current.hostComm, fields.comm);
    },
    startPump(options) {
      const { fromNs, toNs, timers } = options;
      if (options.trackTasks && plan.tasks.sizeBytes === 0)
        throw new Error("tasks are to be tracked, and the machine was made without room");
      const first = findFirstTs();
      const base = first === null ? null : fromNs !== null && fromNs > first ? fromNs : first;
      if (isStaged) clearDispatch(bytes, plan);
      isStaged = true;
      const { hasRules, counters } = stageEvents(view, plan, options);
      writeTags(bytes, plan, options.tags ?? []);
      spaces.follow(options.spaces ?? null);
      staged = {
        counters: { address: counters, sizeBytes: (options.counters ?? 0) * 4 },
        timers: timers.length,
        followsCpus: timers.some(({ everyCpu }) => everyCpu === true),
        keepsCalls: options.probed?.some(({ pair }) => pair !== null) ?? false,
        keepsMemory: stageCallMemory(view, plan, options.probed ?? []),
        tracksTasks: options.trackTasks,
      };
      stageTimers(view, plan, timers, base, counters);
      stageCpus(view, plan, options.cpus ?? [plan.ncpus]);
      runtime.timers_update();
      setLong(PUMP_BLOCK + pump.fromNs, fromNs ?? 0n);
      setLong(PUMP_BLOCK + pump.toNs, toNs ?? MAX_U64);
      if (options.trackTasks) seedTasks(options.comms);
      const isScanned = hasRules && options.tellsTasks !== true;
      prescan = isScanned ? { toNs } : null;
      restart(isScanned ? plan.ruleDispatch : plan.dispatch, isScanned ? null : toNs);
    },
    pump(slice = limits.budget) {
      setWord(PUMP_BLOCK + pump.slice, slice);
      return pumpWith(() => runtime.pump_run());
    },
    tasks: () => livingTasks(view).map((tid) => ({ tid, address: taskAddress(tid) })),
    firstTs: findFirstTs,
    stats() {
      const seen = word(PUMP_BLOCK + pump.seen) === 1;
      return {
        events: long(PUMP_BLOCK + pump.events),
        fired: long(PUMP_BLOCK + pump.fired),
        lost: long(PUMP_BLOCK + pump.lost),
        lostUnknown: word(PUMP_BLOCK + pump.lostUnknown),
        damaged: word(PUMP_BLOCK + pump.damaged),
        firstTs: seen ? long(PUMP_BLOCK + pump.firstTs) : null,
        lastTs: seen ? long(PUMP_BLOCK + pump.lastTs) : null,
      };
    },
    drain(each) {
      const ring = plan.maps[options.outputRing];
      if (ring !== undefined) drainRing(view, ring, each);
    },
    takeOutputLost() {
      const lost = word(CURRENT_BLOCK + current.outputLost);
      setWord(CURRENT_BLOCK + current.outputLost, 0);
      return lost;
    },
    counter: (index) => word(staged.counters.address + index * 4),
    travel: machineTravel({
      memory,
      plan,
      streams,
      outputRing: plan.maps[options.outputRing],
      staged: () => staged,
      isPreparing: () => prescan !== null,
      pump: () => pumpWith(() => runtime.pump_watch()),
      timersUpdate: () => runtime.timers_update(),
      replacePrograms(programs) {
        ({ runtime, tableBase } = load({ programs }));
        setWord(PUMP_BLOCK + pump.tableBase, tableBase);
      },
      setOnlooker(next) {
        onlooker = next;
        setWord(PUMP_BLOCK + pump.interp, options.backend === "interp" || next !== null ? 1 : 0);
      },
    }),
    missingCounts() {
      const { sizeBytes: _, ...counters } = missing;
      return Object.fromEntries(Object.entries(counters).map(([name, offset]) => [name, word(MISSING_BLOCK + offset)]));
    },
  };
}

function planFor(options: MachineOptions): MemoryPlan {
  for (const spec of options.maps) {
    const error = createError(spec);
    if (error !== 0) throw new Error(`map ${spec.name} cannot be created: ${error}`);
  }
  for (const { pageBytes, headerBytes } of options.streams) {
    if (!Number.isInteger(pageBytes) || pageBytes <= headerBytes) throw new Error(`ring-buffer pages of ${pageBytes} bytes`);
  }
  const plan = planMemory(options);
  if (plan.kind === "too_large") throw new Error(`the maps need ${plan.neededBytes} bytes of memory (largest: ${plan.map ?? "none"})`);
  return plan;
}

function writeTags(bytes: Uint8Array, plan: MemoryPlan, tags: readonly string[]): void {
  const encoder = new TextEncoder();
  tags.forEach((tag, i) => {
    const at = i * TAG_WINDOW.bytes;
    if (at < plan.tags.sizeBytes) bytes.set(encoder.encode(tag).subarray(0, TAG_WINDOW.bytes - 1), plan.tags.address + at);
  });
}

function writeConstants(view: DataView, plan: MemoryPlan, options: MachineOptions, tableBase: number): void {
  const setPump = (field: number, value: number): void => view.setUint32(PUMP_BLOCK + field, value, true);
  setPump(pump.slice, limits.budget);
  setPump(pump.interp, options.backend === "interp" ? 1 : 0);
  setPump(pump.tableBase, tableBase);
  setPump(pump.dispatch, plan.dispatch.address);
  setPump(pump.cursors, plan.cursors.address);
  setPump(pump.tree, plan.tree.address);
  setPump(pump.timers, plan.timers.address);
  setPump(pump.hostContext, plan.hostContext.address);
  setPump(pump.registers, registersAddress(plan));
  setPump(pump.args, argumentsAddress(plan));
  setPump(pump.regions, plan.regions.address);
  setPump(pump.frames, plan.frames.address);
  setPump(pump.calls, plan.calls.address);
  setPump(pump.running, plan.running.address);
  setPump(pump.tags, plan.tags.address);
  view.setUint32(WATCH_BLOCK + watch.runs, plan.runs.address, true);
  view.setUint32(WATCH_BLOCK + watch.stops, plan.stops.address, true);
  setPump(pump.mapsStart, plan.mapsArea.address);
  setPump(pump.mapsEnd, plan.mapsArea.address + plan.mapsArea.sizeBytes);
  setPump(pump.taskIndex, plan.taskIndex.address);
  setPump(pump.tasks, plan.tasks.address);
  setPump(pump.taskCapacity, plan.tasks.sizeBytes / task.sizeBytes);
  view.setBigUint64(PUMP_BLOCK + pump.due, MAX_U64, true);
  view.setBigUint64(WATCH_BLOCK + watch.stopNs, MAX_U64, true);
  view.setBigUint64(WATCH_BLOCK + watch.stopFiring, MAX_U64, true);
  view.setUint32(CURRENT_BLOCK + current.ncpus, plan.ncpus, true);
  view.setUint32(CURRENT_BLOCK + current.missingAddr, MISSING_BLOCK, true);
  stageTaskFields(view, options.taskFields ?? []);
  view.setBigUint64(CURRENT_BLOCK + current.randState, BigInt.asUintN(64, options.randSeed), true);
}
