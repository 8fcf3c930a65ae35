/** When the next frame is due: at most thirty a second, and rarer where frames are dear, so that drawing takes only a small part of the time. */
export interface Pace {
  readonly isDue: (nowMs: number) => boolean;
  readonly waitMs: (nowMs: number) => number;
  /** A frame was drawn. `isBusy`: there is other work that drawing takes time from. */
  readonly drawn: (startMs: number, endMs: number, isBusy: boolean) => void;
  /** Somebody waits for an answer. */
  readonly hurry: (nowMs: number) => void;
}

const FRAME_MS = 1000 / 30;
/** A frame that took so long is followed by so many times that of other work. */
const WORK_PER_FRAME = 40;
/** What is still felt as live. */
const LONGEST_MS = 2000;

export function newPace(): Pace {
  let lastMs = -Infinity;
  let dueMs = -Infinity;
  return {
    isDue: (nowMs) => nowMs >= dueMs,
    waitMs: (nowMs) => Math.max(0, dueMs - nowMs),
    drawn(startMs, endMs, isBusy) {
      lastMs = startMs;
      const rest = isBusy ? Math.min(LONGEST_MS, (endMs - startMs) * WORK_PER_FRAME) : 0;
      dueMs = Math.max(startMs + FRAME_MS, endMs + rest);
    },
    hurry(nowMs) {
      dueMs = Math.min(dueMs, Math.max(nowMs, lastMs + FRAME_MS));
    },
  };
}
