/** Times as users write them: --from, --to, --boot-time, and where a face is to go. */
import type { TraceTime } from "../session/session-options.ts";

const UNITS: Readonly<Record<string, bigint>> = { "": 1_000_000_000n, s: 1_000_000_000n, ms: 1_000_000n, us: 1_000n, ns: 1n };

/** Beyond it times are no 64-bit numbers any more: 146 years. */
const MAX_NS = 2n ** 62n;

/** Decimal number with an optional unit, in ns; seconds when there is none. Null when it is neither, or too large. */
export function durationNs(text: string): bigint | null {
  const match = /^(\d+)(?:\.(\d{1,9}))?(s|ms|us|ns)?$/.exec(text);
  if (match?.[1] === undefined) return null;
  const unit = UNITS[match[3] ?? ""] ?? 1n;
  const fraction = match[2] ?? "";
  const ns = BigInt(match[1]) * unit + (fraction === "" ? 0n : (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length));
  return ns <= MAX_NS ? ns : null;
}

/** The same with a sign. */
export function signedDurationNs(text: string): bigint | null {
  const sign = /^[+-]/.exec(text)?.[0] ?? "";
  const ns = durationNs(text.slice(sign.length));
  return ns === null ? null : sign === "-" ? -ns : ns;
}

/** A time of the recording's clock, or `+DURATION` after its first event. */
export function traceTime(text: string): TraceTime | null {
  const relative = text.startsWith("+");
  const ns = durationNs(relative ? text.slice(1) : text);
  return ns === null ? null : { ns, relative };
}
