/** The transcoder (assembly/) as an object: records in, ring-buffer pages out. */
import type { PerfAttr } from "./attr.ts";
import type { RecordBytes } from "./record-bytes.ts";
import { commonTimeOffset, idOffset, plainLayout, writeAttr, type SampledMachine } from "./sample-layout.ts";
import { attr, idSlot, limits, produced, run, SLACK, STATE, state } from "./transcoder-layout.ts";
import { transcoderBytes } from "./transcoder.wasm.ts";

interface Exports {
  readonly reset: () => void;
  readonly reserve: (bytes: number) => number;
  readonly room: () => number;
  readonly supply: (bytes: number) => void;
  readonly produce_little: () => number;
  readonly produce_big: () => number;
}

export interface TranscoderOptions {
  readonly attrs: readonly PerfAttr[];
  /** common_type of the samples of each attr. */
  readonly eventIds: readonly number[];
  readonly ownEvents: OwnEventIds;
  readonly byteOrder: "little" | "big";
  readonly machine: SampledMachine;
  readonly longBytes: 4 | 8;
  /** Told of records about code, each time they come; the view is valid during the call. */
  readonly sideband: (record: DataView) => void;
}

type OwnEvent = "tgidEvent" | "commEvent" | "forkEvent" | "exitEvent" | "cgroupEvent" | "kernelStack" | "userStack";
/** Ids of the events that the transcoder makes up. */
export type OwnEventIds = Readonly<Record<OwnEvent, number>>;

export interface TranscoderCounts {
  readonly damaged: number;
  readonly unknownIds: number;
  /** Samples that came later than their round, and so are out of order. */
  readonly late: number;
  readonly throttled: number;
  readonly stackDumps: number;
  readonly innermostFrames: number;
  readonly withoutTime: number;
  readonly deferredChains: number;
  /** Position in the stream of records from which on they cannot be read; null: they could. */
  readonly brokenAt: bigint | null;
}

export interface Transcoder {
  /** Fills whole pages of `into` (at least one); 0 at the end. */
  read(into: Uint8Array, records: RecordBytes): number;
  /** From the next reset on, records of plain samples may end behind so many bytes. */
  want(bytes: number): void;
  /** To the beginning; counters too. */
  reset(): void;
  counts(): TranscoderCounts;
}

const WASM_PAGE = 65_536;
/** Read at once: it is still in the cache when it is looked through. */
const PIECE_BYTES = 1 << 17;
/** Rounds of the recorder are shorter, but for machines with very many CPUs. */
const MOST_PENDING_BYTES = 64 << 20;

/** Of every record: type, flags, preempt count and pid. */
const COMMON_BYTES = 8;
/** More than any record has. */
const MOST_WANTED = 65_536;

const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to;

/** Room for twice as many ids as there are: a power of two. */
const slotsFor = (ids: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, ids) * 2 + 1));

/** As assembly/attrs.ts has it. */
const hashOf = (id: bigint): number => Math.imul(Number(id & 0xffffffffn) | 0, 0x9e3779b1 | 0) >>> 7;

interface Plan {
  readonly ids: number;
  readonly idSlots: number;
  /** Table by id, of ids that are close together. */
  readonly dense: number;
  readonly denseBase: bigint;
  readonly denseCount: number;
  readonly told: number;
  readonly runs: number;
  readonly heap: number;
  readonly out: number;
  readonly blockMarks: number;
  readonly arena: number;
  readonly sizeBytes: number;
}

const ATTRS = 4096;

/** Range of the ids, if a table of all in between is not much longer than one of theirs. */
function denseRange(attrs: readonly PerfAttr[]): { readonly base: bigint; readonly count: number } {
  const all = attrs.flatMap(({ ids }) => ids);
  if (all.length === 0) return { base: 0n, count: 0 };
  const least = all.reduce((a, b) => (b < a ? b : a));
  const span = all.reduce((a, b) => (b > a ? b : a)) - least + 1n;
  return span > BigInt(all.length * 8 + 64) ? { base: 0n, count: 0 } : { base: least, count: Number(span) };
}

function planOf(attrs: readonly PerfAttr[]): Plan {
  const idSlots = slotsFor(attrs.reduce((sum, one) => sum + one.ids.length, 0));
  const ids = roundUp(ATTRS + attrs.length * attr.sizeBytes, 64);
  const dense = ids + idSlots * idSlot.sizeBytes;
  const { base: denseBase, count: denseCount } = denseRange(attrs);
  const told = dense + roundUp(denseCount * 4, 64);
  const runs = told + limits.pids * 4;
  const heap = runs + limits.runs * run.sizeBytes;
  const out = heap + limits.runs * 4;
  const blockMarks = out + limits.pages * limits.pageBytes + SLACK;
  const arena = blockMarks + limits.blocks;
  return {
    ids,
    idSlots,
    dense,
    denseBase,
    denseCount,
    told,
    runs,
    heap,
    out,
    blockMarks,
    arena,
    sizeBytes: roundUp(arena + limits.blockBytes + SLACK, WASM_PAGE),
  };
}

