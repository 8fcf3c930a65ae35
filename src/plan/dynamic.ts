/** Dynamic events from what programs need of the places that they are attached to. */
import type { ProbeSite, ResolvedAttachPoint } from "../../lang/catalogue.ts";
import type { Span } from "../../lang/diagnostics/diagnostic.ts";
import type { HirProgram } from "../../lang/hir/hir.ts";
import type { Architecture } from "../../lang/check/env.ts";
import type { FetchBase } from "../../probes/probed/fetch.ts";
import { memoryArguments, operandFetch, stringArgument, wordFetch, type FetchPlace } from "./fetch-text.ts";
import { parseOperands } from "../../probes/symbols/operands.ts";
import { baseKey, pathKey, type Deref, type MemoryNeed, type Needs } from "../needs/needs.ts";
import type { FetchArgument, PlannedDynamic } from "./plan.ts";

export interface SiteMemory {
  readonly base: FetchBase;
  readonly derefs: readonly Deref[];
  readonly bytes: number | null;
}

export interface SiteNeeds {
  readonly site: ProbeSite;
  readonly words: Map<string, FetchBase>;
  /** Where the script asks for each of them first. */
  readonly spans: Map<string, Span>;
  readonly memory: Map<string, SiteMemory>;
  /** Points of the script that it serves. */
  readonly names: Set<string>;
  /** Some program of it sees `args`: words are named as the function's parameters. */
  typed: boolean;
  kstack: boolean;
  ustack: boolean;
}

type SitePoint = Extract<ResolvedAttachPoint, { readonly site: unknown }>;

export const isSite = (point: ResolvedAttachPoint): point is SitePoint => "site" in point;

/** What is needed at each site, of all the programs that are attached there. */
export function needsBySite(program: HirProgram, needs: Needs): Map<ProbeSite, SiteNeeds> {
  const bySite = new Map<ProbeSite, SiteNeeds>();
  program.probes.forEach(({ attach }, index) => {
    const { words, wordSpans, extras } = needs.probes[index]!;
    for (const point of attach.filter(isSite)) {
      const { site } = point;
      let at = bySite.get(site);
      if (at === undefined)
        bySite.set(
          site,
          (at = {
            site,
            words: new Map(),
            spans: new Map(),
            memory: new Map(),
            names: new Set(),
            typed: false,
            kstack: false,
            ustack: false,
          }),
        );
      at.names.add(point.name);
      for (const [key, base] of words) at.words.set(key, base);
      for (const [key, span] of wordSpans) if (!at.spans.has(key)) at.spans.set(key, span);
      at.typed ||= point.provider === "fentry" || point.provider === "fexit";
      at.kstack ||= extras.has("kstack");
      at.ustack ||= extras.has("ustack");
    }
  });
  return bySite;
}

/** Adds memory that the site's own event can fetch. */
export function addMemory(at: SiteNeeds, { base, derefs, bytes }: Pick<MemoryNeed, "base" | "derefs" | "bytes">): void {
  const key = `${bytes === null ? "string" : "bytes"} ${pathKey(base, derefs)}`;
  const known = at.memory.get(key);
  if (known === undefined || (bytes ?? 0) > (known.bytes ?? 0)) at.memory.set(key, { base, derefs, bytes });
  // The pointer is what memory is found by.
  if (base.kind !== "field" && !(at.site.at === "return" && base.kind === "argument")) at.words.set(baseKey(base), base);
}

/** Longest name of an event (Linux kernel/trace/trace_probe.h: MAX_EVENT_NAME_LEN, with its NUL). */
const MAX_EVENT_NAME = 63;

function wordName(base: FetchBase, { site, typed }: SiteNeeds): string {
  if (base.kind === "argument" && typed) return site.records.fields[base.index]?.name ?? `arg${base.index}`;
  if (base.kind === "register") return base.name === "ip" || base.name === "sp" ? base.name : `reg_${base.name}`;
  return baseKey(base);
}

const order = (base: FetchBase): number => (base.kind === "argument" ? base.index : base.kind === "return" ? 100 : 200);

