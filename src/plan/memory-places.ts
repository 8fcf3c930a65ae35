/** Which event fetches the memory that a program reads: the one that it runs on, where that has the pointer. */
import type { ProbeSite, Tracepoint } from "../../lang/catalogue.ts";
import type { HirProgram } from "../../lang/hir/hir.ts";
import { addMemory, isSite, RETURN_ARGUMENTS_SINCE, type SiteNeeds } from "./dynamic.ts";
import { carriedMemory, functionKey, type Carried, type Entries } from "./kept-memory.ts";
import type { PlanMachine } from "./machine.ts";
import { isOlder } from "./release.ts";
import type { MemoryNeed, Needs } from "../needs/needs.ts";
import { pointName } from "./site.ts";
import type { Unrecordable } from "./plan.ts";

export interface FieldMemory {
  readonly tracepoint: Tracepoint;
  readonly needs: MemoryNeed[];
}

export interface Placed {
  /** Tracepoints whose records lack what their pointers lead to. */
  readonly events: readonly FieldMemory[];
  readonly unrecordable: readonly Unrecordable[];
}

export interface PlaceInput {
  readonly program: HirProgram;
  readonly needs: Needs;
  readonly sites: ReadonlyMap<ProbeSite, SiteNeeds>;
  readonly machine: Pick<PlanMachine, "prototype" | "release">;
  /** Text of a place in the script. */
  readonly textAt: (need: { readonly span: MemoryNeed["span"] }) => string;
}

/** Since Linux 6.19 records of system calls have what their pointers lead to. */
const hasOwnData = ({ fields }: Tracepoint, { base, derefs }: MemoryNeed): boolean =>
  base.kind === "field" &&
  derefs.length === 1 &&
  fields.some(({ name, loc }) => name === `__${base.name}_val` || (name === base.name && loc !== "inline"));

/** The sites of a return whose entry had the pointer. */
function pairedSites({ program, sites }: PlaceInput, { probe, from, base }: MemoryNeed): readonly SiteNeeds[] | null {
  if (base.kind !== "argument") return null;
  const entries = new Set((program.probes[from]?.attach ?? []).filter(isSite).map(({ site }) => functionKey(site)));
  const returns = (program.probes[probe]?.attach ?? []).filter(isSite);
  const paired = returns.filter(({ site }) => site.at === "return" && site.code === "kernel" && entries.has(functionKey(site)));
  if (paired.length === 0 || paired.length < (program.probes[probe]?.attach.length ?? 0)) return null;
  return paired.flatMap(({ site }) => sites.get(site) ?? []);
}

const pointNames = (program: HirProgram, probe: number): string => {
  const names = (program.probes[probe]?.attach ?? []).map(pointName);
  return names.length > 2 ? `${names[0]!} and ${names.length - 1} others` : names.join(" and ");
};

interface Obstacle {
  /** By the time it is read, the call may have changed it. */
  readonly mayChange: boolean;
  /** A younger kernel fetches it at the return. */
  readonly isOld: boolean;
}

function unreached(input: PlaceInput, need: MemoryNeed, { mayChange, isOld }: Obstacle): Unrecordable {
  const { program, textAt } = input;
  const [reader, source] = [pointNames(program, need.probe), pointNames(program, need.from)];
  const saved = `save ${need.bytes === null ? "str(…)" : "the value"} instead of the pointer in ${source}`;
  return {
    what: `${textAt(need)} in ${reader}`,
    why: mayChange
      ? `its pointer comes from ${source}, and what is there when the call returns is not known: it may have changed it`
      : `its pointer comes from ${source}, and memory is fetched where the event has the pointer`,
    hint: isOld
      ? `record on Linux ${RETURN_ARGUMENTS_SINCE} or newer, which fetches it at the return; or ${saved}`
      : `read it there: ${saved}`,
  };
}

function ofTracepoints(tracepoints: readonly Tracepoint[], need: MemoryNeed, events: Map<Tracepoint, FieldMemory>): void {
  for (const tracepoint of tracepoints) {
    if (hasOwnData(tracepoint, need)) continue;
    const known = events.get(tracepoint);
    if (known === undefined) events.set(tracepoint, { tracepoint, needs: [need] });
    else known.needs.push(need);
  }
}

/** The probe's own events have the pointer. */
function ownEvents(program: HirProgram, { probe }: MemoryNeed): Carried {
  const points = program.probes[probe]?.attach ?? [];
  const tracepoints = points.flatMap((point) => (point.provider === "tracepoint" ? [point.tracepoint] : []));
  return { kind: "kept", at: { tracepoints, sites: points.filter(isSite).map(({ site }) => site) } };
}

function record({ sites }: PlaceInput, need: MemoryNeed, at: Entries, events: Map<Tracepoint, FieldMemory>): void {
  if (need.base.kind === "field") return ofTracepoints(at.tracepoints, need, events);
  for (const site of at.sites) {
    const needs = sites.get(site);
    if (needs !== undefined) addMemory(needs, need);
  }
}

export function placeMemory(input: PlaceInput): Placed {
  const { program, needs, machine, textAt } = input;
  const events = new Map<Tracepoint, FieldMemory>();
  const unrecordable: Unrecordable[] = needs.vague.map((read) => ({
    what: `${textAt(read)} in ${pointNames(program, read.probe)}`,
    why: read.what === "curtask" ? "events carry no task structures" : `it reads memory at ${read.what}, which nobody knows before it runs`,
    hint: null,
  }));
  for (const need of needs.memory) {
    const paired = need.probe === need.from ? null : pairedSites(input, need);
    const isOld = paired !== null && isOlder(machine.release, RETURN_ARGUMENTS_SINCE);
    if (paired !== null && !isOld) for (const at of paired) addMemory(at, need);
    else {
      const where = need.probe === need.from ? ownEvents(program, need) : carriedMemory(need, input);
      if (where.kind === "kept") record(input, need, where.at, events);
      else unrecordable.push(unreached(input, need, { mayChange: where.kind === "changes", isOld }));
    }
  }
  return { events: [...events.values()], unrecordable };
}
