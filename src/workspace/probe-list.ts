/** The probes that a recording offers, by patterns as -l takes them (rows 8.12 to 8.17). */
import type { ResolvedAttachPoint, Tracepoint, TracepointField } from "../../lang/catalogue.ts";
import { HARDWARE, SOFTWARE, type CountedEvent } from "../../lang/check/attach/perf-event.ts";
import { findProvider } from "../../lang/check/attach/providers.ts";
import { recordedPoints } from "../../lang/check/attach/recorded.ts";
import { sampledNames } from "../../lang/check/attach/sampled.ts";
import { matches } from "../../lang/check/attach/wildcard.ts";
import type { RecordedMachine } from "../session/recorded-machine.ts";

const UNITS = ["hz", "ms", "s", "us"];

const counted = (provider: string, events: readonly CountedEvent[]): string[] =>
  events.flatMap(({ name, alias }) => [`${provider}:${name}:`, ...(alias === null ? [] : [`${provider}:${alias}:`])]);

/** Row 8.13. The last three need samples in the recording: without such samples they are listed only when asked for by name. */
const FORMS: Readonly<Record<string, readonly string[]>> = {
  interval: UNITS.map((unit) => `interval:${unit}:`),
  profile: UNITS.map((unit) => `profile:${unit}:`),
  software: counted("software", SOFTWARE),
  hardware: counted("hardware", HARDWARE),
};

export interface ListedProbe {
  readonly name: string;
  /** Arguments that a program can ask for. */
  readonly fields: () => readonly TracepointField[];
}

/** Packets have a provider of their own. */
const nameOf = ({ category, name }: Tracepoint): string => (category === "packet" ? `packet:${name}` : `tracepoint:${category}:${name}`);

const noFields = (): readonly TracepointField[] => [];

const NUMBERS: ReadonlySet<string> = new Set(["int", "pointer", "bool", "enum"]);

/** Of functions, what was recorded of each call: as `args` where probes have that, else all of it. */
export function fieldsOf(point: ResolvedAttachPoint): readonly TracepointField[] {
  if (point.provider === "tracepoint") return point.tracepoint.fields;
  if (!("site" in point)) return [];
  const { fields } = point.site.records;
  return TYPED_PROBES.some((provider) => provider === point.provider) ? fields.filter(({ type }) => NUMBERS.has(type.kind)) : fields;
}

/** Everything that a pattern may name. */
function candidates(pattern: string, machine: RecordedMachine): ListedProbe[] {
  const forms = Object.entries(FORMS).flatMap(([provider, names]) =>
    provider === "interval" || pattern.startsWith(`${provider}:`) ? names : [],
  );
  const isListed = ({ category, isSeen, isMade }: Tracepoint): boolean =>
    isSeen !== false && (isMade !== true || pattern.split(":").includes(category));
  const recorded = machine.catalogue === null ? [] : sampledNames(machine.catalogue).filter((name) => !forms.includes(name));
  const tracepoints = machine.catalogue?.tracepoints.filter(isListed) ?? [];
  return [
    ...[...forms, ...recorded].map((name) => ({ name, fields: noFields })),
    ...functions(pattern, machine).map((point) => ({ name: point.name, fields: () => fieldsOf(point) })),
    ...tracepoints.map((tracepoint) => ({ name: nameOf(tracepoint), fields: () => tracepoint.fields })),
  ];
}

const FUNCTION_PROBES = ["kprobe", "kretprobe", "uprobe", "uretprobe", "usdt"] as const;
/** Other names for the same functions and events, which are listed only when they are asked for. */
const TYPED_PROBES = ["fentry", "fexit", "rawtracepoint"] as const;

/** Probed functions. Looking for them may take reading the recording, so not where nothing of the kind is asked for. */
function functions(pattern: string, { catalogue }: RecordedMachine): ResolvedAttachPoint[] {
  if (catalogue === null) return [];
  const wanted = pattern.slice(0, pattern.indexOf(":"));
  const providers = [
    ...FUNCTION_PROBES.filter((provider) => matches(wanted, provider)),
    ...TYPED_PROBES.filter((provider) => wanted === provider),
  ];
  return providers.flatMap(
    (provider) =>
      recordedPoints(catalogue, provider, provider === "usdt" ? ["*", "*", "*"] : provider.startsWith("u") ? ["*", "*"] : ["*"]).points,
  );
}

/** With the provider's full name. One part searches the names of all providers; an event alone, in all categories. */
function normalise(written: string): string {
  const pattern = written.trim().replace(/\s+/g, " ");
  if (!pattern.includes(":")) return pattern === "" || pattern === "*" ? "*:*" : `*:${pattern}`;
  const [first = "", ...rest] = pattern.split(":");
  const provider = first.includes("*") ? first : (findProvider(first)?.name ?? first);
  // Tracepoints have a category, and typed probes a module, that may be left out.
  const isShort = ["tracepoint", "fentry", "fexit"].includes(provider) && rest.length === 1;
  // So has a static probe, behind its file.
  if (provider === "usdt" && rest.length === 2) return [provider, rest[0], "*", rest[1]].join(":");
  return [provider, ...(isShort ? ["*"] : []), ...rest].join(":");
}

export function listProbes(written: string, machine: RecordedMachine): ListedProbe[] {
  const pattern = normalise(written);
  return candidates(pattern, machine).filter(({ name }) => matches(pattern, name) || matches(`${pattern}:`, name));
}
