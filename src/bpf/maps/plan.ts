/**
 * Lays out the linear memory of a machine: pure arithmetic. Everything has its place before the run, so the memory never grows and every
 * address is a constant for the JIT. Pages that nothing touches cost no real memory (the engine maps them on demand), which is why tables
 * can be as large as their domain; nobody may fill them with zeros in advance. What few scripts need takes room in their runs only: beyond
 * 64 MB of addresses V8 collects garbage at the start.
 */
import type { ArrayLayout, HashLayout, MapPlan } from "../jit/env.ts";
import { HEAP_BASE, TAG_WINDOW } from "../memory.ts";
import { callLimits } from "../runtime/call-memory-layout.ts";
import {
  cursor,
  element,
  keptCall,
  layoutIds,
  limits,
  map,
  region,
  running,
  spaceChange,
  spaceTable,
  stackElement,
  task,
  timer,
} from "../runtime/layout.ts";
import type { MapSpec } from "../spec.ts";
import { isArray, isLru, isPercpu } from "./create.ts";

export interface MapLayout extends MapPlan {
  /** Cells of an element: CPUs for per-CPU maps, else 1; each of cellBytes, the value size rounded up to 8. */
  readonly cells: number;
  readonly cellBytes: number;
  /** Slab of a hash map, row of an array, data of a ring. */
  readonly elements: number;
  readonly elementBytes: number;
  /** Of the first cell in an element. */
  readonly valueOffset: number;
  /** Hash maps: table of 2^bucketBits words; 0 for others. */
  readonly buckets: number;
  readonly bucketBits: number;
}

export interface WindowLayout {
  readonly address: number;
  /** Whole pages of the stream. */
  readonly sizeBytes: number;
}

export interface Area {
  readonly address: number;
  readonly sizeBytes: number;
}

export interface MemoryPlan {
  readonly kind: "plan";
  /** Multiple of 64 KiB. */
  readonly sizeBytes: number;
  readonly ncpus: number;
  readonly maps: readonly MapLayout[];
  /** Maps and their scratch: what programs may read through bpf_probe_read_kernel. */
  readonly mapsArea: Area;
  readonly windows: readonly WindowLayout[];
  readonly cursors: Area;
  readonly tree: Area;
  readonly timers: Area;
  /** What runs on each CPU of each recording. */
  readonly running: Area;
  readonly dispatch: Area;
  readonly ruleDispatch: Area;
  readonly tags: Area;
  /** Event plans and task rules. */
  readonly lists: Area;
  readonly hostContext: Area;
  /** Rebuilt pt_regs and, behind them, arguments. */
  readonly probeContext: Area;
  readonly regions: Area;
  /** Frames of a stack being looked at. */
  readonly frames: Area;
  /** Calls under way. */
  readonly calls: Area;
  /** Memory of calls under way: who has any, and the calls; of no size where none is kept. */
  readonly callTable: Area;
  readonly callMemory: Area;
  /** Key and value of a call from the session. */
  readonly keyArea: Area;
  readonly valueArea: Area;
  /** For time travel: u64 and one byte for each program (runtime/layout.ts, watch). */
  readonly runs: Area;
  readonly stops: Area;
  readonly taskIndex: Area;
  /** Of no size where none are tracked. */
  readonly tasks: Area;
  /** Of no size where no program asks. */
  readonly spaces: Area;
}

/** More than the 4 GiB that addresses of 32 bits reach. */
export interface PlanFailure {
  readonly kind: "too_large";
  readonly neededBytes: number;
  /** The largest map. */
  readonly map: string | null;
}

export interface PlanInput {
  readonly programs?: readonly unknown[];
  readonly maps: readonly MapSpec[];
  readonly ncpus: number;
  /** Of MachineOptions. */
  readonly tracksTasks?: boolean;
  readonly asksForSpaces?: boolean;
  readonly keepsMemory?: boolean;
  readonly streams: readonly { readonly cpu: number; readonly pageBytes: number; readonly recording?: number; readonly layout?: number }[];
}

const WASM_PAGE = 65_536;
const MAX_BYTES = 2 ** 32;
const LINE = 64;
const EVENT_IDS = layoutIds.count;
/** Task rules and program lists of all events: some 100,000 attach points. */
const LIST_BYTES = 8 << 20;
/** 256 for pt_regs, and as much for arguments. */
const PROBE_CONTEXT_BYTES = 512;
const MAX_TIMERS = 65_536;
const MAX_TASKS = 262_144;
const WINDOW_BYTES = 256 << 10;
const MIN_WINDOW_BYTES = 32 << 10;
/** For the windows of machines with hundreds of CPUs. */
const WINDOWS_BYTES = 64 << 20;
/** Room behind the last structure: a load at a constant offset (16 bits) of a short record stays inside the memory. */
const TAIL_BYTES = 65_536;

const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to;

/** Between a third and two thirds of the buckets are used when the map is full. */
const bucketBitsFor = (maxEntries: number): number => Math.max(1, Math.ceil(Math.log2(maxEntries * 1.5)));

