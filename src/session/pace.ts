/** How long the pump runs before signals are let in and output is shown: it cannot be interrupted, so it is given slices. */
import type { Backend, PumpResult } from "../bpf/machine-types.ts";

const MS = 1_000_000;

/** Between two breaths. */
const BREATH_MS = 50;
/** What a slice is to take, as the next one may take longer than the last. */
const SLICE_MS = BREATH_MS / 2;
/** Events as many as the pump does at once; in the interpreter, where a loop in one of them takes a second, no more than are worth a call. */
const MOST = { jit: 65_536, interp: 64 } as const;
/** A slice that took no time at all says little about one that is longer. */
const MOST_GROWTH = 16;

export interface Pace {
  /** Events (or timers) to handle at most. */
  slice(): number;
  /** After a slice. */
  ran(result: PumpResult): void;
  isOutOfBreath(): boolean;
  breathed(): void;
}

/** `now` in ns. */
export function newPace(now: () => bigint, backend: Backend): Pace {
  let slice = 1;
  let breath = now();
  let started = breath;
  return {
    slice() {
      started = now();
      return slice;
    },
    ran(result) {
      // A slice that was cut short tells nothing, unless it was slow nevertheless.
      const tookMs = Number(now() - started) / MS;
      if (result === "pause" || tookMs > SLICE_MS) {
        const growth = Math.min(MOST_GROWTH, SLICE_MS / Math.max(tookMs, 1e-6));
        slice = Math.min(MOST[backend], Math.max(1, Math.floor(slice * growth)));
      }
    },
    isOutOfBreath: () => Number(now() - breath) / MS >= BREATH_MS - SLICE_MS,
    breathed() {
      breath = now();
    },
  };
}
