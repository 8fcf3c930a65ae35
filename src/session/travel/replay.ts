/**
 * Time travel: a script over a recording, at any instant of it.
 *
 * A replay stands at a position: after so many firings (a firing is an event that ran at least one program, or a timer; begin is none). What its
 * maps hold and what was printed up to there is, to the byte, what a run from the start holds and has printed there, whatever way was taken.
 * All calls are synchronous; `seek…` and `step` go any way in any direction, `advance` goes forward only and not longer than its budget, for
 * faces that show how it goes or play at a speed: the clock is theirs.
 *
 * Output comes as the events of a session (events.ts), numbered from 1. `sink` gets each once, in order, when the run first comes by it; what
 * has been printed at a position is the first `position.told` of them, so a face keeps the text of each event, and shows that many. They are
 * the same on every way: nothing is told again, and a command that system() ran is not run again.
 *
 *   const replay = createReplay({ ...options, sink });
 *   replay.seekTime({ ns: 2_000_000_000n, relative: true });   // 2 s after the first event
 *   replay.step(-1);                                           // the state before the last firing
 *   replay.advance({ kind: "condition", condition }, 100_000); // until @x > 10, looking at 100,000 firings at most
 *   replay.explain();                                          // what programs did at the last firing, by instruction
 *   replay.finish();                                           // to the end: end probes run, maps are printed
 */
import type { PumpOptions } from "../../bpf/machine-types.ts";
import type { FiringView, Hits, Stops } from "../../bpf/travel/travel-types.ts";
import type { CompiledScript } from "../../codegen/compiled.ts";
import { usesTasks, type Compilation } from "../compile.ts";
import type { SessionSink } from "../events.ts";
import type { ScriptMaps } from "../script-maps.ts";
import { selectProbes } from "../select-probes.ts";
import { absolute, type SessionResult, type TraceTime } from "../session-options.ts";
import { compileCondition, type Condition, type ConditionResult } from "./condition.ts";
import { density, findLastNs, type Density } from "./density.ts";
import { traceFiring, type TracedProgram } from "./explain.ts";
import type { Phase } from "./moment.ts";
import { newTimeline, type TellNumbered, type Timeline, type TimelineOptions } from "./timeline.ts";

export interface ReplayOptions extends TimelineOptions {
  readonly sink: SessionSink;
  /** The script's text with this behind it, compiled as the script was: for conditions. */
  readonly compile: (suffix: string) => Compilation;
}

export interface Position {
  readonly firings: number;
  /** ns of the recording's clock: of the last firing, or the time that was asked for. */
  readonly ns: bigint;
  readonly phase: Phase;
  /** The replay stands right behind a firing, which can be looked at (`lastFiring`, `explain`). */
  readonly isAtFiring: boolean;
  /** How many events of the output have happened. */
  readonly told: number;
}

export type Goal =
  | { readonly kind: "end" }
  /** All events and timers up to this time have fired. */
  | { readonly kind: "time"; readonly ns: bigint }
  | { readonly kind: "firing"; readonly number: number }
  /** The next firing of one of these programs. */
  | { readonly kind: "programs"; readonly programs: readonly number[] }
  /** The next firing after which it holds. */
  | { readonly kind: "condition"; readonly condition: Condition };

export interface Advanced {
  /** goal: it is reached. budget: there is more to do. end: the run ended before it (for the goal "end" too). */
  readonly stopped: "goal" | "budget" | "end";
  readonly position: Position;
}

