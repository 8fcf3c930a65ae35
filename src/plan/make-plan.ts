/** From a script to what has to be recorded for it. Pure: the machine is asked through PlanMachine. */
import { keptArgument } from "../../lang/check/attach/recorded.ts";
import { check, type CheckEnv } from "../../lang/check/check.ts";
import { linkImports } from "../../lang/check/imports.ts";
import { makeReport } from "../../lang/check/report.ts";
import type { Tracepoint } from "../../lang/catalogue.ts";
import { formatLocation } from "../../lang/diagnostics/render.ts";
import type { Diagnostic, Source } from "../../lang/diagnostics/diagnostic.ts";
import type { HirProgram } from "../../lang/hir/hir.ts";
import { parse } from "../../lang/parse/parse.ts";
import { usesTasks } from "../session/compile.ts";
import { askedBy, type Asked } from "./asked.ts";
import { asksForBootClock } from "./boot-clock.ts";
import { dynamicEvent, eventNames, needsBySite, type SiteNeeds } from "./dynamic.ts";
import { eventProbe, type FieldsUsed } from "./event-probe.ts";
import type { PlanMachine } from "./machine.ts";
import { placeMemory } from "./memory-places.ts";
import type { Needs } from "../needs/needs.ts";
import type { Kept, PlannedDynamic, PlannedEvent, RecordingPlan, Unrecordable } from "./plan.ts";
import { eventAt, recordable } from "./release.ts";
import { placeText } from "./place-text.ts";
import { plannedSites } from "./site.ts";
import { taskEvents } from "./task-events.ts";
import { traceNeeds } from "../needs/trace-values.ts";
import { unansweredBuiltins } from "./unanswered.ts";
import { unreachedOperands } from "./usdt-sites.ts";

export interface PlanInput {
  readonly source: Source;
  readonly machine: PlanMachine;
  /** What the checker wants to know beside what the machine tells. */
  readonly env: Pick<CheckEnv, "params" | "namedParams" | "config" | "unsafe" | "pid" | "readImport" | "readHeader" | "includes">;
  /** Of the dynamic events. */
  readonly group: string;
}

export type PlanResult =
  | { readonly ok: true; readonly plan: RecordingPlan; readonly diagnostics: readonly Diagnostic[]; readonly source: Source }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[]; readonly source: Source };

interface Typed {
  readonly program: HirProgram;
  readonly asked: Asked;
  readonly diagnostics: readonly Diagnostic[];
  readonly source: Source;
}

type Refused = Extract<PlanResult, { readonly ok: false }>;

function typed({ source, machine, env }: PlanInput): Typed | Refused {
  const { script, diagnostics } = parse(source);
  if (diagnostics.some(({ severity }) => severity === "error")) return { ok: false, diagnostics, source };
  const report = makeReport();
  const unit = linkImports({ script, source }, env.readImport, report);
  const { params, unsafe = false, pid = null } = env;
  const asked = askedBy(unit.script, { params, machine, report, pid, unsafe });
  if (report.hasErrors()) return { ok: false, diagnostics: report.diagnostics, source: unit.source };
  const { catalogue, architecture, types, kernelSymbols } = machine;
  const checked = check(
    { script: { ...asked.script, imports: [] }, source: unit.source },
    // Only its events are recorded: programs need not look.
    { ...env, pid: null, catalogue: { ...catalogue, probed: plannedSites(asked.sites) }, architecture, types, kernelSymbols },
  );
  const all = [...diagnostics, ...report.diagnostics, ...checked.diagnostics];
  if (checked.program === null) return { ok: false, diagnostics: all, source: checked.source };
  return { program: checked.program, asked, diagnostics: all, source: checked.source };
}

/** What programs use of each tracepoint. */
function usedFields(program: HirProgram, needs: Needs): Map<Tracepoint, FieldsUsed> {
  const used = new Map<Tracepoint, FieldsUsed>();
  program.probes.forEach(({ attach }, index) => {
    const { fields, extras } = needs.probes[index]!;
    for (const point of attach) {
      if (point.provider !== "tracepoint") continue;
      const known = used.get(point.tracepoint);
      used.set(point.tracepoint, {
        fields: new Set([...(known?.fields ?? []), ...fields]),
        kstack: (known?.kstack ?? false) || extras.has("kstack"),
        ustack: (known?.ustack ?? false) || extras.has("ustack"),
      });
    }
  });
  return used;
}

const eventOf = (category: string, name: string, why: string, { kstack, ustack }: Pick<FieldsUsed, "kstack" | "ustack">): PlannedEvent => ({
  category,
  name,
  why,
  kstack,
  ustack,
});

/** Raw tracepoints are events where no other raw argument is asked for than the event has. */
function plainEvent({ site, words, memory, kstack, ustack }: SiteNeeds, machine: PlanMachine): PlannedEvent | null {
  if (site.code !== "raw_tracepoint" || memory.size > 0) return null;
  const event = eventAt(site.func, { kstack, ustack }, machine);
  if (event === null) return null;
  const kept = keptArgument(event.category, event.name);
  return [...words.values()].every((base) => base.kind === "argument" && base.index === kept) ? event : null;
}

