/**
 * A session: a compiled script attached to a recording (or to nothing but time), run from begin to the printing of its maps.
 * Script and recording are data; this is the effect.
 */
import type { Recording } from "../../probes/recording.ts";
import { telling } from "./actions.ts";
import { askedIds } from "./asked-ids.ts";
import { attach, REPLAYED } from "./attached.ts";
import type { ScriptMaps } from "./script-maps.ts";
import { selectProbes } from "./select-probes.ts";
import { namedProbes, runBenchmarks, runTests, type Stage } from "./self-tests.ts";
import { newPace } from "./pace.ts";
import { absolute, type SessionOptions, type SessionResult } from "./session-options.ts";
import { absorbShares, type SharesResult } from "./shares/merge.ts";
import { wantAll, wantOnly } from "./wanted-records.ts";

export type { LiveClock, SessionOptions, SessionResult, TimeWindow, TraceTime } from "./session-options.ts";

/** Timers have 31 bits of milliseconds. */
const LONGEST_SLEEP_NS = 3_600_000_000_000n;

export interface Session {
  /** Number of attach points: what «Attached N probes» counts. */
  readonly probes: number;
  readonly maps: ScriptMaps;
  run(): Promise<SessionResult>;
  /** Events read so far; `isPreparing`: in a pass before the run, which looks for the first names of tasks. */
  progress(): { readonly events: bigint; readonly isPreparing: boolean };
  /** Ends the run at the next chance; end probes and maps still print. */
  stop(): void;
  /** SIGUSR1: self probes run at the next chance (row 1.18). */
  signal(): void;
}

export function createSession(options: SessionOptions): Session {
  const { recording, sink, live, mode = "run" } = options;
  const script = selectProbes(options.script, mode, null);
  const attached = attach(options, script, recording);
  const { machine, maps, state, programsOf } = attached;
  const tell = telling(sink);
  let stopped = false;
  let signals = 0;
  let failed = false;
  let shares: SharesResult | null = null;

  const answerSignals = (): void => {
    for (; signals > 0; signals--) for (const program of programsOf("self")) machine.runProgram(program, null);
  };

  const replay = async (source: Recording, fromNs: bigint | null, toNs: bigint | null): Promise<void> => {
    attached.startPump(source, fromNs, toNs);
    const pace = newPace(live.now, options.backend);
    while (!state.exiting && !stopped) {
      const result = machine.pump(pace.slice());
      pace.ran(result);
      // Not at a pause: when it is drained decides what a full ring loses, and time must not.
      if (result !== "pause") attached.drain(tell);
      if (result === "done") return;
      if (signals > 0) {
        answerSignals();
        attached.drain(tell);
      }
      if (!pace.isOutOfBreath()) continue;
      await options.breathe();
      pace.breathed();
    }
  };

  /** False: the shares are not to be had, and the recording goes the usual way. */
  const replayShares = async (source: Recording, startNs: bigint, fromNs: bigint | null, toNs: bigint | null): Promise<boolean> => {
    const task = options.runShares === undefined ? null : attached.shareTask(source, startNs, fromNs, toNs);
    if (task === null) return false;
    shares = (await options.runShares?.(task)) ?? null;
    if (shares === null) return false;
    absorbShares(machine.maps, shares);
    if (shares.stats.lastTs !== null) machine.setCurrent({ ts: shares.stats.lastTs });
    return true;
  };

  const wasStopped = (): boolean => stopped;

  const tick = async (startNs: bigint): Promise<void> => {
    const due = attached.timers.map((timer) => ({ ...timer, next: startNs + timer.periodNs }));
    const waitsForSignals = programsOf("self").length > 0;
    while ((due.length > 0 || waitsForSignals) && !state.exiting && !stopped) {
      const next = due.length === 0 ? null : due.reduce((a, b) => (b.next < a.next ? b : a));
      // What has been printed so far is seen before the wait.
      await options.breathe();
      if (signals === 0 && !wasStopped()) await live.sleepUntil(minOf(next?.next ?? null, live.now() + LONGEST_SLEEP_NS));
      if (wasStopped()) return;
      machine.setCurrent({ ts: live.now() });
      answerSignals();
      if (next !== null && live.now() >= next.next) {
        machine.runProgram(next.program, null);
        next.next += next.periodNs;
      }
      attached.drain(tell);
    }
  };

  const runSelfTests = (mode: "test" | "bench"): void => {
    const stage: Stage = {
      run: (program) => machine.runProgram(program, null),
      drain: (to) => attached.drain(telling(to)),
      takeExitCode() {
        const code = state.exitCode;
        state.exitCode = 0;
        state.exiting = false;
        return code;
      },
      now: live.now,
      sink,
    };
    const run = mode === "test" ? runTests : runBenchmarks;
    failed = !run(namedProbes(script, mode), stage);
  };

  return {
    probes: attached.probes,
    maps,
    stop() {
      stopped = true;
    },
    signal() {
      signals++;
    },
    progress: () => ({ events: machine.stats().events, isPreparing: machine.travel.isPreparing() }),
    async run() {
      if (recording !== null) wantOnly(recording.streams, attached.pumpOptions(recording, null, null));
      const firstTs = recording === null ? null : machine.firstTs();
      const fromNs = absolute(options.window.from, firstTs);
      const startNs = recording === null ? live.now() : maxOf(firstTs ?? 0n, fromNs ?? 0n);
      attached.begin(startNs, recording === null ? { tid: live.pid, tgid: live.pid, comm: live.comm } : REPLAYED, tell);
      if (mode !== "run") runSelfTests(mode);
      else if (!state.exiting && !stopped) {
        if (recording === null) await tick(startNs);
        else {
          const toNs = absolute(options.window.to, firstTs);
          if (!(await replayShares(recording, startNs, fromNs, toNs))) await replay(recording, fromNs, toNs);
        }
      }
      if (recording !== null) wantAll(recording.streams);
      const stats = recording === null ? null : (shares?.stats ?? machine.stats());
      machine.setCurrent(recording === null ? { ts: live.now() } : { ...REPLAYED, cpu: 0 });
      attached.end(options.printMapsOnExit && mode === "run", tell);
      const outcome = attached.outcome();
      return {
        ...outcome,
        missing: shares === null ? outcome.missing : sumOf(outcome.missing, askedIds(options.hir, shares.missing)),
        exitCode: failed ? 1 : outcome.exitCode,
        missingArguments: recording === null ? [] : outcome.missingArguments,
        stats,
        firstTs,
        lastTs: stats?.lastTs ?? null,
      };
    },
  };
}

const sumOf = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(a).map(([name, count]) => [name, count + (b[name] ?? 0)]));

const minOf = (a: bigint | null, b: bigint): bigint => (a !== null && a < b ? a : b);
const maxOf = (a: bigint, b: bigint): bigint => (a > b ? a : b);
