/** Attach points on functions that the recording has records of (rows 1.28 to 1.37, 1.41, 1.43). */
import type { ProbeCatalogue, ProbeSite, ResolvedAttachPoint, SiteProvider, SiteRecords, Tracepoint } from "../../catalogue.ts";
import { pointName } from "./checked-point.ts";
import { functionText, readFunction, type FunctionPlace } from "./function-offset.ts";
import { hasWildcard, matches } from "./wildcard.ts";

interface Wanted {
  readonly code: ProbeSite["code"];
  readonly at: ProbeSite["at"];
}

const WANTED: Readonly<Record<SiteProvider, Wanted>> = {
  kprobe: { code: "kernel", at: "entry" },
  kretprobe: { code: "kernel", at: "return" },
  fentry: { code: "kernel", at: "entry" },
  fexit: { code: "kernel", at: "return" },
  uprobe: { code: "user", at: "entry" },
  uretprobe: { code: "user", at: "return" },
  rawtracepoint: { code: "raw_tracepoint", at: "entry" },
  usdt: { code: "usdt", at: "entry" },
};

export const isSiteProvider = (provider: string): provider is SiteProvider => Object.hasOwn(WANTED, provider);

/** Module of the kernel itself, as fentry names it (row 1.33). */
const VMLINUX = "vmlinux";

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** `./prog` and `build/prog` of the directory in which somebody recorded: the kernel has the whole path. */
const isRelative = (written: string): boolean => written.includes("/") && !written.startsWith("/");

/** A path; a name that is looked up in PATH; or `libX`, as the linker's cache knows it: libX.so, libX.so.6, libX-2.31.so (row 1.36). */
function isTarget(written: string, path: string): boolean {
  if (matches(written, path)) return true;
  if (isRelative(written)) return matches(`*/${written.replace(/^(?:\.\.?\/)+/, "")}`, path);
  if (written.includes("/")) return false;
  const name = baseName(path);
  const isLibrary = written.startsWith("lib") && name.startsWith(written) && /^(?:-[0-9.]+)?\.so(?:\.|$)/.test(name.slice(written.length));
  return matches(written, name) || isLibrary;
}

const isModule = (written: string | null, site: ProbeSite): boolean => written === null || matches(written, site.module ?? VMLINUX);

interface Place {
  readonly target: string | null;
  readonly module: string | null;
  readonly place: FunctionPlace;
}

function placeOf(provider: SiteProvider, parts: readonly string[]): Place | null {
  const text = parts.at(-1)!;
  const first = parts.length > 1 ? parts[0]! : null;
  const { code } = WANTED[provider];
  const place: FunctionPlace =
    code === "raw_tracepoint" || code === "usdt"
      ? { func: text, offset: null }
      : readFunction(text, provider === "kprobe" || provider === "uprobe" ? "offset" : "nothing");
  if ("why" in place) return null;
  // TARGET:[PROVIDER:]NAME; of one process, NAME alone.
  if (code === "usdt") return { target: first === "" ? null : first, module: parts.length === 3 ? parts[1]! : null, place };
  return code === "user" ? { target: first, module: null, place } : { target: null, module: first, place };
}

/** The name that the site goes by here: the one that was written, where it has several. */
function nameAt(site: ProbeSite, place: FunctionPlace): string | null {
  if ("why" in place) return null;
  if ("address" in place)
    return site.address !== null && site.address + (site.code === "kernel" ? site.offset : 0n) === place.address ? site.func : null;
  const name = [site.func, ...site.aliases].find((candidate) => matches(place.func, candidate));
  if (name === undefined || site.offset !== (place.offset ?? 0n)) return null;
  return name;
}

function resolved(provider: SiteProvider, site: ProbeSite, name: string, { target, module, place }: Place): ResolvedAttachPoint {
  if (provider === "usdt") return { provider, name: pointName(provider, site.target ?? target, site.module, name), site };
  const where = "address" in place ? [place.address] : [functionText({ func: name, offset: site.offset === 0n ? null : site.offset })];
  // fentry and fexit fill the module in (row 1.33).
  const typed = provider === "fentry" || provider === "fexit";
  const inModule = typed || (module !== null && hasWildcard(module)) ? (site.module ?? (typed ? VMLINUX : null)) : module;
  return { provider, name: pointName(provider, site.target ?? inModule, ...where), site };
}

