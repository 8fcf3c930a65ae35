/**
 * A session: a compiled script attached to a recording (or to nothing but time), run from begin to the printing of its maps.
 * Script and recording are data; this is the effect.
 */
import type { ResolvedAttachPoint } from "../../lang/catalogue.ts";
import { stackMapName } from "../../lang/lower/stacks.ts";
import type { HirProgram } from "../../lang/hir/hir.ts";
import type { Recording } from "../../probes/recording.ts";
import { createMachine } from "../bpf/machine.ts";
import type { Backend, Machine, PumpStats, StackRecords, Timer } from "../bpf/machine-types.ts";
import type { CompiledScript } from "../codegen/compiled.ts";
import { handleRecord, newActionState } from "./actions.ts";
import type { SessionSink } from "./events.ts";
import { probedPlan, type MissingArguments } from "./probed-events.ts";
import { asksForStacks } from "./stack-records.ts";
import type { StackSource } from "./stack-text.ts";
import { scriptMaps, type ScriptMaps } from "./script-maps.ts";
import { selectProbes, type RunMode } from "./select-probes.ts";
import { namedProbes, runBenchmarks, runTests, type Stage } from "./self-tests.ts";
import { streamsOf } from "./streams.ts";

/** Time and identity for a run without a recording. */
export interface LiveClock {
  /** ns of the boot clock. */
  readonly now: () => bigint;
  /** Resolves at that time, or earlier when the run is stopped. */
  readonly sleepUntil: (ns: bigint) => Promise<void>;
  readonly pid: number;
  readonly comm: string;
}

export interface TimeWindow {
  /** ns of the recording's clock, absolute or after the first event; null: no bound. */
  readonly from: TraceTime | null;
  readonly to: TraceTime | null;
}
export interface TraceTime {
  readonly ns: bigint;
  readonly relative: boolean;
}

export interface SessionOptions {
  readonly script: CompiledScript;
  /** Per program: bytes of a record that it may read (Compilation.contextBytes). */
  readonly contextBytes: readonly number[];
  /** The script's typed program: what its probes ask of their contexts. */
  readonly hir?: HirProgram | null;
  /** Asked for where a program wants stacks. */
  readonly stackRecords?: () => StackRecords;
  /** Filled in, for whoever prints stacks. */
  readonly stackSource?: StackSource;
  readonly recording: Recording | null;
  readonly live: LiveClock;
  readonly sink: SessionSink;
  readonly backend: Backend;
  readonly ncpus: number;
  readonly randSeed: bigint;
  /** Probes fire from `from` on and before `to`; asked once the first event's time is known. */
  readonly window: TimeWindow;
  /** Time of the boot in ns since 1970, if it is known. */
  readonly bootEpochNs?: bigint;
  readonly printMapsOnExit: boolean;
  /** Some program asks for comm or pid: track tasks (and scan once for their first names). */
  readonly trackTasks: boolean;
  /** Absent: everything but tests and benchmarks. */
  readonly mode?: RunMode;
  /** Called now and then between events: the face flushes its output and lets signals in. */
  readonly breathe: () => Promise<void>;
}

/** Timers have 31 bits of milliseconds. */
const LONGEST_SLEEP_NS = 3_600_000_000_000n;

/** Time between two breaths. The pump cannot be interrupted: it comes back after at most 65,536 events or one window. */
const BREATH_NS = 50_000_000n;

export interface SessionResult {
  readonly exitCode: number;
  readonly stats: PumpStats | null;
  readonly missing: Readonly<Record<string, number>>;
  /** Arguments of function probes that were asked for; `count`: how often the programs ran. */
  readonly missingArguments: readonly (MissingArguments & { readonly count: number })[];
  /** Statements whose helper failed: action index → how often. */
  readonly helperErrors: ReadonlyMap<number, number>;
  readonly firstTs: bigint | null;
  readonly lastTs: bigint | null;
}

export interface Session {
  /** Number of attach points: what «Attached N probes» counts. */
  readonly probes: number;
  readonly maps: ScriptMaps;
  run(): Promise<SessionResult>;
  /** Ends the run at the next chance; end probes and maps still print. */
  stop(): void;
  /** SIGUSR1: self probes run at the next chance (row 1.18). */
  signal(): void;
}

const programsOf = (script: CompiledScript, provider: ResolvedAttachPoint["provider"]): number[] =>
  script.attach.filter(({ point }) => point.provider === provider).map(({ program }) => program);

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

function timersOf(script: CompiledScript): Timer[] {
  return script.attach.flatMap(({ program, point }) => (point.provider === "interval" ? [{ program, periodNs: point.periodNs }] : []));
}

