/** interval:UNIT:N and interval:N (rows 1.21, 1.22). */
import type { ResolvedAttachPoint } from "../../catalogue.ts";
import { parseInteger } from "../integer-text.ts";

const UNIT_NS: Readonly<Record<string, (n: bigint) => bigint>> = {
  s: (n) => n * 1_000_000_000n,
  ms: (n) => n * 1_000_000n,
  us: (n) => n * 1_000n,
  hz: (n) => 1_000_000_000n / n,
};

// Half of u64: a period is added to time stamps.
const MAX_PERIOD_NS = 1n << 63n;

/** The attach point, or the message of what is wrong. */
export function resolveInterval(parts: readonly string[]): ResolvedAttachPoint | string {
  const [first = "", second] = parts;
  const rate = parseInteger(second ?? first);
  if (rate === null) return `Invalid rate of interval probe: ${second ?? first}`;
  if (second === undefined && rate < 1000n)
    return `Invalid rate of interval probe. Minimum is 1000 or 1us. Found: ${String(rate)} nanoseconds`;
  const unit = second === undefined ? "us" : first;
  const count = second === undefined ? rate / 1000n : rate;
  const toNs = UNIT_NS[unit];
  if (toNs === undefined) return `${unit} is not an accepted unit of time`;
  if (count <= 0n) return "interval frequency should be a positive integer";
  const periodNs = toNs(count);
  if (periodNs <= 0n || periodNs >= MAX_PERIOD_NS) return `Invalid rate of interval probe: ${second ?? first}`;
  return { provider: "interval", name: `interval:${unit}:${String(count)}`, periodNs };
}
