/** Which event fetches the memory that a program reads: the one that it runs on, where that has the pointer. */
import type { ProbeSite, Tracepoint } from "../../lang/catalogue.ts";
import type { HirProgram } from "../../lang/hir/hir.ts";
import { addMemory, isSite, type SiteNeeds } from "./dynamic.ts";
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
  /** Text of a place in the script. */
  readonly textAt: (need: { readonly span: MemoryNeed["span"] }) => string;
}

/** Since Linux 6.19 records of system calls have what their pointers lead to. */
const hasOwnData = ({ fields }: Tracepoint, { base, derefs }: MemoryNeed): boolean =>
  base.kind === "field" &&
  derefs.length === 1 &&
  fields.some(({ name, loc }) => name === `__${base.name}_val` || (name === base.name && loc !== "inline"));

const functionKey = ({ code, target, module, func }: ProbeSite): string => [code, target, module, func].join("\n");

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

function carried(input: PlaceInput, need: MemoryNeed): Unrecordable {
  const { program, textAt } = input;
  const [reader, source] = [pointNames(program, need.probe), pointNames(program, need.from)];
  return {
    what: `${textAt(need)} in ${reader}`,
    why: `its pointer comes from ${source}, and memory is fetched where the event has the pointer`,
    hint: `read it there: save ${need.bytes === null ? "str(…)" : "the value"} instead of the pointer in ${source}`,
  };
}

function ofTracepoints(input: PlaceInput, need: MemoryNeed, events: Map<Tracepoint, FieldMemory>): void {
  for (const point of input.program.probes[need.probe]?.attach ?? []) {
    if (point.provider !== "tracepoint" || hasOwnData(point.tracepoint, need)) continue;
    const known = events.get(point.tracepoint);
    if (known === undefined) events.set(point.tracepoint, { tracepoint: point.tracepoint, needs: [need] });
    else known.needs.push(need);
  }
}

export function placeMemory(input: PlaceInput): Placed {
  const { program, needs, sites, textAt } = input;
  const events = new Map<Tracepoint, FieldMemory>();
  const unrecordable: Unrecordable[] = needs.vague.map((read) => ({
    what: `${textAt(read)} in ${pointNames(program, read.probe)}`,
    why: read.what === "curtask" ? "events carry no task structures" : `it reads memory at ${read.what}, which nobody knows before it runs`,
    hint: null,
  }));
  for (const need of needs.memory) {
    if (need.probe !== need.from) {
      const paired = pairedSites(input, need);
      if (paired === null) unrecordable.push(carried(input, need));
      else for (const at of paired) addMemory(at, need);
      continue;
    }
    if (need.base.kind === "field") ofTracepoints(input, need, events);
    else
      for (const point of (program.probes[need.probe]?.attach ?? []).filter(isSite)) {
        const at = sites.get(point.site);
        if (at !== undefined) addMemory(at, need);
      }
  }
  return { events: [...events.values()], unrecordable };
}
