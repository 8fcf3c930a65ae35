/**
 * Memory that a pointer leads to which one probe saves and another follows: recorded where the call begins, and there until it returns
 * (src/session/call-memory.ts has the replay's side). Only of what the call is given to read: what it changes is another thing by then.
 */
import type { ProbeSite, ResolvedAttachPoint, Tracepoint } from "../../lang/catalogue.ts";
import type { HirProgram } from "../../lang/hir/hir.ts";
import { isSteadyArgument, returnOf, steadyParameters } from "../../probes/probed/steady.ts";
import type { MemoryNeed } from "../needs/needs.ts";
import { isSite } from "./dynamic.ts";
import type { PlanMachine } from "./machine.ts";

/** Attach points whose events record it. */
export interface Entries {
  readonly tracepoints: readonly Tracepoint[];
  readonly sites: readonly ProbeSite[];
}

/** Where an event has the pointer. */
export type Carried =
  /** Recorded there, it is what the reader finds. */
  | { readonly kind: "kept"; readonly at: Entries }
  /** The call may have changed it by then. */
  | { readonly kind: "changes" }
  /** Nothing that follows the pointer says that the call is still under way. */
  | { readonly kind: "elsewhere" };

export interface KeptInput {
  readonly program: HirProgram;
  readonly machine: Pick<PlanMachine, "prototype">;
}

/** One function of one file or of the kernel. */
export const functionKey = ({ code, target, module, func }: ProbeSite): string => [code, target, module, func].join("\n");

const isTracepoint = (point: ResolvedAttachPoint): point is Extract<ResolvedAttachPoint, { readonly provider: "tracepoint" }> =>
  point.provider === "tracepoint";

/** What a call is known by at its entry and at its return; null: the point is neither. */
function callAt(point: ResolvedAttachPoint, at: "entry" | "return"): string | null {
  if (isSite(point)) {
    const { code, offset } = point.site;
    const isFunction = (code === "kernel" || code === "user") && point.site.at === at && offset === 0n;
    return isFunction ? functionKey(point.site) : null;
  }
  if (!isTracepoint(point) || point.tracepoint.category !== "syscalls") return null;
  const { name } = point.tracepoint;
  if (name.startsWith("sys_enter_")) return at === "entry" ? returnOf(name) : null;
  return at === "return" ? name : null;
}

/** Whether events of the point may come while a call is under way. Timers are nobody's, and a system call is the only one of its thread. */
function isInside(point: ResolvedAttachPoint): boolean {
  if (isSite(point)) return true;
  return isTracepoint(point) && point.tracepoint.category !== "syscalls";
}

function isSteady(point: ResolvedAttachPoint, { base, derefs, bytes, isMeasured }: MemoryNeed, machine: KeptInput["machine"]): boolean {
  if (isTracepoint(point))
    return base.kind === "field" && steadyParameters(point.tracepoint.category, point.tracepoint.name).has(base.name);
  if (!isSite(point)) return false;
  const { code, func } = point.site;
  const prototype = code === "kernel" ? machine.prototype(func) : null;
  const piece = {
    path: { base, derefs: derefs.map(({ offset }) => offset) },
    // As long as something says only at the return, it is what the function put there.
    isText: bytes === null && !isMeasured,
    isUser: code === "user",
  };
  return isSteadyArgument(piece, (index) => prototype?.parameters[index]?.decl ?? null);
}

export function carriedMemory(need: MemoryNeed, { program, machine }: KeptInput): Carried {
  const pointsOf = (probe: number): readonly ResolvedAttachPoint[] => program.probes[probe]?.attach ?? [];
  const entries = pointsOf(need.from);
  const calls = new Set(entries.map((point) => callAt(point, "entry")));
  if (calls.has(null) || calls.size === 0) return { kind: "elsewhere" };
  const readers = pointsOf(need.probe);
  const areReturns = readers.every((point) => calls.has(callAt(point, "return")));
  // Elsewhere inside of a call its return has to be recorded, too.
  const returns = new Set(program.probes.flatMap(({ attach }) => attach.map((point) => callAt(point, "return"))));
  const areInside = readers.every(isInside) && [...calls].every((call) => returns.has(call));
  if (!areReturns && !areInside) return { kind: "elsewhere" };
  if (!entries.every((point) => isSteady(point, need, machine))) return { kind: "changes" };
  const tracepoints = entries.filter(isTracepoint).map(({ tracepoint }) => tracepoint);
  return { kind: "kept", at: { tracepoints, sites: entries.filter(isSite).map(({ site }) => site) } };
}