export interface Replay {
  readonly maps: ScriptMaps;
  readonly script: CompiledScript;
  /** Time of the first event; null: there are none. */
  readonly firstNs: bigint | null;
  /** Time of the last event (before --to): looked for once, in all of the recording. That of the begin if there are none. */
  lastNs(): bigint;
  position(): Position;
  /** Everything up to that time has fired. Before the start: begin has run, and nothing else. */
  seekTime(time: TraceTime): Position;
  /** Right behind the firing of this number; 0: before the first. At the end if there are not as many. */
  seekFiring(number: number): Position;
  /** So many firings on, or back. */
  step(by?: number): Position;
  /** The state before end probes; `finish` goes on from there. */
  seekEnd(): Position;
  /** `budget`: firings (and as much of reading) until it comes back without the goal; absent: as many as it takes. */
  advance(goal: Goal, budget?: number): Advanced;
  /** From anywhere to the end of a straight run. Afterwards one can go back again. */
  finish(): SessionResult;
  /** Programs whose attach point has this name (or the first part of it, up to a colon), for the goal "programs". */
  programsOf(name: string): readonly number[];
  compileCondition(text: string): ConditionResult;
  /** Null: the position is not at a firing. */
  lastFiring(): FiringView | null;
  /** What programs (or one of them) did at the last firing. Empty: the position is not at a firing. */
  explain(program?: number): readonly TracedProgram[];
  /** How often each program has run so far, by attach point. */
  runs(): readonly { readonly name: string; readonly program: number; readonly runs: number }[];
  /** How often each program runs over the whole recording, by buckets of time between the first event and the last. */
  density(buckets: number): Density;
  /** To be called after anybody else has read the recording, before anything else here. */
  reclaim(): void;
  /** What moments cost, for whoever measures. */
  memory(): { readonly moments: number; readonly bytes: number };
}

/** Firings that are handled before anything else is looked at: of compiled programs some milliseconds' worth, as of interpreted ones. */
const SLICE = 65_536;
const SLICE_INTERPRETED = 1024;

