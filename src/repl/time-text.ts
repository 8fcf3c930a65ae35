/** Times of the recording as the REPL shows and reads them. */
import type { TraceTime } from "../session/session-options.ts";
import { traceTime } from "../workspace/trace-time.ts";

const NS_PER_S = 1_000_000_000n;

/** Seconds with all digits: `556.700893886`. */
export function seconds(ns: bigint): string {
  const [sign, value] = ns < 0n ? ["-", -ns] : ["", ns];
  return `${sign}${String(value / NS_PER_S)}.${String(value % NS_PER_S).padStart(9, "0")}`;
}

/** After the recording's first event: `+0.200000000`. */
export const offset = (ns: bigint, firstNs: bigint | null): string => {
  const after = ns - (firstNs ?? 0n);
  return after < 0n ? seconds(after) : `+${seconds(after)}`;
};

export const thousands = (n: number | bigint): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

/** `1 event`, `2,863 events`. */
export const counted = (n: number | bigint, what: string): string => `${thousands(n)} ${what}${Number(n) === 1 ? "" : "s"}`;

/** `12.5`, `+0.2`, `+15ms`, with a unit behind it or none; null: it is no time. */
export const readTime = (text: string): TraceTime | null => traceTime(text.trim());

/** A whole number from 1, or the default if there is no text; null: it is no such number. */
export function readCount(text: string, otherwise: number): number | null {
  if (text.trim() === "") return otherwise;
  const digits = text.trim().replaceAll(",", "");
  return /^[1-9]\d{0,14}$/.test(digits) ? Number(digits) : null;
}
