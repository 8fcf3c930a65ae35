/** The probed functions of a recording: from its dynamic events, and from what the function and function_graph tracers wrote. */
import type { ProbeSite, ProbeSites } from "../../lang/catalogue.ts";
import { argumentRegisters, argumentSlot } from "../../lang/registers.ts";
import { addressesOf, dynamicEvents, dynamicSites } from "./dynamic-sites.ts";
import type { SeenField, SitesInput } from "./input.ts";
import { makeStandIns } from "./recipe.ts";
import { siteOf, type Place } from "./site.ts";
import { tracerEvents, tracerSite, type TracerEvent } from "./tracer-sites.ts";

/** One call is told by one recorder only. */
const placeKey = (site: ProbeSite, at = site.at): string =>
  [
    site.code,
    at,
    site.target,
    site.func,
    site.offset,
    ...(site.code === "usdt" ? [site.module, site.address ?? site.records.eventId] : []),
  ].join("\n");

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const inOrder = (a: ProbeSite, b: ProbeSite): number =>
  compare(a.target ?? "", b.target ?? "") || compare(a.func, b.func) || Number(a.offset - b.offset) || compare(a.at, b.at);

const argumentSlots = new Set(argumentRegisters.map((_, i) => argumentSlot(i)!));

/** Whether a return's record tells of memory at arguments that only the entry's record has. */
const needsEntry = ({ at, records }: ProbeSite): boolean =>
  at === "return" && records.recipe.memory.some(({ base }) => base.kind === "slot" && argumentSlots.has(base.slot));

const placeOf = (site: ProbeSite): Place => {
  const { code, target, module, func, aliases, offset } = site;
  return { code, target, module, names: [func, ...aliases], offset, address: () => site.address };
};

const hasSteadyMemory = ({ at, records }: ProbeSite): boolean =>
  at === "entry" && records.recipe.memory.some(({ stays }) => stays === true);

/** Entries and returns that need each other know each other. */
function withEntries(sites: readonly ProbeSite[]): ProbeSite[] {
  return sites.map((site) => {
    if (needsEntry(site)) {
      const entry = sites.find((other) => other.at === "entry" && placeKey(other, "return") === placeKey(site));
      return entry === undefined ? site : siteOf(placeOf(site), site.at, { ...site.records, entry: entry.records });
    }
    if (!hasSteadyMemory(site)) return site;
    const exit = sites.find((other) => other.at === "return" && placeKey(other) === placeKey(site, "return"));
    return exit === undefined ? site : siteOf(placeOf(site), site.at, { ...site.records, returnId: exit.records.eventId });
  });
}

function once<T>(find: () => T): () => T {
  let found: { readonly value: T } | null = null;
  return () => (found ??= { value: find() }).value;
}

/** Of several sites at one place the first one is taken. */
function onePerPlace(sites: readonly ProbeSite[]): ProbeSite[] {
  const byPlace = new Map<string, ProbeSite>();
  for (const site of sites) if (!byPlace.has(placeKey(site))) byPlace.set(placeKey(site), site);
  return [...byPlace.values()];
}

const wealth = ({ records: { recipe } }: ProbeSite): number => recipe.registers.length + recipe.memory.length;

interface Seen {
  /** First address in the records of a dynamic event, by the event. */
  readonly addresses: ReadonlyMap<number, bigint>;
  /** The functions that each tracer wrote of. */
  readonly traced: readonly (readonly bigint[])[];
}

/** One reading for all: it costs the same for one field as for many. */
function readSeen(input: SitesInput, dynamic: readonly SeenField[], tracers: readonly TracerEvent[]): Seen {
  const functions = tracers.map(({ tracepoint, ip }) => ({
    eventId: tracepoint.id,
    offset: ip.offset,
    sizeBytes: ip.sizeBytes as 4 | 8,
  }));
  const fields = [...dynamic, ...functions];
  const values = fields.length === 0 ? [] : input.seen(fields);
  const addresses = dynamic.flatMap(({ eventId }, i) => values[i]!.slice(0, 1).map((address) => [eventId, address] as const));
  return { addresses: new Map(addresses), traced: values.slice(dynamic.length) };
}

export function probeSites(input: SitesInput): ProbeSites {
  const events = once(() => dynamicEvents(input));
  const tracers = once(() => tracerEvents(input));
  const seen = once(() => readSeen(input, addressesOf(events(), input.catalogue.longBytes), tracers()));
  // Of several events on one place the one that holds most is taken.
  const dynamic = once(() =>
    onePerPlace(dynamicSites(input, events(), (id) => seen().addresses.get(id), makeStandIns()).sort((a, b) => wealth(b) - wealth(a))),
  );
  const traced = (): ProbeSite[] => tracers().flatMap((event, i) => seen().traced[i]!.map((address) => tracerSite(input, event, address)));
  const all = once(() => withEntries(onePerPlace([...dynamic(), ...traced()])).sort(inOrder));
  const defined = once(() => withEntries(dynamic()).sort(inOrder));
  return {
    get sites() {
      return all();
    },
    get defined() {
      return defined();
    },
    unseen(at, func) {
      // Of the tracers that wrote anything.
      const event = tracers().find((candidate, i) => candidate.at === at && seen().traced[i]!.length > 0);
      const address = input.kernel?.addressOf(func) ?? null;
      return event === undefined || address === null ? null : tracerSite(input, event, address);
    },
  };
}