/** First occurrence of each name; two paths of one name would be two fields that nobody can tell apart. */
function withoutDoubles(args: readonly FetchArgument[]): FetchArgument[] {
  const names = new Map<string, number>();
  return args.map((arg) => {
    const seen = names.get(arg.name) ?? 0;
    names.set(arg.name, seen + 1);
    return seen === 0 ? arg : { ...arg, name: `${arg.name.slice(0, 28)}__${seen + 1}` };
  });
}

/** The kernel's own names of unnamed arguments count from 1: an event with these alone would be taken for one of those. */
const looksUnnamed = (args: readonly FetchArgument[]): boolean => args.length > 0 && args.every(({ name }, i) => name === `arg${i + 1}`);

const FIRST: FetchBase = { kind: "argument", index: 0 };

export function fetchArguments(at: SiteNeeds, place: FetchPlace): FetchArgument[] {
  const args = namedArguments(at, [...at.words.values()], place);
  return looksUnnamed(args) ? namedArguments(at, [FIRST, ...at.words.values()], place) : args;
}

/** Of a static probe, what a fetch argument reaches. */
const isReached = (base: FetchBase, place: FetchPlace): boolean =>
  place.code !== "usdt" || (base.kind === "argument" && operandFetch(place.operands?.[base.index]) !== null);

function namedArguments(at: SiteNeeds, bases: readonly FetchBase[], place: FetchPlace): FetchArgument[] {
  const words = bases.filter((base) => isReached(base, place)).sort((a, b) => order(a) - order(b));
  const fetched = [...at.memory.values()].filter(({ base }) => isReached(base, place));
  const memory = fetched.flatMap(({ base, derefs, bytes }) =>
    bytes === null ? [stringArgument(base, derefs, place)] : memoryArguments(base, derefs, bytes, place),
  );
  return withoutDoubles([...words.map((base) => ({ name: wordName(base, at), fetch: wordFetch(base, place) })), ...memory]);
}

const identifier = (text: string): string => text.replaceAll(/\W/g, "_").replace(/^(?=\d)/, "_");

/** Names of events in one group are given once: `vfs_read`, `vfs_read_ret`, `main__2`. */
export function eventNames(): (site: ProbeSite) => string {
  const taken = new Map<string, number>();
  return ({ code, module, func, at, offset }) => {
    const base = identifier(`${code === "usdt" ? `${module}_` : ""}${func}${offset === 0n ? "" : `_${offset}`}`).slice(
      0,
      MAX_EVENT_NAME - 8,
    );
    const name = at === "return" ? `${base}_ret` : base;
    const count = (taken.get(name) ?? 0) + 1;
    taken.set(name, count);
    return count === 1 ? name : `${name}__${count}`;
  };
}

function placeText({ code, target, module, func, offset, address, semaphore }: ProbeSite): string {
  const counter = semaphore === undefined ? "" : `(0x${semaphore.toString(16)})`;
  if (code === "user" || code === "usdt") return `${target ?? ""}:0x${(address ?? 0n).toString(16)}${counter}`;
  if (code === "raw_tracepoint" || func.startsWith("0x")) return func;
  return `${module === null ? "" : `${module}:`}${func}${offset === 0n ? "" : `+${offset}`}`;
}

/** Arguments of the entry at a return. */
export const RETURN_ARGUMENTS_SINCE = "6.10";

/** Events on raw tracepoints: Linux 6.5. */
function sinceOf(at: SiteNeeds): string | null {
  const { code } = at.site;
  if (code === "raw_tracepoint") return "6.5";
  const bases = [...at.words.values(), ...[...at.memory.values()].map(({ base }) => base)];
  return at.site.at === "return" && bases.some(({ kind }) => kind === "argument") ? RETURN_ARGUMENTS_SINCE : null;
}

export function dynamicEvent(at: SiteNeeds, group: string, name: string, architecture: Architecture): PlannedDynamic {
  const { site } = at;
  const { code, offset } = site;
  const args = fetchArguments(at, { at: site.at, code, architecture, offset, operands: parseOperands(site.operands ?? "") });
  return {
    letter: code === "raw_tracepoint" ? "t" : site.at === "return" ? "r" : "p",
    group,
    name,
    place: placeText(site),
    isUser: code === "user" || code === "usdt",
    args,
    why: [...at.names].sort().join(", "),
    since: sinceOf(at),
    kstack: at.kstack,
    ustack: at.ustack,
  };
}
