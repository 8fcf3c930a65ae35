/** Implements travel-types.ts for a machine in memory. */
import type { PumpResult } from "../machine-types.ts";
import type { Area, MemoryPlan } from "../maps/plan.ts";
import { CURRENT_BLOCK, current, PUMP_BLOCK, WATCH_BLOCK } from "../memory.ts";
import { peekRing } from "../runtime/drain.ts";
import { limits, map, pump, task, watch, watchHits } from "../runtime/layout.ts";
import { MAX_U64 } from "../runtime/stage.ts";
import type { Streams } from "../runtime/streams.ts";
import type { ProgramSpec } from "../spec.ts";
import { stateAreas, type Staged } from "./areas.ts";
import { captureImage, restoreImage } from "./image.ts";
import type { MachineTravel, Onlooker, Stops } from "./travel-types.ts";

/** What of the machine travel needs beside its memory. */
export interface Engine {
  readonly memory: WebAssembly.Memory;
  readonly plan: MemoryPlan;
  readonly streams: Streams;
  /** Of the output; undefined: there is none. */
  readonly outputRing: MemoryPlan["maps"][number] | undefined;
  readonly staged: () => Staged;
  readonly isPreparing: () => boolean;
  /** One call of the pump: of the prescan while it is under way, else of pump_watch. */
  readonly pump: () => PumpResult;
  readonly timersUpdate: () => void;
  readonly replacePrograms: (programs: readonly ProgramSpec[]) => void;
  readonly setOnlooker: (onlooker: Onlooker | null) => void;
}

/** What is not state although it stands among it: how programs are called, and how long the session lets the pump run. */
const KEPT_FIELDS = [pump.interp, pump.tableBase, pump.slice] as const;

export function machineTravel(engine: Engine): MachineTravel {
  const { plan, streams } = engine;
  const bytes = new Uint8Array(engine.memory.buffer);
  const words = new Int32Array(engine.memory.buffer);
  const view = new DataView(engine.memory.buffer);
  const word = (at: number): number => view.getUint32(at, true);
  const long = (at: number): bigint => view.getBigUint64(at, true);
  const setWord = (at: number, value: number): void => view.setUint32(at, value, true);
  const areas = (): Area[] => stateAreas(view, plan, engine.staged());

  const setStops = ({ beforeNs = MAX_U64, firing, programs = [], condition }: Stops): void => {
    const { address, sizeBytes } = plan.stops;
    view.setBigUint64(WATCH_BLOCK + watch.stopNs, BigInt.asUintN(64, beforeNs), true);
    view.setBigUint64(WATCH_BLOCK + watch.stopFiring, firing === undefined ? MAX_U64 : BigInt(firing), true);
    setWord(WATCH_BLOCK + watch.condition, condition === undefined ? 0 : condition + 1);
    setWord(WATCH_BLOCK + watch.hit, 0);
    bytes.fill(0, address, address + sizeBytes);
    for (const program of programs) bytes[address + program] = 1;
    engine.timersUpdate();
  };

  /** The table of tasks by pid is large and says nothing that the tasks do not. */
  const indexTasks = (known: boolean): void => {
    const count = word(PUMP_BLOCK + pump.taskCount);
    for (let i = 0; i < count; i++) {
      const at = plan.tasks.address + i * task.sizeBytes;
      setWord(plan.taskIndex.address + word(at + task.pid) * 4, known ? at : 0);
    }
  };

  const pendingOutput = (): number => {
    const ring = engine.outputRing;
    return ring === undefined ? 0 : Number(long(ring.address + map.produced) - long(ring.address + map.consumed));
  };

  return {
    prepare() {
      while (engine.isPreparing()) engine.pump();
    },
    isPreparing: engine.isPreparing,
    pump(stops, slice = limits.budget) {
      setStops(stops);
      setWord(PUMP_BLOCK + pump.slice, slice);
      const result = engine.pump();
      const hit = word(WATCH_BLOCK + watch.hit);
      setStops({});
      return {
        result,
        hits: {
          time: (hit & watchHits.time) !== 0,
          firing: (hit & watchHits.firing) !== 0,
          program: (hit & watchHits.program) !== 0,
          condition: (hit & watchHits.condition) !== 0,
        },
      };
    },
    firings: () => Number(long(PUMP_BLOCK + pump.fired) + long(WATCH_BLOCK + watch.ticks)),
    reachedNs() {
      const reached = long(WATCH_BLOCK + watch.reached);
      return reached === 0n ? null : reached;
    },
    lastFiring() {
      const isTimer = word(CURRENT_BLOCK + current.host) === 1;
      const [at, length] = [word(CURRENT_BLOCK + current.recordAddr), word(CURRENT_BLOCK + current.recordLen)];
      const ran = word(WATCH_BLOCK + watch.ran);
      return {
        tsNs: long(CURRENT_BLOCK + current.ts),
        cpu: word(CURRENT_BLOCK + current.cpu),
        tid: word(CURRENT_BLOCK + current.tid),
        isTimer,
        programs: Array.from({ length: ran }, (_, i) => word(WATCH_BLOCK + watch.ranPrograms + i * 4)),
        record: at === plan.hostContext.address ? new Uint8Array() : bytes.slice(at, at + length),
      };
    },
    runs: (program) => Number(long(plan.runs.address + program * 8)),
    pendingOutput,
    peek(from, each) {
      if (engine.outputRing !== undefined) peekRing(view, engine.outputRing, from, each);
    },
    capture: (previous) => ({ memory: captureImage(words, areas(), previous?.memory ?? null), streams: streams.places() }),
    restore(image) {
      const kept = KEPT_FIELDS.map((field) => word(PUMP_BLOCK + field));
      const { tracksTasks } = engine.staged();
      if (tracksTasks) indexTasks(false);
      restoreImage(words, image.memory);
      if (tracksTasks) indexTasks(true);
      KEPT_FIELDS.forEach((field, i) => setWord(PUMP_BLOCK + field, kept[i]!));
      streams.restore(image.streams);
    },
    stateBytes: () => areas().reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    reclaimStreams: () => streams.reclaim(),
    mapAt(address) {
      const index = plan.maps.findLastIndex(({ elements }) => elements <= address);
      return index < 0 || address >= plan.mapsArea.address + plan.mapsArea.sizeBytes ? null : index;
    },
    replacePrograms: engine.replacePrograms,
    watchPrograms: engine.setOnlooker,
  };
}