/** Once each. */
function withTaskEvents(events: readonly PlannedEvent[], machine: PlanMachine): PlannedEvent[] {
  const has = (one: PlannedEvent): boolean => events.some(({ category, name }) => category === one.category && name === one.name);
  return [...events, ...taskEvents(machine.catalogue).filter((event) => !has(event))];
}

interface Recorded {
  readonly events: PlannedEvent[];
  readonly dynamic: PlannedDynamic[];
  readonly unrecordable: Unrecordable[];
}

function recordedBy({ program, asked, source }: Typed, needs: Needs, { machine, group }: PlanInput): Recorded {
  const { architecture } = machine;
  const sites = needsBySite(program, needs);
  const placed = placeMemory({ program, needs, sites, machine, textAt: ({ span }) => placeText(source.text, span) });
  const unrecordable = [...placed.unrecordable];
  const events: PlannedEvent[] = [];
  const dynamic: PlannedDynamic[] = [];
  const define = (wanted: PlannedDynamic): void => {
    const { event, unrecordable: lacking } = recordable(wanted, machine);
    if ("letter" in event) dynamic.push(event);
    else events.push(event);
    if (lacking !== null) unrecordable.push(lacking);
  };
  const used = usedFields(program, needs);
  const nameOf = eventNames();
  for (const [tracepoint, uses] of used) {
    const { category, name } = tracepoint;
    const memory = placed.events.find((one) => one.tracepoint === tracepoint);
    const probe = memory === undefined ? null : eventProbe(memory, uses, group, machine);
    if (probe !== null && "letter" in probe) define(probe);
    else events.push(eventOf(category, name, `tracepoint:${category}:${name}`, uses));
    if (probe !== null && "what" in probe) unrecordable.push(probe);
  }
  for (const at of sites.values()) {
    if (asked.samples.has(at.site.func)) continue;
    unrecordable.push(...unreachedOperands(at, (span) => formatLocation(source, span)));
    const plain = plainEvent(at, machine);
    if (plain === null) define(dynamicEvent(at, group, nameOf(at.site), architecture));
    else events.push(plain);
  }
  return { events, dynamic, unrecordable };
}

/** iter:task walks those that events tell of. */
const iteratesTasks = ({ probes }: HirProgram): boolean => probes.some(({ attach }) => attach.some(({ name }) => name === "iter:task"));

/** A machine that remembers whether its types were asked for with success. */
function noting(machine: PlanMachine): { readonly machine: PlanMachine; readonly usedTypes: () => boolean } {
  let used = false;
  const note = <T>(found: T | null): T | null => {
    used ||= found !== null;
    return found;
  };
  const { types, prototype, rawPrototype } = machine;
  return {
    usedTypes: () => used,
    machine: {
      ...machine,
      prototype: (func) => note(prototype(func)),
      // Looked up for every raw tracepoint, also where nobody asks for its arguments.
      rawPrototype,
      types:
        types === null
          ? null
          : {
              ...types,
              compound: (tag, name) => note(types.compound(tag, name)),
              enumeration: (name) => note(types.enumeration(name)),
              typedef: (name) => note(types.typedef(name)),
              constant: (name) => note(types.constant(name)),
            },
    },
  };
}

export function makePlan(given: PlanInput): PlanResult {
  const { machine, usedTypes } = noting(given.machine);
  const input = { ...given, machine };
  const checked = typed(input);
  if ("ok" in checked) return checked;
  const { program, asked, diagnostics, source } = checked;
  const needs = traceNeeds(program);
  const { events, dynamic, unrecordable } = recordedBy(checked, needs, input);
  const extras = new Set(needs.probes.flatMap((probe) => [...probe.extras]));
  const records = events.length + dynamic.length + asked.samples.size > 0;
  const tasks = (records && usesTasks(program)) || iteratesTasks(program);
  const programs = [...new Set(asked.sites.flatMap(({ target }) => target ?? []))].sort();
  const unanswered = unansweredBuiltins(program, needs);
  const usesUserSymbols = extras.has("usym") || extras.has("ustack");
  const kept: readonly (readonly [Kept, boolean])[] = [
    ["dynamic events", dynamic.length > 0],
    ["kernel symbols", extras.has("ksym") || extras.has("kstack")],
    ["mappings", usesUserSymbols],
    ["programs", usesUserSymbols || programs.length > 0],
    ["types", usedTypes()],
  ];
  return {
    ok: true,
    diagnostics,
    source,
    plan: {
      events: tasks ? withTaskEvents(events, input.machine) : events,
      dynamic,
      samples: [...asked.samples.values()],
      clock: asksForBootClock(asked.script) ? "boot" : "mono",
      tasks,
      parents: extras.has("parents"),
      cgroups: unanswered.cgroups,
      kstack: extras.has("kstack"),
      ustack: extras.has("ustack"),
      kept: kept.filter(([, wanted]) => wanted).map(([name]) => name),
      programs,
      wallClock: records && extras.has("wall clock"),
      unrecordable: [...unanswered.unrecordable, ...unrecordable],
    },
  };
}

/** Whether some probe fires on something that has to be recorded. */
export const recordsSomething = ({ events, dynamic, samples }: RecordingPlan): boolean =>
  events.length + dynamic.length + samples.length > 0;
