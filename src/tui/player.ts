/** Play, pause, speed, steps and seeks: where the replay stands, by a clock that is handed in. */
import type { Position, Replay } from "../session/travel/replay.ts";
import type { TraceTime } from "../session/session-options.ts";
import { columnEnd, columnOf, type TimeRange } from "./model/timeline.ts";

/** Times as fast as it was recorded; "full": as fast as it goes. */
export type Speed = number | "full";

export const SPEEDS: readonly Speed[] = [0.0001, 0.001, 0.01, 0.1, 1, 10, 100, 1000, "full"];

export interface Player {
  readonly isPlaying: () => boolean;
  readonly speed: () => Speed;
  readonly position: () => Position;
  readonly toggle: (nowMs: number) => void;
  readonly pause: () => void;
  /** By places in SPEEDS. */
  readonly changeSpeed: (by: number, nowMs: number) => void;
  /** Goes on, for about `budgetMs` at most. */
  readonly work: (budgetMs: number) => void;
  /** Firings on or back. On from the end: end probes run. */
  readonly step: (by: number) => void;
  readonly seek: (time: TraceTime) => void;
  readonly seekFiring: (number: number) => void;
  readonly seekStart: () => void;
  readonly seekEnd: () => void;
  /** Columns of a timeline of so many. */
  readonly moveColumns: (by: number, cols: number, range: TimeRange) => void;
  readonly seekColumn: (column: number, cols: number, range: TimeRange) => void;
}

/** Firings between two looks at the clock: few enough not to be felt, many enough not to be seen in the throughput. */
const SMALLEST_SLICE = 1024;
const LARGEST_SLICE = 1 << 20;

const MS = 1e6;

/** `current`: the replay, which may be another one later, at the same position. */
export function newPlayer(current: () => Replay, now: () => number): Player {
  let playing = false;
  let speed: Speed = 1;
  let slice = 16_384;
  /** The last slice was a long one: a single one may have waited for the processor. */
  let wasLong = false;
  /** Where timed play goes by: that time of the recording was reached at that time of ours. */
  let anchor = { ns: 0n, ms: 0 };

  const settle = (ms: number): void => {
    anchor = { ns: current().position().ns, ms };
  };
  const atEnd = (): boolean => current().position().phase !== "running";
  const seekStart = (): void => {
    current().seekFiring(0);
  };

  /** One slice on to the goal; true: there is more to do. */
  const goOn = (goalNs: bigint | null, budgetMs: number): boolean => {
    const started = now();
    const { stopped } = current().advance(goalNs === null ? { kind: "end" } : { kind: "time", ns: goalNs }, slice);
    const took = now() - started;
    const isLong = took > budgetMs / 2;
    if (isLong && wasLong) slice = Math.max(SMALLEST_SLICE, slice >> 1);
    else if (took < budgetMs / 4 && stopped === "budget") slice = Math.min(LARGEST_SLICE, slice * 2);
    wasLong = isLong;
    if (stopped === "end") playing = false;
    return stopped === "budget";
  };

  return {
    isPlaying: () => playing,
    speed: () => speed,
    position: () => current().position(),
    toggle(nowMs) {
      if (!playing && atEnd()) seekStart();
      playing = !playing;
      settle(nowMs);
    },
    pause() {
      playing = false;
    },
    changeSpeed(by, nowMs) {
      const place = SPEEDS.indexOf(speed) + by;
      speed = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, place))]!;
      settle(nowMs);
    },
    work(budgetMs) {
      if (!playing) return;
      const until = now() + budgetMs;
      const goalNs = speed === "full" ? null : anchor.ns + BigInt(Math.floor((now() - anchor.ms) * speed * MS));
      let more = goOn(goalNs, budgetMs);
      while (more && now() < until) more = goOn(goalNs, budgetMs);
      // What could not be kept up with is not caught up later.
      if (more) settle(now());
    },
    step(by) {
      const { phase } = current().position();
      if (by > 0 && phase !== "running") {
        if (phase === "ended") current().finish();
        return;
      }
      if (by < 0 && phase === "finished") current().seekEnd();
      else current().step(by);
    },
    seek(time) {
      current().seekTime(time);
      settle(now());
    },
    seekFiring(number) {
      current().seekFiring(number);
      settle(now());
    },
    seekStart() {
      seekStart();
      settle(now());
    },
    seekEnd() {
      playing = false;
      current().seekEnd();
    },
    moveColumns(by, cols, range) {
      const { ns } = current().position();
      let at = columnOf(range, ns, cols) + by;
      // Where there are more columns than times, some have none of their own.
      while (by > 0 && at < cols && columnEnd(range, at, cols) <= ns) at++;
      if (at < 0) seekStart();
      else if (at >= cols) {
        playing = false;
        current().seekEnd();
      } else current().seekTime({ ns: columnEnd(range, at, cols), relative: false });
      settle(now());
    },
    seekColumn(column, cols, range) {
      current().seekTime({ ns: columnEnd(range, column, cols), relative: false });
      settle(now());
    },
  };
}