function dispatchOf(script: CompiledScript, probed: ReadonlySet<number>): Map<number, number[]> {
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

export function createSession(options: SessionOptions): Session {
  const { recording, sink, live, mode = "run" } = options;
  const script = selectProbes(options.script, mode, null);
  const machine = createMachine({
    programs: script.programs,
    maps: script.maps,
    ncpus: options.ncpus,
    backend: options.backend,
    outputRing: script.maps.findIndex((map) => map.type === "ringbuf"),
    randSeed: options.randSeed,
    streams: streamsOf(recording),
  });
  const plan = probedPlan(script, options.hir ?? null, options.contextBytes);
  if (options.stackSource !== undefined) options.stackSource.frames = (limit, id) => framesOf(script, machine, limit, id);
  fillArrays(script, machine);
  const maps = scriptMaps(script, machine.maps);
  const state = newActionState();
  let stopped = false;
  let signals = 0;
  let failed = false;

  const drain = (to: SessionSink = sink): void => {
    machine.drain((record) => handleRecord(record, script.actions, maps, state, to));
    const lost = machine.takeOutputLost();
    if (lost > 0) to({ kind: "lost", records: lost });
  };

  const startAt = (ts: bigint): void => {
    const identity = recording === null ? { tid: live.pid, tgid: live.pid, comm: live.comm } : { tid: 0, tgid: 0, comm: "hindsight" };
    machine.setCurrent({ ...identity, cpu: 0, ts, startTs: ts, taiOffset: options.bootEpochNs ?? 0n });
    setStartNs(script, machine, ts);
    for (const program of programsOf(script, "begin")) machine.runProgram(program, null);
    sink({ kind: "attached", probes: countProbes(script) });
    drain();
  };

  const answerSignals = (): void => {
    for (; signals > 0; signals--) for (const program of programsOf(script, "self")) machine.runProgram(program, null);
  };

  const replay = async (source: Recording, fromNs: bigint | null, toNs: bigint | null): Promise<void> => {
    const dispatch = dispatchOf(script, new Set(plan.events.map(({ eventId }) => eventId)));
    machine.startPump({
      dispatch,
      probed: plan.events,
      counters: plan.missing.length,
      ...(asksForStacks(script) && options.stackRecords !== undefined ? { stacks: options.stackRecords() } : {}),
      minRecordBytes: minRecordBytes(dispatch, options.contextBytes),
      timers: timersOf(script),
      taskRules: source.taskRules,
      comms: source.comms,
      trackTasks: options.trackTasks,
      fromNs,
      toNs,
    });
    for (let breathAt = live.now() + BREATH_NS; !state.exiting && !stopped;) {
      const result = machine.pump();
      drain();
      if (result === "done") return;
      if (signals > 0) {
        answerSignals();
        drain();
      }
      if (live.now() < breathAt) continue;
      await options.breathe();
      breathAt = live.now() + BREATH_NS;
    }
  };

  const wasStopped = (): boolean => stopped;

  const tick = async (startNs: bigint): Promise<void> => {
    const due = timersOf(script).map((timer) => ({ ...timer, next: startNs + timer.periodNs }));
    const waitsForSignals = programsOf(script, "self").length > 0;
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
      drain();
    }
  };

  const runSelfTests = (mode: "test" | "bench"): void => {
    const stage: Stage = {
      run: (program) => machine.runProgram(program, null),
      drain,
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

  const finish = (): void => {
    // exit() of another probe dropped what followed it; end probes speak again.
    state.exiting = false;
    if (recording !== null) machine.setCurrent({ tid: 0, tgid: 0, comm: "hindsight", cpu: 0 });
    else machine.setCurrent({ ts: live.now() });
    for (const program of programsOf(script, "end")) machine.runProgram(program, null);
    drain();
    sink({ kind: "end_of_run" });
    if (!options.printMapsOnExit || mode !== "run") return;
    for (const index of maps.indices) sink({ kind: "map", map: maps.dump(index), top: 0, div: 0 });
  };

  return {
    probes: countProbes(script),
    maps,
    stop() {
      stopped = true;
    },
    signal() {
      signals++;
    },
    async run() {
      const firstTs = recording === null ? null : machine.firstTs();
      const fromNs = absolute(options.window.from, firstTs);
      const startNs = recording === null ? live.now() : maxOf(firstTs ?? 0n, fromNs ?? 0n);
      startAt(startNs);
      if (mode !== "run") runSelfTests(mode);
      else if (!state.exiting && !stopped) {
        if (recording === null) await tick(startNs);
        else await replay(recording, fromNs, absolute(options.window.to, firstTs));
      }
      const stats = recording === null ? null : machine.stats();
      finish();
      return {
        exitCode: failed ? 1 : state.exitCode,
        stats,
        missing: machine.missingCounts(),
        missingArguments: recording === null ? [] : plan.missing.map((one) => ({ ...one, count: machine.counter(one.counter) })),
        helperErrors: state.helperErrors,
        firstTs,
        lastTs: stats?.lastTs ?? null,
      };
    },
  };
}

const absolute = (time: TraceTime | null, firstTs: bigint | null): bigint | null =>
  time === null ? null : time.relative ? (firstTs ?? 0n) + time.ns : time.ns;

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
    if (contents === undefined) continue;
    const key = new Uint8Array(4);
    for (let at = 0, n = 0; at < contents.length; at += map!.valueBytes, n++) {
      new DataView(key.buffer).setUint32(0, n, true);
      machine.maps[index]?.update(key, contents.subarray(at, at + map!.valueBytes), 0n);
    }
  }
}

const minOf = (a: bigint | null, b: bigint): bigint => (a !== null && a < b ? a : b);
const maxOf = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** `elapsed` counts from the value of the internal map `start_ns`, as bpftrace passes it in. */
function setStartNs(script: CompiledScript, machine: Machine, ts: bigint): void {
  const index = script.irMaps.findIndex((map) => map?.name === "start_ns");
  const value = new Uint8Array(8);
  new DataView(value.buffer).setBigUint64(0, ts, true);
  machine.maps[index]?.update(new Uint8Array(4), value, 0n);
}
