/** Rates of interval and profile: UNIT:N, or nanoseconds alone (rows 1.21 to 1.23). */
import type { ResolvedAttachPoint } from "../../catalogue.ts";
import { readNumber } from "./checked-point.ts";

const UNIT_NS: Readonly<Record<string, (n: bigint) => bigint>> = {
  s: (n) => n * 1_000_000_000n,
  ms: (n) => n * 1_000_000n,
  us: (n) => n * 1_000n,
  hz: (n) => 1_000_000_000n / n,
};

// Half of u64: a period is added to time stamps.
const MAX_PERIOD_NS = 1n << 63n;

export interface Rate {
  /** With the provider, normalised: `interval:us:1000000`. */
  readonly name: string;
  readonly unit: string;
  readonly count: bigint;
  readonly periodNs: bigint;
}

/** The rate, or the message of what is wrong. */
export function resolveRate(provider: "interval" | "profile", parts: readonly string[]): Rate | string {
  const [first = "", second] = parts;
  const text = second ?? first;
  const rate = readNumber(text);
  if ("why" in rate) return `Invalid rate of ${provider} probe: ${rate.why}`;
  if (second === undefined && rate.value < 1000n)
    return `Invalid rate of ${provider} probe. Minimum is 1000 or 1us. Found: ${rate.value} nanoseconds`;
  const unit = second === undefined ? "us" : first;
  const count = second === undefined ? rate.value / 1000n : rate.value;
  const toNs = Object.hasOwn(UNIT_NS, unit) ? UNIT_NS[unit] : undefined;
  if (unit === "") return `${provider} probe must have unit of time`;
  if (toNs === undefined) return `${unit} is not an accepted unit of time`;
  if (count <= 0n) return `${provider} frequency should be a positive integer`;
  const periodNs = toNs(count);
  if (periodNs <= 0n || periodNs >= MAX_PERIOD_NS) return `Invalid rate of ${provider} probe: ${text}`;
  return { name: `${provider}:${unit}:${count}`, unit, count, periodNs };
}

/** The attach point, or the message of what is wrong. */
export function resolveInterval(parts: readonly string[]): ResolvedAttachPoint | string {
  const rate = resolveRate("interval", parts);
  return typeof rate === "string" ? rate : { provider: "interval", name: rate.name, periodNs: rate.periodNs };
}
