/** A run that can be moved through: forward by the pump, back to moments that were kept and forward from there. */
import type { Recording } from "../../../probes/recording.ts";
import type { Hits, Stops } from "../../bpf/travel/travel-types.ts";
import type { CompiledScript } from "../../codegen/compiled.ts";
import type { Tell } from "../actions.ts";
import { attach, REPLAYED, type Attached } from "../attached.ts";
import type { SessionEvent } from "../events.ts";
import { absolute, type AttachOptions, type TimeWindow } from "../session-options.ts";
import { keepMoment, restoreMoment, type Moment, type Phase } from "./moment.ts";
import { newMoments, type Moments, type MomentsOptions } from "./moments.ts";

export interface TimelineOptions extends AttachOptions {
  readonly recording: Recording;
  readonly window: TimeWindow;
  readonly printMapsOnExit: boolean;
  /** Of what is kept to go back to. */
  readonly moments?: MomentsOptions;
}

/** Numbered from 1; called for each whenever the run comes by. */
export type TellNumbered = (number: number, make: () => SessionEvent) => void;

export interface Timeline {
  readonly attached: Attached;
  readonly moments: Moments;
  /** Time that the run begins at: of the first event, or --from. */
  readonly startNs: bigint;
  /** Null: the recording has no events. */
  readonly firstNs: bigint | null;
  readonly phase: () => Phase;
  readonly firings: () => number;
  readonly reachedNs: () => bigint | null;
  /** Session events so far. */
  readonly told: () => number;
  /** One call of the pump. Nothing happens in another phase than "running". */
  readonly pump: (stops: Stops, slice?: number) => Hits;
  /** What is done now leaves no moments behind and tells nothing, though it is counted; the result is where it began. */
  readonly tryOut: <T>(what: () => T) => T;
  /** To the best place for going forward to the first state for which `isBefore` no longer holds; it holds for the start. */
  readonly approach: (isBefore: (moment: Pick<Moment, "firings" | "reachedNs" | "phase">) => boolean) => void;
  /** From "ended" to "finished". */
  readonly finish: () => void;
  /** What has been done so far: firings, and the reading of events that fire nothing in about the time of a firing each. */
  readonly effort: () => number;
}

const NO_HITS: Hits = { time: false, firing: false, program: false, condition: false };

/** What things cost beside a firing of a compiled program. */
const EVENTS_PER_WORK = 8;
const WORK_PER_TOLD = 8;
const WORK_PER_INTERPRETED = 64;

export function newTimeline(options: TimelineOptions, script: CompiledScript, tellNumbered: TellNumbered): Timeline {
  const { recording, window } = options;
  const attached = attach(options, script, recording);
  const { machine, state } = attached;
  let phase: Phase = "running";
  let told = 0;
  let seen = 0;
  let isTrial = false;

  const tell: Tell = (make) => {
    told++;
    if (!isTrial) tellNumbered(told, make);
  };
  const workPerFiring = options.backend === "interp" ? WORK_PER_INTERPRETED : 1;
  const read = (): number => Number(machine.stats().events) / EVENTS_PER_WORK;
  const work = (): number => read() + machine.travel.firings() * workPerFiring + told * WORK_PER_TOLD;
  const keep = (previous: Moment | null): Moment => keepMoment(attached, { phase, told, seen }, work(), previous);

  const firstNs = machine.firstTs();
  const fromNs = absolute(window.from, firstNs);
  const startNs = fromNs !== null && fromNs > (firstNs ?? 0n) ? fromNs : (firstNs ?? 0n);
  attached.begin(startNs, REPLAYED, tell);
  attached.startPump(recording, fromNs, absolute(window.to, firstNs));
  machine.travel.prepare();
  if (state.exiting) phase = "ended";
  const moments = newMoments(keep(null), options.moments);

  const restore = (moment: Moment): void => {
    restoreMoment(attached, moment);
    ({ phase, told, seen } = moment);
  };
  const keepIfDue = (): void => {
    const last = moments.last();
    const isNewEnd = phase === "ended" && last.phase !== "ended";
    if (isTrial || (!isNewEnd && !moments.isDue(work(), machine.travel.stateBytes()))) return;
    moments.add(keep(last));
  };

  return {
    attached,
    moments,
    startNs,
    firstNs,
    phase: () => phase,
    firings: () => machine.travel.firings(),
    reachedNs: () => machine.travel.reachedNs(),
    told: () => told,
    effort: () => read() + machine.travel.firings(),
    pump(stops, slice) {
      if (phase !== "running") return NO_HITS;
      const { result, hits } = machine.travel.pump(stops, slice);
      // Where the ring is drained decides what a full one loses: only where a run without stops would drain it.
      if (result === "pause") seen = attached.look(tell, seen);
      else {
        attached.drain(tell, seen);
        seen = 0;
      }
      if (result === "done" || state.exiting) phase = "ended";
      keepIfDue();
      return hits;
    },
    tryOut(what) {
      const here = keep(moments.last());
      isTrial = true;
      try {
        return what();
      } finally {
        isTrial = false;
        restore(here);
      }
    },
    approach(isBefore) {
      const best = moments.findLast(isBefore);
      const now = { firings: machine.travel.firings(), reachedNs: machine.travel.reachedNs(), phase };
      if (isBefore(now) && work() >= best.work) return;
      restore(best);
    },
    finish() {
      if (phase !== "ended") return;
      machine.setCurrent({ ...REPLAYED, cpu: 0 });
      attached.drain(tell, seen);
      seen = 0;
      attached.end(options.printMapsOnExit, tell);
      phase = "finished";
    },
  };
}