function writeIds(view: DataView, { ids, idSlots, dense, denseBase, denseCount }: Plan, attrs: readonly PerfAttr[]): void {
  attrs.forEach((one, i) => {
    for (const id of one.ids) {
      if (denseCount > 0) view.setUint32(dense + Number(id - denseBase) * 4, ATTRS + i * attr.sizeBytes, true);
      let index = hashOf(id);
      const slotAt = (): number => ids + (index & (idSlots - 1)) * idSlot.sizeBytes;
      while (view.getUint32(slotAt() + idSlot.attr, true) !== 0) index++;
      view.setBigUint64(slotAt() + idSlot.id, id, true);
      view.setUint32(slotAt() + idSlot.attr, ATTRS + i * attr.sizeBytes, true);
    }
  });
}

export function createTranscoder(options: TranscoderOptions): Transcoder {
  const { attrs, eventIds, ownEvents, byteOrder, longBytes, sideband } = options;
  const plan = planOf(attrs);
  const memory = new WebAssembly.Memory({ initial: plan.sizeBytes / WASM_PAGE });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(transcoderBytes()), {
    env: {
      memory,
      sideband(at: number) {
        const size = new DataView(memory.buffer, at >>> 0, 8).getUint16(6, byteOrder === "little");
        sideband(new DataView(memory.buffer, at >>> 0, size));
      },
    },
  });
  const module = exports as unknown as Exports;
  const view = new DataView(memory.buffer);
  const set = (field: number, value: number): void => view.setUint32(STATE + field, value, true);
  attrs.forEach((one, i) => writeAttr(view, ATTRS + i * attr.sizeBytes, one, eventIds[i]!, options.machine));
  writeIds(view, plan, attrs);
  set(state.attrs, ATTRS);
  set(state.attrCount, attrs.length);
  set(state.ids, plan.ids);
  set(state.idMask, plan.idSlots - 1);
  set(state.dense, plan.dense);
  set(state.denseCount, plan.denseCount);
  view.setBigUint64(STATE + state.denseBase, plan.denseBase, true);
  const plain = plainLayout(attrs);
  if (plain !== null) {
    set(state.plainRawAt, plain.rawAt);
    set(state.plainTidAt, plain.tidAt);
    set(state.plainCpuAt, plain.cpuAt);
  }
  set(state.idAt, idOffset(attrs));
  set(state.sampleTimeAt, commonTimeOffset(attrs));
  for (const [name, id] of Object.entries(ownEvents)) set(state[name as keyof OwnEventIds], id);
  set(state.wordBytes, longBytes);
  set(state.told, plan.told);
  set(state.runs, plan.runs);
  set(state.heap, plan.heap);
  set(state.out, plan.out);
  set(state.outBytes, limits.pages * limits.pageBytes);
  set(state.blockMarks, plan.blockMarks);
  set(state.arena, plan.arena);
  set(state.mostPending, MOST_PENDING_BYTES);
  set(state.wantedBytes, MOST_WANTED);
  module.reset();
  const produce = byteOrder === "little" ? module.produce_little : module.produce_big;
  /** Pages that did not fit into the last window. */
  let [ready, end] = [plan.out, plan.out];
  let wanted = MOST_WANTED;

  const feed = (records: RecordBytes): void => {
    const at = module.reserve(PIECE_BYTES) >>> 0;
    module.supply(records.read(new Uint8Array(memory.buffer, at, Math.min(module.room(), PIECE_BYTES))));
  };

  return {
    read(into, records) {
      while (ready === end) {
        const result = produce();
        if (result === produced.done) return 0;
        if (result === produced.needsData) feed(records);
        else [ready, end] = [plan.out, plan.out + result];
      }
      const room = Math.floor(into.length / limits.pageBytes) * limits.pageBytes;
      const bytes = Math.min(room, end - ready);
      into.set(new Uint8Array(memory.buffer, ready, bytes));
      ready += bytes;
      return bytes;
    },
    want(bytes) {
      wanted = Math.min(MOST_WANTED, roundUp(Math.max(COMMON_BYTES, bytes), 4));
    },
    reset() {
      new DataView(memory.buffer).setUint32(STATE + state.wantedBytes, wanted, true);
      module.reset();
      [ready, end] = [plan.out, plan.out];
    },
    counts() {
      const now = new DataView(memory.buffer, STATE);
      const at = (field: number): number => now.getUint32(field, true);
      return {
        damaged: at(state.damaged),
        unknownIds: at(state.unknownIds),
        late: at(state.late),
        throttled: at(state.throttled),
        stackDumps: at(state.stackDumps),
        innermostFrames: at(state.innermostFrames),
        withoutTime: at(state.withoutTime),
        deferredChains: at(state.deferredChains),
        brokenAt: at(state.isBroken) === 0 ? null : now.getBigUint64(state.brokenAt, true),
      };
    },
  };
}
