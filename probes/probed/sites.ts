/** The probed functions of a recording: from its dynamic events, and from what the function and function_graph tracers wrote. */
import type { ProbeSite, ProbeSites } from "../../lang/catalogue.ts";
import { argumentRegisters, argumentSlot } from "../../lang/registers.ts";
import { dynamicSites } from "./dynamic-sites.ts";
import type { SitesInput } from "./input.ts";
import { makeStandIns } from "./recipe.ts";
import { siteOf, type Place } from "./site.ts";
import { tracerEvents, tracerSite, type TracerEvent } from "./tracer-sites.ts";

/** One call is told by one recorder only. */
const placeKey = (site: ProbeSite, at = site.at): string => [site.code, at, site.target, site.func, site.offset].join("\n");

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

function withEntries(sites: readonly ProbeSite[]): ProbeSite[] {
  return sites.map((site) => {
    if (!needsEntry(site)) return site;
    const entry = sites.find((other) => other.at === "entry" && placeKey(other, "return") === placeKey(site));
    return entry === undefined ? site : siteOf(placeOf(site), site.at, { ...site.records, entry: entry.records });
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

interface Traced {
  /** Tracers that wrote anything. */
  readonly active: readonly TracerEvent[];
  readonly sites: readonly ProbeSite[];
}

function findTraced(input: SitesInput): Traced {
  const events = tracerEvents(input);
  if (events.length === 0) return { active: [], sites: [] };
  const seen = input.seen(
    events.map(({ tracepoint, ip }) => ({ eventId: tracepoint.id, offset: ip.offset, sizeBytes: ip.sizeBytes as 4 | 8 })),
  );
  return {
    active: events.filter((_, i) => seen[i]!.length > 0),
    sites: events.flatMap((event, i) => seen[i]!.map((address) => tracerSite(input, event, address))),
  };
}

export function probeSites(input: SitesInput): ProbeSites {
  // Of several events on one place the one that holds most is taken.
  const dynamic = once(() => onePerPlace(dynamicSites(input, makeStandIns()).sort((a, b) => wealth(b) - wealth(a))));
  const traced = once(() => findTraced(input));
  const all = once(() => withEntries(onePerPlace([...dynamic(), ...traced().sites])).sort(inOrder));
  const defined = once(() => withEntries(dynamic()).sort(inOrder));
  return {
    get sites() {
      return all();
    },
    get defined() {
      return defined();
    },
    unseen(at, func) {
      const event = traced().active.find((candidate) => candidate.at === at);
      const address = input.kernel?.addressOf(func) ?? null;
      return event === undefined || address === null ? null : tracerSite(input, event, address);
    },
  };
}
