/** Attach points of a probe as the recording offers them: parameters replaced, wildcards expanded, one entry each. */
import type { AttachPoint, ProbeItem } from "../../ast/ast.ts";
import type { ProbeCatalogue, ResolvedAttachPoint, SampledProvider, Tracepoint } from "../../catalogue.ts";
import type { Architecture } from "../env.ts";
import { suggestion } from "../suggestion.ts";
import type { ScriptConfig } from "../config.ts";
import type { Report } from "../report.ts";
import type { CheckedPoint } from "./checked-point.ts";
import { resolveInterval } from "./interval.ts";
import { iteratorPoint } from "./iterator.ts";
import { pointChecks } from "./point-checks.ts";
import { isSiteProvider, recordedPoints } from "./recorded.ts";
import { isSampledProvider, sampledPoints } from "./sampled.ts";
import { findProvider, providers, type Provider } from "./providers.ts";
import { partsOf, type AttachParts } from "./split.ts";
import { hasWildcard, matches } from "./wildcard.ts";

export interface AttachEnv {
  readonly catalogue: ProbeCatalogue | null;
  readonly params: readonly string[];
  readonly config: ScriptConfig;
  readonly report: Report;
  /** --unsafe. */
  readonly unsafe: boolean;
  /** -p. */
  readonly pid: number | null;
  readonly architecture: Architecture;
}

export interface ExpandedPoint {
  readonly point: ResolvedAttachPoint;
  /** What `probe` yields: the label if one was written, else the full name (row 1.03). */
  readonly probeName: string;
}

type Missing = "noMatch" | "notRecorded";

function missing(env: AttachEnv, attach: AttachPoint, message: string, hint: string | null, code: Missing = "noMatch"): void {
  const { missingProbes } = env.config;
  if (missingProbes === "error") env.report.error(code, attach.span, message, { hint });
  if (missingProbes === "warn") env.report.warn(code, attach.span, `${message} Skipping.`, { hint });
}

const fullName = (tracepoint: Tracepoint): string => `${tracepoint.category}:${tracepoint.name}`;

function missingTracepoint(env: AttachEnv, attach: AttachPoint, catalogue: ProbeCatalogue, category: string, name: string): void {
  const wild = hasWildcard(category) || hasWildcard(name);
  const target = `${category}:${name}`;
  if (category === "syscall") {
    missing(env, attach, `Tracepoint not found: ${target}`, `the category is called syscalls: tracepoint:syscalls:${name}`);
    return;
  }
  const record = `record it with: trace-cmd record -e ${wild ? `'${target}'` : target}`;
  if (wild) {
    missing(env, attach, `No matches for tracepoint ${target}.`, record);
    return;
  }
  const near = suggestion(target, catalogue.tracepoints.map(fullName));
  missing(env, attach, `Tracepoint not found: ${target}`, near === null ? record : `${near}\n${record}`);
}

/**
 * The kernel's list of events, which wildcards choose from live, has no category `ftrace`. Of descriptions alone there may be more than
 * a script can attach to: wildcards stand for what was seen, if anything was.
 */
function tracepointsOf(catalogue: ProbeCatalogue, category: string, name: string): readonly Tracepoint[] {
  const wild = hasWildcard(category);
  const described = catalogue.tracepoints.filter(
    (one) => matches(category, one.category) && matches(name, one.name) && !(wild && one.category === "ftrace"),
  );
  const seen = described.filter(({ isSeen }) => isSeen !== false);
  return seen.length > 0 ? seen : described;
}

function expandTracepoint(env: AttachEnv, attach: AttachPoint, parts: readonly string[]): ResolvedAttachPoint[] {
  const [category, name] = parts.length === 1 ? ["*", parts[0]!] : [parts[0]!, parts[1]!];
  if (category === "" || name === "") {
    env.report.error("invalidAttachPoint", attach.span, "tracepoint probe must have a target");
    return [];
  }
  const { catalogue } = env;
  if (catalogue === null) {
    env.report.error("noRecording", attach.span, `tracepoint:${category}:${name} needs a recording`, {
      hint: PASS_RECORDING,
    });
    return [];
  }
  const found = tracepointsOf(catalogue, category, name);
  if (found.length > 0 && found.every(({ isSeen }) => isSeen === false))
    env.report.warn("notRecorded", attach.span, `The recording holds no event of tracepoint:${category}:${name}.`, {
      hint: "its text does not tell whether there were none, or whether they were not recorded",
    });
  if (found.length === 0) missingTracepoint(env, attach, catalogue, category, name);
  return found.map((tracepoint) => ({ provider: "tracepoint", name: `tracepoint:${fullName(tracepoint)}`, tracepoint }));
}

