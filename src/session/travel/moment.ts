/** A moment of a run, kept to come back to: the machine's state and the session's. */
import type { MachineImage } from "../../bpf/travel/travel-types.ts";
import type { Attached } from "../attached.ts";

/** running: events may follow. ended: by the recording's end or by exit(); end probes have not run. finished: they have, and maps were printed. */
export type Phase = "running" | "ended" | "finished";

/** What of a run is neither in the machine nor in the session's own state. */
export interface Progress {
  readonly phase: Phase;
  /** Session events so far. */
  readonly told: number;
  /** Bytes of the output ring that were acted on and are still in it. */
  readonly seen: number;
}

export interface Moment extends Progress {
  readonly firings: number;
  /** Time of the event or timer that was handled last; null: none was. */
  readonly reachedNs: bigint | null;
  /** How much had been done, in about the time of a firing each: what it costs to come here from the start. */
  readonly work: number;
  readonly machine: MachineImage;
  readonly state: {
    readonly exiting: boolean;
    readonly exitCode: number;
    readonly lost: number;
    readonly helperErrors: ReadonlyMap<number, number>;
    readonly zeroed: ReadonlySet<number>;
  };
}

/** `previous`: a moment to share unchanged memory with. */
export function keepMoment({ machine, maps, state }: Attached, progress: Progress, work: number, previous: Moment | null): Moment {
  return {
    ...progress,
    firings: machine.travel.firings(),
    reachedNs: machine.travel.reachedNs(),
    work,
    machine: machine.travel.capture(previous?.machine ?? null),
    state: {
      exiting: state.exiting,
      exitCode: state.exitCode,
      lost: state.lost,
      helperErrors: new Map(state.helperErrors),
      zeroed: maps.zeroed(),
    },
  };
}

export function restoreMoment({ machine, maps, state }: Attached, moment: Moment): void {
  machine.travel.restore(moment.machine);
  state.exiting = moment.state.exiting;
  state.exitCode = moment.state.exitCode;
  state.lost = moment.state.lost;
  state.helperErrors.clear();
  for (const [action, count] of moment.state.helperErrors) state.helperErrors.set(action, count);
  maps.setZeroed(moment.state.zeroed);
}
