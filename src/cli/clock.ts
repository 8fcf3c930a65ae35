/** Wall clock and sleeping: the only place that reads it. */
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
