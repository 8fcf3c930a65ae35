/** Attach points on samples that the recording has: software, hardware, profile, watchpoint (rows 1.23 to 1.25, 1.44); ticks of profile without. */
import type { ProbeCatalogue, ResolvedAttachPoint, SampledEvent, SampledProvider } from "../../catalogue.ts";
import { readNumber } from "./checked-point.ts";
import { resolveRate } from "./interval.ts";
import { findCounted } from "./perf-event.ts";

const PROVIDERS: readonly string[] = ["software", "hardware", "profile", "watchpoint"];

export const isSampledProvider = (provider: string): provider is SampledProvider => PROVIDERS.includes(provider);

/** What profile fires on, the first that there is: bpftrace's own clock, then what perf takes by default. */
const PROFILED = ["cpu-clock", "cpu-cycles", "task-clock"];

/** An event that was recorded for all modes includes what was recorded for some. */
function ofAllModes(found: readonly SampledEvent[]): readonly SampledEvent[] {
  const all = found.filter(({ label }) => !/[:/][ukhGHIppS]+$/.test(label));
  return all.length > 0 ? all : found;
}

const countedAs = (sampled: readonly SampledEvent[], event: string): readonly SampledEvent[] =>
  ofAllModes(sampled.filter((one) => one.counted?.event === event));

interface Found {
  readonly events: readonly SampledEvent[];
  /** As the script asks for them, and as the recording has them, where these are not the same. */
  readonly rates: { readonly asked: string; readonly recorded: string } | null;
}

function rateText({ rate }: SampledEvent): string {
  if (rate.kind === "group") return "one at a sample of its group's leader, if there were events since the one before";
  if (rate.kind === "frequency") return `${rate.count} samples a second`;
  return rate.count === 1n ? "every event" : `every ${rate.count} events`;
}

function found(events: readonly SampledEvent[], asked: string, isAsked: (one: SampledEvent) => boolean): Found {
  const other = events.find((one) => !isAsked(one));
  return { events, rates: other === undefined ? null : { asked, recorded: rateText(other) } };
}

function findCounter(sampled: readonly SampledEvent[], provider: "software" | "hardware", parts: readonly string[]): Found {
  const counted = findCounted(provider, parts);
  if ("kind" in counted) return { events: [], rates: null };
  const { event, period } = counted;
  const asked = period === 1n ? "every event" : `every ${period} events`;
  const events = countedAs(sampled, event.name).filter((one) => one.counted?.provider === provider);
  return found(events, asked, ({ rate }) => rate.kind === "period" && rate.count === period);
}

function findProfile(sampled: readonly SampledEvent[], parts: readonly string[]): Found {
  const rate = resolveRate("profile", parts);
  if (typeof rate === "string") return { events: [], rates: null };
  const event = PROFILED.find((name) => countedAs(sampled, name).length > 0);
  const isAsked = ({ counted, rate: recorded }: SampledEvent): boolean =>
    recorded.kind === "frequency"
      ? rate.unit === "hz" && recorded.count === rate.count
      : counted?.provider === "software" && recorded.count === rate.periodNs;
  const asked = rate.unit === "hz" ? `${rate.count} samples a second` : `a sample every ${rate.periodNs} ns`;
  return found(event === undefined ? [] : countedAs(sampled, event), asked, isAsked);
}

function findWatchpoint(sampled: readonly SampledEvent[], [address = "", length = "", mode = ""]: readonly string[]): Found {
  const [at, bytes] = [readNumber(address), readNumber(length)];
  const sorted = Array.from(mode).sort().join("");
  const events = sampled.filter(({ breakpoint }) => {
    if (breakpoint === null || "why" in at || "why" in bytes || breakpoint.address !== at.value) return false;
    if (breakpoint.mode !== null && breakpoint.mode !== sorted) return false;
    // The length of an instruction is that of an address.
    return breakpoint.length === null || breakpoint.length === bytes.value || sorted === "x";
  });
  return { events, rates: null };
}

/** The rate of `profile` that such samples were taken at, as scripts write it; null: no whole one. */
function profiledAt({ counted, rate }: SampledEvent): string | null {
  if (rate.kind === "frequency") return `hz:${rate.count}`;
  return rate.kind === "period" && counted?.provider === "software" && rate.count % 1000n === 0n ? `us:${rate.count / 1000n}` : null;
}

/** Names of the probes that fire on each of its samples, and say so; in capitals what the recording does not tell. */
export function sampledNames({ sampled = [] }: ProbeCatalogue): string[] {
  const profiled = PROFILED.map((name) => countedAs(sampled, name)).find((events) => events.length > 0) ?? [];
  const rates = profiled.flatMap((one) => profiledAt(one) ?? []);
  const others = sampled.flatMap(({ counted, breakpoint, rate }) => {
    // It counts nothing (linux include/uapi/linux/perf_event.h): recorders take it for its mappings.
    if (counted?.event === "dummy") return [];
    if (counted !== null) return [`${counted.provider}:${counted.event}:${rate.kind === "period" ? rate.count : ""}`];
    if (breakpoint === null) return [];
    const { address, length, mode } = breakpoint;
    return [`watchpoint:0x${address.toString(16)}:${length ?? "LENGTH"}:${mode ?? "MODE"}`];
  });
  return [...new Set([...rates.map((rate) => `profile:${rate}`), ...others])];
}

export interface Sampled {
  readonly points: readonly ResolvedAttachPoint[];
  /** What the programs fire on, if that is not what was asked for. */
  readonly warning: string | null;
}

/** Which task is on a CPU is known from the scheduler's switches. */
function hasSwitches({ tracepoints }: ProbeCatalogue): boolean {
  const event = tracepoints.find(({ category, name }) => category === "sched" && name === "sched_switch");
  return event?.fields.some(({ name }) => name === "next_pid") ?? false;
}

/** Where no samples were taken, profile fires by the clock of the recording. */
function tickingPoints(catalogue: ProbeCatalogue, parts: readonly string[], name: string): readonly ResolvedAttachPoint[] {
  const rate = resolveRate("profile", parts);
  if (typeof rate === "string" || !hasSwitches(catalogue)) return [];
  return [{ provider: "profile", name, periodNs: rate.periodNs }];
}

/** `name`: as `probe` yields it. Every sample fires: none is left out or made up for another rate. */
export function sampledPoints(catalogue: ProbeCatalogue, provider: SampledProvider, parts: readonly string[], name: string): Sampled {
  const sampled = catalogue.sampled ?? [];
  const { events, rates } =
    provider === "profile"
      ? findProfile(sampled, parts)
      : provider === "watchpoint"
        ? findWatchpoint(sampled, parts)
        : findCounter(sampled, provider, parts);
  if (provider === "profile" && events.length === 0) return { points: tickingPoints(catalogue, parts, name), warning: null };
  const labels = [...new Set(events.map(({ label }) => label))].join(", ");
  if (events.some(({ breakpoint }) => breakpoint !== null && (breakpoint.length === null || breakpoint.mode === null))) {
    const warning = `the recording does not tell length and mode of its watchpoints: ${name} fires on each sample of ${labels}`;
    return { points: events.map((one) => ({ provider, name, sampled: one })), warning };
  }
  const warning =
    rates === null
      ? null
      : `${name} asks for ${rates.asked}; it fires on each sample of ${labels} in the recording, which was made with ${rates.recorded}`;
  return { points: events.map((one) => ({ provider, name, sampled: one })), warning };
}