export function createReplay(options: ReplayOptions): Replay {
  const { recording } = options;
  /** Events that the sink has been told. */
  let delivered = 0;
  const tell: TellNumbered = (number, make) => {
    if (number <= delivered) return;
    delivered = number;
    options.sink(make());
  };

  let script = selectProbes(options.script, "run", null);
  let timeline: Timeline = newTimeline(options, script, tell);
  let { trackTasks } = options;
  /** Of a time that was asked for, as long as nothing has happened since. */
  let askedNs: bigint | null = null;
  let isAtFiring = false;

  const slice = options.backend === "interp" ? SLICE_INTERPRETED : SLICE;

  const position = (): Position => ({
    firings: timeline.firings(),
    ns: askedNs ?? timeline.reachedNs() ?? timeline.startNs,
    phase: timeline.phase(),
    isAtFiring,
    told: timeline.told(),
  });

  const anyHit = (hits: Hits): boolean => hits.time || hits.firing || hits.program || hits.condition;

  /** Forward until a stop is hit, the run ends, or the work is done. */
  const forward = (stops: Stops, budget = Infinity): Advanced["stopped"] => {
    const enough = timeline.effort() + budget;
    while (timeline.phase() === "running") {
      const hits = timeline.pump(stops, Math.max(1, Math.min(slice, Math.ceil(enough - timeline.effort()))));
      isAtFiring = hits.firing || hits.program || hits.condition;
      askedNs = hits.time && stops.beforeNs !== undefined ? stops.beforeNs - 1n : null;
      if (anyHit(hits)) return "goal";
      if (timeline.effort() >= enough) return "budget";
    }
    isAtFiring = false;
    askedNs = null;
    return "end";
  };

  const goToFiring = (number: number): void => {
    if (isAtFiring && timeline.firings() === number && timeline.phase() === "running") return;
    isAtFiring = false;
    askedNs = null;
    timeline.approach(({ firings, phase }) => firings < number && phase === "running");
    if (number > 0) forward({ firing: number });
  };

  const goToTime = (ns: bigint): void => {
    isAtFiring = false;
    askedNs = null;
    timeline.approach(({ reachedNs, phase }) => (reachedNs === null || reachedNs <= ns) && phase === "running");
    if (ns >= timeline.startNs) forward({ beforeNs: ns + 1n });
  };

  const goToEnd = (): void => {
    if (timeline.phase() === "finished") timeline.approach(({ phase }) => phase !== "finished");
    forward({});
  };

  /** A machine that has the condition among its programs, at the same position. */
  const takeUp = ({ script: extended, isAddition, compilation }: Condition): void => {
    // Who a task is has to be known from the recording's start.
    const lacksTasks = !trackTasks && usesTasks(compilation.hir);
    if (isAddition && !lacksTasks) {
      timeline.attached.machine.travel.replacePrograms(extended.programs);
      return;
    }
    const firings = timeline.firings();
    const wasAtFiring = isAtFiring;
    script = selectProbes(extended, "run", null);
    trackTasks ||= lacksTasks;
    timeline = newTimeline({ ...options, trackTasks, contextBytes: compilation.contextBytes, hir: compilation.hir }, script, tell);
    isAtFiring = false;
    goToFiring(firings);
    isAtFiring &&= wasAtFiring;
  };

  /**
   * The condition's program may leave traces (it looks at maps that remember who looked, it counts what is missing): it is tried out on a state
   * that is then forgotten, and the run goes to the firing that was found.
   */
  const goToCondition = (condition: Condition, budget?: number): Advanced["stopped"] => {
    takeUp(condition);
    const from = timeline.firings();
    const found = timeline.tryOut(() => ({ stopped: forward({ condition: condition.program }, budget), firings: timeline.firings() }));
    isAtFiring = false;
    if (found.stopped === "end") goToEnd();
    else if (found.firings > from) goToFiring(found.firings);
    return found.stopped;
  };

  const pumpOptions = (): PumpOptions =>
    timeline.attached.pumpOptions(
      recording,
      absolute(options.window.from, timeline.firstNs),
      absolute(options.window.to, timeline.firstNs),
    );

  let knownLastNs: bigint | undefined;
  const lastNs = (): bigint => {
    if (knownLastNs === undefined) {
      knownLastNs = findLastNs(recording, pumpOptions()) ?? timeline.startNs;
      timeline.attached.machine.travel.reclaimStreams();
    }
    return knownLastNs;
  };

  const advance = (goal: Goal, budget?: number): Advanced["stopped"] => {
    switch (goal.kind) {
      case "end":
        return forward({}, budget);
      case "time":
        return (timeline.reachedNs() ?? timeline.startNs) > goal.ns ? "goal" : forward({ beforeNs: goal.ns + 1n }, budget);
      case "firing":
        return timeline.firings() >= goal.number ? "goal" : forward({ firing: goal.number }, budget);
      case "programs":
        return forward({ programs: goal.programs }, budget);
      case "condition":
        return goToCondition(goal.condition, budget);
    }
  };

  return {
    get maps() {
      return timeline.attached.maps;
    },
    get script() {
      return script;
    },
    firstNs: timeline.firstNs,
    lastNs,
    position,
    seekTime(time) {
      goToTime(absolute(time, timeline.firstNs)!);
      return position();
    },
    seekFiring(number) {
      goToFiring(number);
      return position();
    },
    step(by = 1) {
      goToFiring(Math.max(0, timeline.firings() + by));
      return position();
    },
    seekEnd() {
      goToEnd();
      return position();
    },
    advance(goal, budget) {
      if (timeline.phase() !== "running") return { stopped: "end", position: position() };
      const stopped = advance(goal, budget);
      return { stopped, position: position() };
    },
    finish() {
      goToEnd();
      const stats = timeline.attached.machine.stats();
      timeline.finish();
      return { ...timeline.attached.outcome(), stats, firstTs: timeline.firstNs, lastTs: stats.lastTs };
    },
    programsOf: (name) => [
      ...new Set(
        script.attach.filter(({ point }) => point.name === name || point.name.startsWith(`${name}:`)).map(({ program }) => program),
      ),
    ],
    compileCondition: (text) => compileCondition({ base: options.script, loaded: script }, text, options.compile),
    lastFiring: () => (isAtFiring ? timeline.attached.machine.travel.lastFiring() : null),
    explain(program) {
      if (!isAtFiring) return [];
      const number = timeline.firings();
      goToFiring(number - 1);
      const result = traceFiring(script, timeline.attached.machine, program ?? null);
      forward({ firing: number });
      return result();
    },
    runs: () =>
      script.attach.map(({ program, point }) => ({ name: point.name, program, runs: timeline.attached.machine.travel.runs(program) })),
    density(buckets) {
      const result = density(recording, script.programs.length, pumpOptions(), { startNs: timeline.startNs, lastNs: lastNs(), buckets });
      timeline.attached.machine.travel.reclaimStreams();
      return result;
    },
    reclaim() {
      timeline.attached.machine.travel.reclaimStreams();
    },
    memory: () => ({ moments: timeline.moments.count(), bytes: timeline.moments.bytes() }),
  };
}