const byName = (a: ResolvedAttachPoint, b: ResolvedAttachPoint): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** Raw arguments that the event keeps as they are (linux include/trace/events/syscalls.h): their field, and which argument it is. */
const KEPT_ARGUMENTS: Readonly<Record<string, { readonly name: string; readonly index: number }>> = {
  "raw_syscalls:sys_enter": { name: "id", index: 1 },
  "raw_syscalls:sys_exit": { name: "ret", index: 1 },
};

/** Which raw argument the event itself has; null: none. */
export const keptArgument = (category: string, name: string): number | null => KEPT_ARGUMENTS[`${category}:${name}`]?.index ?? null;

function rawRecords(tracepoint: Tracepoint): SiteRecords {
  const kept = KEPT_ARGUMENTS[`${tracepoint.category}:${tracepoint.name}`];
  const field = kept === undefined ? undefined : tracepoint.fields.find(({ name }) => name === kept.name);
  const plain = { eventId: tracepoint.id, only: null, returnIndex: 1, address: null, callerOffset: null };
  if (kept === undefined || (field?.sizeBytes !== 4 && field?.sizeBytes !== 8))
    return { ...plain, recipe: { registers: [], memory: [], typed: [] }, fields: [], returnIndex: 0 };
  const from = { kind: "field", offset: field.offset, sizeBytes: field.sizeBytes, signed: true } as const;
  return { ...plain, recipe: { registers: [], memory: [], typed: [{ index: kept.index, from }] }, fields: [field], words: [kept.index] };
}

/** A raw tracepoint fires where the event of its name was recorded; most arguments are in no record of that. */
function rawFromEvents(catalogue: ProbeCatalogue, pattern: string): ProbeSite[] {
  return catalogue.tracepoints
    .filter(({ isSeen }) => isSeen !== false || !hasWildcard(pattern))
    .filter(({ category, name }) => category !== "ftrace" && category !== "syscalls" && matches(pattern, name))
    .map((tracepoint): ProbeSite => ({
      code: "raw_tracepoint",
      at: "entry",
      target: null,
      module: null,
      func: tracepoint.name,
      aliases: [],
      offset: 0n,
      address: null,
      records: rawRecords(tracepoint),
    }));
}

export interface Recorded {
  readonly points: readonly ResolvedAttachPoint[];
  /** The function exists, but was never seen: what to say. */
  readonly warning: string | null;
}

/** Every site that an attach point means; parts are those behind the provider. None: not recorded. */
export function recordedPoints(catalogue: ProbeCatalogue, provider: SiteProvider, parts: readonly string[]): Recorded {
  const wanted = placeOf(provider, parts);
  const { probed } = catalogue;
  if (wanted === null) return { points: [], warning: null };
  const { code, at } = WANTED[provider];
  const pointsAmong = (sites: readonly ProbeSite[]): ResolvedAttachPoint[] =>
    sites.flatMap((site) => {
      if (site.code !== code || site.at !== at || !isModule(wanted.module, site)) return [];
      // Events of perf's static probes may name none: they are those of whatever file the script means.
      const isNamed = site.code !== "usdt" || site.target !== null;
      if (wanted.target !== null && isNamed && !isTarget(wanted.target, site.target ?? "")) return [];
      const name = nameAt(site, wanted.place);
      return name === null ? [] : [resolved(provider, site, name, wanted)];
    });
  // A function of the kernel is one site; tracers' are known only once the recording has been read.
  const isOne = code === "kernel" && "func" in wanted.place && !hasWildcard(wanted.place.func);
  const known = isOne ? pointsAmong(probed?.defined ?? []) : [];
  const points = known.length > 0 ? known : pointsAmong(probed?.sites ?? []);
  if (points.length > 0) return { points: points.sort(byName), warning: null };
  if ("why" in wanted.place || "address" in wanted.place) return { points: [], warning: null };
  const { func, offset } = wanted.place;
  if (code === "raw_tracepoint" && (wanted.module ?? VMLINUX) !== VMLINUX) return { points: [], warning: null };
  if (code === "raw_tracepoint")
    return { points: rawFromEvents(catalogue, func).map((site) => resolved(provider, site, site.func, wanted)), warning: null };
  if (code !== "kernel" || hasWildcard(func) || (offset ?? 0n) !== 0n) return { points: [], warning: null };
  const unseen = probed?.unseen(at, func) ?? null;
  if (unseen === null) return { points: [], warning: null };
  return {
    points: [resolved(provider, unseen, func, wanted)],
    warning: `the recording has no record of ${func}: it was not called, or was not among the traced functions`,
  };
}
