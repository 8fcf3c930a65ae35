/** How far long work is, as one line of a terminal that is written over and over, and wiped before anything else is printed. */

export interface Progress {
  /** Read so far, and in all (null: not known). */
  readonly bytes: number;
  readonly ofBytes: number | null;
  readonly events: bigint;
  /** How much of the work is done, 0 to 1; null: not known. */
  readonly share: number | null;
}

export interface ProgressLine {
  readonly show: (progress: Progress) => void;
  /** Wipes the line, if there is one. */
  readonly clear: () => void;
}

export interface Terminal {
  readonly write: (text: string) => void;
  readonly columns: () => number;
  /** ns of any clock. */
  readonly now: () => bigint;
}

/** Short work says nothing. */
const QUIET_NS = 500_000_000n;
const REDRAW_NS = 100_000_000n;
const SECOND = 1e9;

const WIPE = "\r\x1b[K";

const thousands = (n: bigint): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

/** Three digits and a unit: `1.23 GB`, `45.1 MB`, `678 kB`. */
function scaled(n: number, units: readonly string[]): string {
  const step = Math.min(units.length - 1, n < 1000 ? 0 : Math.floor(Math.log10(n) / 3));
  const value = n / 1000 ** step;
  return `${step === 0 ? Math.round(value) : value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${units[step]!}`;
}

const bytesText = (bytes: number): string => scaled(bytes, ["B", "kB", "MB", "GB", "TB"]);
const rateText = (perSecond: number): string => `${scaled(perSecond, ["", "k", "M", "G"]).trimEnd()}/s`;

/** `3 s`, `2 min 5 s`, `1 h 20 min`. */
function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `elapsedNs` since the work began. */
export function progressText({ bytes, ofBytes, events, share }: Progress, elapsedNs: number): string {
  const seconds = elapsedNs / SECOND;
  return [
    ...(share === null ? [] : [`${String(Math.floor(share * 100)).padStart(3)}%`]),
    ofBytes === null ? bytesText(bytes) : `${bytesText(bytes)} of ${bytesText(ofBytes)}`,
    `${thousands(events)} events`,
    ...(seconds > 0 ? [rateText(Number(events) / seconds)] : []),
    ...(share === null || share <= 0 ? [] : [`${durationText((seconds / share) * (1 - share))} left`]),
  ].join(", ");
}

/** The work begins now. */
export function progressLine({ write, columns, now }: Terminal): ProgressLine {
  const start = now();
  let drawnAt = start;
  let isShown = false;
  return {
    show(progress) {
      const time = now();
      if (time - start < QUIET_NS || (isShown && time - drawnAt < REDRAW_NS)) return;
      drawnAt = time;
      isShown = true;
      // In the last column some terminals would begin a new line.
      write(WIPE + progressText(progress, Number(time - start)).slice(0, Math.max(1, columns() - 1)));
    },
    clear() {
      if (isShown) write(WIPE);
      isShown = false;
    },
  };
}
