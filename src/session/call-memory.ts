/**
 * Memory that one event recorded and programs on other events read: which calls it is kept for, and which events tell that they begin and end.
 * Where the recording does not have the returns, nobody knows how long such memory is what it was, and it is not kept.
 */
import type { ResolvedAttachPoint, Tracepoint } from "../../lang/catalogue.ts";
import type { HirProgram } from "../../lang/hir/hir.ts";
import { returnOf, steadyParameters } from "../../probes/probed/steady.ts";
import type { Recording } from "../../probes/recording.ts";
import type { ProbedEvent } from "../bpf/machine-types.ts";
import { layoutIds } from "../bpf/runtime/layout.ts";
import type { CompiledScript } from "../codegen/compiled.ts";
import { traceNeeds } from "../needs/trace-values.ts";
import { haveRecords } from "./seen.ts";

export type CallRole = NonNullable<ProbedEvent["call"]>;

/** Calls whose memory is kept. */
export interface KeptCalls {
  /** Programs that have pointers which others follow. */
  readonly sources: ReadonlySet<number>;
  /** By event. */
  readonly roles: ReadonlyMap<number, CallRole>;
}

export const NOTHING_KEPT: KeptCalls = { sources: new Set(), roles: new Map() };

interface Carried {
  readonly sources: ReadonlySet<number>;
  readonly readers: ReadonlySet<number>;
}

/** Programs that pointers are carried from and to, by way of maps. */
function carriedBetween(hir: HirProgram): Carried {
  const { memory, vague } = traceNeeds(hir);
  const carried = memory.filter(({ probe, from }) => probe !== from);
  // Of an address that is computed nobody knows whose it is.
  const computed = vague.filter(({ what }) => what !== "curtask").map(({ probe }) => probe);
  const sources = computed.length > 0 ? hir.probes.map((_, index) => index) : carried.map(({ from }) => from);
  return { sources: new Set(sources), readers: new Set([...carried.map(({ probe }) => probe), ...computed]) };
}

const layoutOf = ({ id }: Tracepoint): number => id >>> layoutIds.shift;

interface Call {
  readonly entry: number;
  readonly exit: number;
  readonly role: "syscall" | "function";
}

/** The tracepoint of the return of a system call, as the script has it or as the recording describes it. */
function exitOf(entry: Tracepoint, script: CompiledScript, recording: Recording): number | null {
  const name = returnOf(entry.name);
  const isExit = (one: Tracepoint): boolean => one.category === "syscalls" && one.name === name && layoutOf(one) === layoutOf(entry);
  const attached = script.attach.flatMap(({ point }) => (point.provider === "tracepoint" ? [point.tracepoint] : []));
  return (attached.find(isExit) ?? recording.catalogue.tracepoints.find(isExit))?.id ?? null;
}

/** Null: the point's event recorded no memory that stays, or begins no call whose end can be known. */
function callOf(point: ResolvedAttachPoint, script: CompiledScript, recording: Recording): Call | null {
  if ("site" in point) {
    const { eventId, recipe, returnId } = point.site.records;
    const stays = recipe.memory.some((piece) => piece.stays === true);
    return stays && returnId !== undefined ? { entry: eventId, exit: returnId, role: "function" } : null;
  }
  if (point.provider !== "tracepoint" || steadyParameters(point.tracepoint.category, point.tracepoint.name).size === 0) return null;
  if (point.tracepoint.memory?.some((piece) => piece.stays === true) !== true) return null;
  const exit = exitOf(point.tracepoint, script, recording);
  return exit === null ? null : { entry: point.tracepoint.id, exit, role: "syscall" };
}

/** Programs on the returns themselves run only where these were recorded; of others that has to be looked for. */
function withRecordedReturns(calls: readonly Call[], readers: ReadonlySet<number>, script: CompiledScript, recording: Recording): Call[] {
  const exits = new Set(calls.map(({ exit }) => exit));
  const eventIdOf = (point: ResolvedAttachPoint): number | null =>
    "site" in point ? point.site.records.eventId : point.provider === "tracepoint" ? point.tracepoint.id : null;
  const isReturn = (point: ResolvedAttachPoint): boolean => exits.has(eventIdOf(point) ?? -1);
  if (script.attach.every(({ program, point }) => !readers.has(program) || isReturn(point))) return [...calls];
  const recorded = haveRecords(
    recording,
    calls.map(({ exit }) => exit),
  );
  return calls.filter((_, index) => recorded[index]);
}

/** Threads end, and begin anew with another program: what was known of their memory holds no more. */
function endsOfThreads({ catalogue }: Recording): number[] {
  const ends = new Set(["sched_process_exec", "sched_process_exit"]);
  return catalogue.tracepoints.filter(({ category, name }) => category === "sched" && ends.has(name)).map(({ id }) => id);
}

/** Reads the recording where that is needed: before any machine does. */
export function keptCalls(script: CompiledScript, hir: HirProgram, recording: Recording): KeptCalls {
  const { sources, readers } = carriedBetween(hir);
  const points = script.attach.filter(({ program }) => sources.has(program)).map(({ point }) => point);
  const byEntry = new Map(points.flatMap((point) => callOf(point, script, recording) ?? []).map((call) => [call.entry, call]));
  if (byEntry.size === 0) return NOTHING_KEPT;
  const calls = withRecordedReturns([...byEntry.values()], readers, script, recording);
  if (calls.length === 0) return NOTHING_KEPT;
  const roles = new Map<number, CallRole>();
  for (const eventId of endsOfThreads(recording)) roles.set(eventId, { role: "over", number: 0 });
  calls.forEach(({ entry, exit, role }, number) => roles.set(entry, { role, number }).set(exit, { role: "return", number }));
  return { sources, roles };
}
