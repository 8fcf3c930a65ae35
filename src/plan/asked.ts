/** What the attach points of a script ask for, before anything is known of the types in its programs. */
import type { AttachPoint, ProbeItem, Script } from "../../lang/ast/ast.ts";
import { pointChecks } from "../../lang/check/attach/point-checks.ts";
import { findProvider } from "../../lang/check/attach/providers.ts";
import { partsOf } from "../../lang/check/attach/split.ts";
import { hasWildcard, matches } from "../../lang/check/attach/wildcard.ts";
import type { Report } from "../../lang/check/report.ts";
import type { ProbeSite } from "../../lang/catalogue.ts";
import { kernelSites } from "./kernel-sites.ts";
import type { PlanMachine } from "./machine.ts";
import { samplesOf, type Sample } from "./samples.ts";
import { plannedSite } from "./site.ts";
import { executableOf, userSites } from "./user-sites.ts";
import { usdtSites } from "./usdt-sites.ts";

export interface Asked {
  /** With attach points that no catalogue can have replaced by stand-ins of their own. */
  readonly script: Script;
  readonly sites: readonly ProbeSite[];
  /** By the name of their stand-in. */
  readonly samples: ReadonlyMap<string, Sample>;
}

export interface AskOptions {
  readonly params: readonly string[];
  readonly machine: PlanMachine;
  readonly report: Report;
  readonly pid: number | null;
  readonly unsafe: boolean;
}

/** A raw tracepoint has the name of the event of its place. */
const rawSites = (pattern: string, { catalogue, rawPrototype }: PlanMachine): ProbeSite[] =>
  (hasWildcard(pattern)
    ? catalogue.tracepoints.filter(({ category, name }) => category !== "syscalls" && category !== "ftrace" && matches(pattern, name))
    : [{ name: pattern }]
  ).map(({ name }) => plannedSite({ code: "raw_tracepoint", at: "entry", func: name, prototype: rawPrototype(name) }));

const SAMPLED = new Set(["profile", "software", "hardware", "watchpoint"]);

/** Probe types whose programs are those of another, for whoever checks them: an event with numbered arguments. */
const standIn = (attach: AttachPoint, name: string, label: string): AttachPoint => ({
  ...attach,
  label: attach.label ?? label,
  text: `rawtracepoint:${name}`,
  parts: ["rawtracepoint", name].map((text) => ({ text, span: attach.span })),
});

/** Row 1.40: of one process, its own executable is meant; the checker shall take it for any file. */
const inFile = (attach: AttachPoint, provider: string, target: string, func: string, label: string | null): AttachPoint => ({
  ...attach,
  label: attach.label ?? label ?? `${provider}:${func}`,
  text: `${provider}:${target}:${func}`,
  parts: [provider, target, func].map((text) => ({ text, span: attach.span })),
});

const ownTarget = ({ machine, pid }: AskOptions): string | null =>
  pid === null ? null : (machine.files(executableOf(pid))[0]?.path ?? null);

interface Gathered {
  readonly sites: ProbeSite[];
  readonly samples: Map<string, Sample>;
}

function askPoint(attach: AttachPoint, options: AskOptions, found: Gathered): readonly AttachPoint[] {
  const { machine, report, params } = options;
  const { parts: all, sourceAt, label } = partsOf(attach, params);
  const [written = "", ...parts] = all;
  const provider = findProvider(written)?.name;
  const check = provider === undefined ? undefined : pointChecks[provider];
  if (provider === undefined || check === undefined || hasWildcard(written)) return [attach];
  const checked = check(parts, {
    unsafe: options.unsafe,
    ofProcess: options.pid !== null,
    sourceAt: sourceAt === null ? null : sourceAt - 1,
    architecture: machine.architecture,
  });
  // Whoever checks the script says what is wrong with it.
  if (checked.kind !== "point" || sourceAt !== null) return [attach];
  if (SAMPLED.has(provider)) {
    const name = `hs_sample_${found.samples.size}`;
    found.samples.set(name, samplesOf(provider, checked.name, checked.hint));
    found.sites.push(plannedSite({ code: "raw_tracepoint", at: "entry", func: name, aliases: [checked.name] }));
    return [standIn(attach, name, label ?? checked.name)];
  }
  switch (provider) {
    case "kprobe":
    case "kretprobe":
    case "fentry":
    case "fexit":
      found.sites.push(...kernelSites(provider, parts, attach.span, machine, report));
      return [attach];
    case "uprobe":
    case "uretprobe": {
      found.sites.push(...userSites(provider, parts, attach.span, options));
      const target = parts.length === 1 || parts[0] === "" ? ownTarget(options) : null;
      return [target === null ? attach : inFile(attach, written, target, parts.at(-1)!, label)];
    }
    case "rawtracepoint":
      found.sites.push(...rawSites(parts.at(-1)!, machine));
      return [attach];
    case "usdt":
      found.sites.push(...usdtSites(parts, attach.span, options));
      return [attach];
    case "iter":
      if (checked.name === "iter:task") return [attach];
      report.error("cantReplay", attach.span, `${checked.name} cannot be recorded: iterators walk what there is at one moment`, {
        hint: checked.hint,
      });
      return [];
    default:
      return [attach];
  }
}

function askProbe(probe: ProbeItem, options: AskOptions, found: Gathered): ProbeItem {
  return { ...probe, attach: probe.attach.flatMap((attach) => askPoint(attach, options, found)) };
}

export function askedBy(script: Script, options: AskOptions): Asked {
  const found: Gathered = { sites: [], samples: new Map() };
  const items = script.items.map((item) => (item.kind === "probe" ? askProbe(item, options, found) : item));
  return {
    script: { ...script, items },
    sites: distinctSites(found.sites),
    samples: found.samples,
  };
}

const siteKey = ({ code, at, target, module, func, offset, address }: ProbeSite): string =>
  [code, at, target, module, func, offset, ...(code === "usdt" ? [address] : [])].join("\n");

/** A function that two probes ask for is probed once. */
function distinctSites(sites: readonly ProbeSite[]): ProbeSite[] {
  const known = new Map<string, ProbeSite>();
  for (const site of sites) {
    const key = siteKey(site);
    const old = known.get(key);
    // One with the names of its arguments tells more.
    if (old === undefined || old.records.fields.length < site.records.fields.length) known.set(key, site);
  }
  return [...known.values()];
}