export function planMemory(input: PlanInput): MemoryPlan | PlanFailure {
  const ncpus = input.streams.reduce((most, { cpu }) => Math.max(most, cpu + 1), Math.max(1, input.ncpus));
  let top = HEAP_BASE;
  const take = (sizeBytes: number): Area => {
    const area = { address: top, sizeBytes };
    top = roundUp(top + sizeBytes, LINE);
    return area;
  };
  const streams = Math.max(1, input.streams.length);
  const descriptors = take(input.maps.length * map.sizeBytes);
  const cursors = take(streams * cursor.sizeBytes);
  const tree = take(streams * 4);
  const hostContext = take(WASM_PAGE);
  const probeContext = take(PROBE_CONTEXT_BYTES);
  const regions = take(limits.regions * region.sizeBytes);
  const frames = take(limits.frames * 8);
  const calls = take(limits.calls * keptCall.sizeBytes);
  const callTable = take(input.keepsMemory === true ? callLimits.table * 4 : 0);
  const callMemory = take(input.keepsMemory === true ? callLimits.calls * callLimits.callBytes : 0);
  const layouts = input.streams.reduce((most, { layout = 0 }) => Math.max(most, layout + 1), 1);
  const recordings = input.streams.reduce((most, { recording = 0 }) => Math.max(most, recording + 1), 1);
  const dispatch = take(EVENT_IDS * 4 * layouts);
  const ruleDispatch = take(EVENT_IDS * 4 * layouts);
  const tags = take(recordings * TAG_WINDOW.bytes);
  const lists = take(LIST_BYTES);
  const timers = take(MAX_TIMERS * timer.sizeBytes);
  const runningTasks = take(recordings * ncpus * running.sizeBytes);
  // One program may be put in later.
  const programs = (input.programs?.length ?? 0) + 1;
  const runs = take(programs * 8);
  const stops = take(programs);
  const taskIndex = take(limits.pids * 4);
  const tasks = take(input.tracksTasks === false ? 0 : MAX_TASKS * task.sizeBytes);
  const spaces = take(input.asksForSpaces === true ? spaceTable.changes + limits.spaceChanges * spaceChange.sizeBytes : 0);
  const largest = (bytes: (spec: MapSpec) => number): number => input.maps.reduce((most, spec) => Math.max(most, bytes(spec)), 8);
  const keyArea = take(largest((spec) => spec.keySize));
  const valueArea = take(largest((spec) => roundUp(spec.valueSize, 8) * (isPercpu(spec.type) ? ncpus : 1)));
  const windows = input.streams.map(({ pageBytes }) => take(windowBytes(pageBytes, input.streams.length)));
  const mapsStart = top;
  const maps = input.maps.map((spec, i) => planMap(spec, { address: descriptors.address + i * map.sizeBytes, ncpus, take }));
  const mapsArea = { address: mapsStart, sizeBytes: top - mapsStart };

  const sizeBytes = roundUp(top + TAIL_BYTES, WASM_PAGE);
  if (sizeBytes > MAX_BYTES) return { kind: "too_large", neededBytes: sizeBytes, map: largestMap(maps) };
  return {
    kind: "plan",
    sizeBytes,
    ncpus,
    maps,
    mapsArea,
    windows,
    cursors,
    tree,
    timers,
    running: runningTasks,
    dispatch,
    ruleDispatch,
    tags,
    lists,
    hostContext,
    probeContext,
    regions,
    frames,
    calls,
    callTable,
    callMemory,
    keyArea,
    valueArea,
    runs,
    stops,
    taskIndex,
    tasks,
    spaces,
  };
}

interface MapRoom {
  readonly address: number;
  readonly ncpus: number;
  readonly take: (sizeBytes: number) => Area;
}

function planMap(spec: MapSpec, { address, ncpus, take }: MapRoom): MapLayout {
  const cells = isPercpu(spec.type) ? ncpus : 1;
  const cellBytes = roundUp(spec.valueSize, 8);
  const common = { spec, address, cells, cellBytes };
  if (spec.type === "ringbuf") {
    const { address: elements } = take(spec.maxEntries);
    return { ...common, elements, elementBytes: 0, valueOffset: 0, buckets: 0, bucketBits: 0, array: null, hash: null };
  }
  if (spec.type === "stack_trace") {
    const elementBytes = stackElement.frames + cellBytes;
    const bucketBits = bucketBitsFor(spec.maxEntries);
    const { address: buckets } = take(2 ** bucketBits * 4);
    const { address: elements } = take(spec.maxEntries * elementBytes);
    return { ...common, elements, elementBytes, valueOffset: stackElement.frames, buckets, bucketBits, array: null, hash: null };
  }
  const valueOffset = isArray(spec.type) ? 0 : element.key + roundUp(spec.keySize, 8);
  const elementBytes = valueOffset + cells * cellBytes;
  if (isArray(spec.type)) {
    const { address: elements } = take(spec.maxEntries * elementBytes);
    const array: ArrayLayout = { values: elements, elementStride: elementBytes, cpuStride: isPercpu(spec.type) ? cellBytes : 0 };
    return { ...common, elements, elementBytes, valueOffset, buckets: 0, bucketBits: 0, array, hash: null };
  }
  const bucketBits = bucketBitsFor(spec.maxEntries);
  const { address: buckets } = take(2 ** bucketBits * 4);
  const { address: elements } = take(spec.maxEntries * elementBytes);
  const hash: HashLayout = { buckets, shift: 32 - bucketBits, valueOffset, cpuStride: isPercpu(spec.type) ? cellBytes : 0 };
  return { ...common, elements, elementBytes, valueOffset, buckets, bucketBits, array: null, hash: isLru(spec.type) ? null : hash };
}

function windowBytes(pageBytes: number, streams: number): number {
  const wanted = Math.min(WINDOW_BYTES, Math.max(MIN_WINDOW_BYTES, Math.floor(WINDOWS_BYTES / streams)));
  // One may be kept in front of the next ones.
  return Math.max(2, Math.floor(wanted / pageBytes)) * pageBytes;
}

const mapBytes = (layout: MapLayout): number =>
  layout.spec.type === "ringbuf" ? layout.spec.maxEntries : layout.spec.maxEntries * layout.elementBytes;

function largestMap(maps: readonly MapLayout[]): string | null {
  return (
    maps.reduce<MapLayout | null>((most, one) => (most === null || mapBytes(one) > mapBytes(most) ? one : most), null)?.spec.name ?? null
  );
}
