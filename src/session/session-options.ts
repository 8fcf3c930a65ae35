/** What a session is made of, and what it ends with. */
import type { HirProgram } from "../../lang/hir/hir.ts";
import type { Recording } from "../../probes/recording.ts";
import type { Backend, PumpOptions, PumpStats, StackRecords } from "../bpf/machine-types.ts";
import type { CompiledScript } from "../codegen/compiled.ts";
import type { SessionSink } from "./events.ts";
import type { MissingArguments } from "./probed-events.ts";
import type { RunMode } from "./select-probes.ts";
import type { SharesResult } from "./shares/merge.ts";
import type { ShareTask } from "./shares/share.ts";
import type { StackSource } from "./stack-text.ts";

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

/** ns of the recording's clock; `firstTs` null: it has no events. */
export const absolute = (time: TraceTime | null, firstTs: bigint | null): bigint | null =>
  time === null ? null : time.relative ? (firstTs ?? 0n) + time.ns : time.ns;

/** A script and what it is attached to. */
export interface AttachOptions {
  readonly script: CompiledScript;
  /** Per program: bytes of a record that it may read (Compilation.contextBytes). */
  readonly contextBytes: readonly number[];
  /** Per program: it also reads records by address (Compilation.contextByAddress). Absent: any may. */
  readonly contextByAddress?: readonly boolean[];
  /** The script's typed program: what its probes ask of their contexts. */
  readonly hir?: HirProgram | null;
  /** Asked for where a program wants stacks. */
  readonly stackRecords?: () => StackRecords;
  /** Asked for where a program names user code: when addresses of processes changed their meaning. */
  readonly spaces?: PumpOptions["spaces"];
  /** Filled in, for whoever prints stacks. */
  readonly stackSource?: StackSource;
  readonly backend: Backend;
  readonly ncpus: number;
  readonly randSeed: bigint;
  /** Time of the boot in ns since 1970, if it is known. */
  readonly bootEpochNs?: bigint;
  /** Some program asks for comm or pid: track tasks (and scan once for their first names). */
  readonly trackTasks: boolean;
}

export interface SessionOptions extends AttachOptions {
  readonly recording: Recording | null;
  readonly live: LiveClock;
  readonly sink: SessionSink;
  /** Probes fire from `from` on and before `to`; asked once the first event's time is known. */
  readonly window: TimeWindow;
  readonly printMapsOnExit: boolean;
  /** Absent: everything but tests and benchmarks. */
  readonly mode?: RunMode;
  /** Handles an order-free script's recording in shares, at once; null (or absent): it has to go the usual way. */
  readonly runShares?: (task: ShareTask) => Promise<SharesResult | null>;
  /** Called now and then between events: the face flushes its output and lets signals in. */
  readonly breathe: () => Promise<void>;
}

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