/** Ours: packets of a capture are events of the category `packet`, named like their interfaces. */
function expandPacket(env: AttachEnv, attach: AttachPoint, name: string): ResolvedAttachPoint[] {
  const { catalogue } = env;
  if (catalogue === null) {
    env.report.error("noRecording", attach.span, `packet:${name} needs a recording`, {
      hint: "pass a capture (pcap, pcapng) with --trace FILE",
    });
    return [];
  }
  const found = catalogue.tracepoints.filter((tracepoint) => tracepoint.category === "packet" && matches(name, tracepoint.name));
  if (found.length === 0) {
    const near = suggestion(
      name,
      catalogue.tracepoints.filter(({ category }) => category === "packet").map((one) => one.name),
    );
    const record = `capture packets with: tcpdump -i ${hasWildcard(name) ? "any" : name} -w FILE`;
    missing(env, attach, `No packets of ${name} in the recording.`, near === null ? record : `${near}\n${record}`);
  }
  return found.map((tracepoint) => ({ provider: "tracepoint", name: `packet:${tracepoint.name}`, tracepoint }));
}

const PASS_RECORDING = "pass the recorded trace with --trace FILE";

/** Probe types that are read but that no recording offers yet: what is wrong with the point, else how to record it. */
function reportUnrecorded(env: AttachEnv, attach: AttachPoint, checked: CheckedPoint): void {
  switch (checked.kind) {
    case "problem":
      env.report.error("invalidAttachPoint", attach.span, checked.message, { hint: checked.hint ?? null });
      return;
    case "refused":
      env.report.error("cantReplay", attach.span, checked.message, { hint: checked.hint ?? null });
      return;
    case "point":
      if (env.catalogue !== null) missing(env, attach, `${checked.name} is not in the recording.`, checked.hint, "notRecorded");
      else
        env.report.error("noRecording", attach.span, `${checked.name} needs a recording`, { hint: `${checked.hint}\n${PASS_RECORDING}` });
  }
}

function namedPoint(env: AttachEnv, attach: AttachPoint, provider: "test" | "bench", target: string): ResolvedAttachPoint[] {
  const name = `${provider}:${target}`;
  if (target !== "") return [{ provider, name, target }];
  env.report.error("invalidAttachPoint", attach.span, `${provider} probes must have a name`);
  return [];
}

/** Row 1.18. */
function selfPoint(env: AttachEnv, attach: AttachPoint, trigger: string, signal: string): ResolvedAttachPoint[] {
  if (trigger === "signal" && signal === "SIGUSR1") return [{ provider: "self", name: `self:${trigger}:${signal}`, signal }];
  const what = trigger === "signal" ? `${signal} is not a supported signal` : `${trigger} is not a supported trigger`;
  env.report.error("invalidAttachPoint", attach.span, what);
  return [];
}

function recordedOnes(env: AttachEnv, attach: AttachPoint, provider: string, parts: readonly string[]): readonly ResolvedAttachPoint[] {
  if (env.catalogue === null || !isSiteProvider(provider)) return [];
  const { points, warning } = recordedPoints(env.catalogue, provider, parts);
  if (warning !== null) env.report.warn("notRecorded", attach.span, warning);
  return points;
}

function sampledOnes(env: AttachEnv, provider: SampledProvider, parts: readonly string[], name: string): readonly ResolvedAttachPoint[] {
  if (env.catalogue === null) return [];
  const { points, warning } = sampledPoints(env.catalogue, provider, parts, name);
  // About the recording, not about a place in the script.
  if (warning !== null) env.report.warn("notRecorded", null, warning);
  return points;
}

function resolvePoints(
  env: AttachEnv,
  attach: AttachPoint,
  provider: Provider,
  parts: readonly string[],
  sourceAt: number | null,
): readonly ResolvedAttachPoint[] {
  switch (provider.name) {
    case "begin":
    case "end":
      return [{ provider: provider.name, name: provider.name }];
    case "interval": {
      const point = resolveInterval(parts);
      if (typeof point !== "string") return [point];
      env.report.error("invalidInterval", attach.span, point);
      return [];
    }
    case "tracepoint":
      return expandTracepoint(env, attach, parts);
    case "packet":
      return expandPacket(env, attach, parts[0] ?? "*");
    case "test":
    case "bench":
      return namedPoint(env, attach, provider.name, parts[0]!);
    case "self":
      return selfPoint(env, attach, parts[0]!, parts[1]!);
    default: {
      const { unsafe, pid, architecture } = env;
      const checked = pointChecks[provider.name]!(parts, { unsafe, ofProcess: pid !== null, sourceAt, architecture });
      const isSought = checked.kind === "point" && sourceAt === null;
      const iterated = provider.name === "iter" ? iteratorPoint(env.catalogue, parts) : null;
      if (iterated !== null) {
        // About the recording, not about a place in the script.
        env.report.warn(
          "notRecorded",
          null,
          "iter:task walks the tasks that the recording's events tell of: those that did nothing meanwhile are not known",
        );
        return [iterated];
      }
      const found = !isSought
        ? []
        : isSampledProvider(provider.name)
          ? sampledOnes(env, provider.name, parts, checked.name)
          : recordedOnes(env, attach, provider.name, parts);
      if (found.length > 0) return found;
      reportUnrecorded(env, attach, checked);
      return [];
    }
  }
}

