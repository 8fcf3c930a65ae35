/** Wall clock, time zones and sleeping: the only places that read them. */
import type { Clock } from "../output/strftime.ts";
import type { LiveClock } from "../session/session.ts";

export interface StoppableClock extends LiveClock {
  /** Wakes a sleeper at once. */
  readonly wake: () => void;
}

export function liveClock(): StoppableClock {
  let wakeUp: (() => void) | null = null;
  const now = (): bigint => process.hrtime.bigint();
  return {
    now,
    pid: process.pid,
    comm: "hindsight",
    wake: () => wakeUp?.(),
    sleepUntil: (ns) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, Math.max(0, Math.ceil(Number(ns - now()) / 1e6)));
        wakeUp = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
  };
}

/** Epoch time of this machine's boot clock zero, ns. */
export const bootEpochNs = (): bigint => BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();

function zoneOffset(format: Intl.DateTimeFormat, epochSeconds: number): { offset: number; name: string } {
  const parts = Object.fromEntries(format.formatToParts(new Date(epochSeconds * 1000)).map(({ type, value }) => [type, value]));
  const field = (name: string): number => Number(parts[name]);
  const local = Date.UTC(field("year"), field("month") - 1, field("day"), field("hour"), field("minute"), field("second"));
  return { offset: Math.round(local / 1000) - epochSeconds, name: parts["timeZoneName"] ?? "UTC" };
}

/** Null when the zone is unknown to this machine. */
export function clockOf(bootNs: bigint, timeZone: string): Clock | null {
  if (timeZone === "UTC") return { bootEpochNs: bootNs, zone: () => ({ offset: 0, name: "UTC" }) };
  try {
    const format = new Intl.DateTimeFormat("en-US", {
      ...(timeZone === "local" ? {} : { timeZone }),
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
      timeZoneName: "short",
    });
    return { bootEpochNs: bootNs, zone: (epoch) => zoneOffset(format, epoch) };
  } catch {
    return null;
  }
}
