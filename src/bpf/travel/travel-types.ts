/** What a machine offers to whoever moves through a run in both directions. */
import type { InterpOptions } from "../interp/interp.ts";
import type { Machine, PumpResult } from "../machine-types.ts";
import type { StreamPlace } from "../runtime/streams.ts";
import type { ProgramSpec } from "../spec.ts";
import type { MemoryImage } from "./image.ts";

export interface TravelMachine extends Machine {
  readonly travel: MachineTravel;
}

/** A firing is an event that runs at least one program, or a timer; they are numbered from 1. Absent: that is no reason to stop. */
export interface Stops {
  /** Before the first event or timer of this time or later. */
  readonly beforeNs?: bigint;
  /** Behind the firing of this number, at once if it has been. */
  readonly firing?: number;
  /** Behind a firing that runs one of these programs. */
  readonly programs?: readonly number[];
  /** Behind a firing after which this program returns something but 0. What else it does stays done. */
  readonly condition?: number;
}

export interface Hits {
  readonly time: boolean;
  readonly firing: boolean;
  readonly program: boolean;
  readonly condition: boolean;
}

export interface Watched {
  readonly result: PumpResult;
  /** Several at a time: a drain may be due where a stop is, too. */
  readonly hits: Hits;
}

/** All of a run's state, as it is between two calls of the pump. */
export interface MachineImage {
  readonly memory: MemoryImage;
  readonly streams: readonly StreamPlace[];
}

/** The firing that was the last one. */
export interface FiringView {
  readonly tsNs: bigint;
  readonly cpu: number;
  readonly tid: number;
  /** A timer that fires as the session itself. */
  readonly isTimer: boolean;
  /** In firing order; of very many the first ones. */
  readonly programs: readonly number[];
  /**
   * A copy of the event's record from common_type on; timers, and ticks on a CPU, have none. Right after a stop behind the firing only: the
   * window moves on.
   */
  readonly record: Uint8Array;
}

/** Runs a program in the interpreter, with the options of whoever looks on. */
export type Interpretation = (options: InterpOptions) => bigint;
/** Called in place of a program, and has to run it (once). */
export type Onlooker = (program: number, context: bigint, interpret: Interpretation) => bigint;

export interface MachineTravel {
  /** Does what has to be done before the first event: looks for the first names of tasks. */
  prepare(): void;
  /** Machine.pump does so first, too. */
  isPreparing(): boolean;
  /** As Machine.pump, and comes back ("pause") at the stops. Where it drains does not depend on them. */
  pump(stops: Stops, slice?: number): Watched;
  firings(): number;
  /** Time of the event or timer that was handled last; null: none has been. */
  reachedNs(): bigint | null;
  lastFiring(): FiringView;
  /** How often a program ran. */
  runs(program: number): number;
  /** Bytes of output records that are not drained yet. */
  pendingOutput(): number;
  /** Hands over the output records behind the first `from` bytes of those, and leaves them there. */
  peek(from: number, each: (record: DataView) => boolean): void;
  /** Shares with `previous` what is as it was then. */
  capture(previous: MachineImage | null): MachineImage;
  restore(image: MachineImage): void;
  /** Bytes that an image is about as large as, were nothing shared. */
  stateBytes(): number;
  /** Another machine has read the same streams. */
  reclaimStreams(): void;
  /** The map (by index) whose elements are at that address of the linear memory; null: it is no map's. */
  mapAt(address: number): number | null;
  /** One program more at most, compiled with the same maps: they, and all state, stay. */
  replacePrograms(programs: readonly ProgramSpec[]): void;
  /** Until it is called with null every program runs in the interpreter, and before an onlooker. */
  watchPrograms(onlooker: Onlooker | null): void;
}