const OF_USER_CODE = new Set(["uprobe", "uretprobe", "usdt"]);

/** Parts as the provider takes them, or null if it cannot (row 1.11). */
function acceptParts(env: AttachEnv, provider: Provider, parts: readonly string[], sourceAt: number | null): readonly string[] | null {
  const plain = (provider.name === "begin" || provider.name === "end") && parts.length === 1 && parts[0] === "*" ? [] : parts;
  if (provider.name === "tracepoint" && plain.length === 1 && hasWildcard(plain[0]!)) return plain;
  // A source line has parts of its own; of one process, the target may be left out (rows 1.39, 1.40).
  if (OF_USER_CODE.has(provider.name) && (sourceAt !== null || (env.pid !== null && plain.length === 1))) return plain;
  return provider.parts.includes(plain.length) ? plain : null;
}

/** Probe types that replay a recording; a wildcard in the provider picks among these (row 1.06). */
const EXPANDABLE = new Set("begin end tracepoint packet rawtracepoint kprobe kretprobe fentry fexit uprobe uretprobe usdt".split(" "));

function expandPoint(env: AttachEnv, attach: AttachPoint, { parts: all, sourceAt }: AttachParts): readonly ResolvedAttachPoint[] {
  const [written = "", ...parts] = all;
  if (hasWildcard(written)) {
    const found = providers.filter(({ name }) => matches(written.toLowerCase(), name));
    if (found.length === 0) env.report.error("invalidProbeType", attach.span, `No probe type matched for ${written}`);
    const points = found
      .filter(({ name }) => EXPANDABLE.has(name))
      .flatMap((provider) => {
        const accepted = acceptParts(env, provider, parts, null);
        if (accepted === null) return [];
        // Of these, none need be there.
        return isSiteProvider(provider.name)
          ? recordedOnes(env, attach, provider.name, accepted)
          : resolvePoints(env, attach, provider, accepted, null);
      });
    if (points.length === 0 && found.length > 0 && !env.report.hasErrors())
      missing(env, attach, `No matches for ${written} ${parts.join(":")}.`, null);
    return points;
  }
  const provider = findProvider(written);
  if (provider === null) {
    env.report.error("invalidProbeType", attach.span, `Invalid probe type: ${written}`, {
      hint: suggestion(
        written,
        providers.map(({ name }) => name),
      ),
    });
    return [];
  }
  const accepted = acceptParts(env, provider, parts, sourceAt);
  if (accepted === null) {
    const wanted = provider.parts.length > 2 ? [provider.parts[0]!, provider.parts.at(-1)!] : provider.parts;
    env.report.error(
      "wrongPartCount",
      attach.span,
      `${provider.name} probe type requires ${wanted.join(" or ")} arguments, found ${parts.length}`,
    );
    return [];
  }
  // Counted behind the provider.
  return resolvePoints(env, attach, provider, accepted, sourceAt === null ? null : sourceAt - 1);
}

/** Attach points in source order; a probe that is left without any is reported and gets none. */
export function expandAttachPoints(env: AttachEnv, probe: ProbeItem): ExpandedPoint[] {
  const errorsBefore = env.report.diagnostics.length;
  const points = probe.attach.flatMap((attach) => {
    const parts = partsOf(attach, env.params);
    return expandPoint(env, attach, parts).map((point) => ({ point, probeName: parts.label ?? point.name }));
  });
  const said = env.report.diagnostics.slice(errorsBefore).some((diagnostic) => diagnostic.severity === "error");
  if (points.length === 0 && !said && env.config.missingProbes === "warn")
    env.report.warn("noAttachPoints", probe.attach[0]?.span ?? probe.span, "Probe has no valid attach points and is removed.");
  return points;
}
