/** C strftime for the "C" locale, with bpftrace's extra conversions (rows 5.22, 5.23). */

/** How a virtual time becomes a wall-clock time. */
export interface Clock {
  /** ns to add to a boot-relative time stamp: the epoch time of the boot. 0 when the recording does not tell. */
  readonly bootEpochNs: bigint;
  /** Seconds east of UTC at an epoch second, and the zone's abbreviation. */
  readonly zone: (epochSeconds: number) => { readonly offset: number; readonly name: string };
}

export const utcClock = (bootEpochNs: bigint): Clock => ({ bootEpochNs, zone: () => ({ offset: 0, name: "UTC" }) });

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = "January February March April May June July August September October November December".split(" ");

interface Moment {
  readonly t: Date; // local time in the UTC fields
  readonly ns: bigint;
  readonly epoch: number;
  readonly offset: number;
  readonly zone: string;
}

const pad = (n: number, width: number, fill = "0"): string =>
  n < 0 ? `-${String(-n).padStart(width - 1, fill)}` : String(n).padStart(width, fill);
const year = (m: Moment): number => m.t.getUTCFullYear();
const weekday = (m: Moment): number => m.t.getUTCDay();
const yearDay = (m: Moment): number =>
  Math.floor((Date.UTC(year(m), m.t.getUTCMonth(), m.t.getUTCDate()) - Date.UTC(year(m), 0, 1)) / 86_400_000);
const hour12 = (m: Moment): number => m.t.getUTCHours() % 12 || 12;
const day = (m: Moment): string => DAYS[weekday(m)] ?? "";
const month = (m: Moment): string => MONTHS[m.t.getUTCMonth()] ?? "";

/** ISO 8601 week: the year that the week's Thursday lies in, and the number of the week there. */
function isoWeek(m: Moment): { year: number; week: number } {
  const thursday = new Date(m.t);
  thursday.setUTCDate(thursday.getUTCDate() - ((weekday(m) + 6) % 7) + 3);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return { year: thursday.getUTCFullYear(), week: 1 + Math.floor((thursday.getTime() - first) / (7 * 86_400_000)) };
}

const zoneOffset = (m: Moment): string => {
  const minutes = Math.trunc(Math.abs(m.offset) / 60);
  return (m.offset < 0 ? "-" : "+") + pad(Math.floor(minutes / 60), 2) + pad(minutes % 60, 2);
};

const conversions: Readonly<Record<string, (m: Moment) => string>> = {
  a: (m) => day(m).slice(0, 3),
  A: day,
  b: (m) => month(m).slice(0, 3),
  B: month,
  c: (m) => expand("%a %b %e %H:%M:%S %Y", m),
  C: (m) => pad(Math.floor(year(m) / 100), 2),
  d: (m) => pad(m.t.getUTCDate(), 2),
  D: (m) => expand("%m/%d/%y", m),
  e: (m) => pad(m.t.getUTCDate(), 2, " "),
  f: (m) => String(m.ns / 1000n).padStart(6, "0"),
  F: (m) => expand("%Y-%m-%d", m),
  g: (m) => pad(isoWeek(m).year % 100, 2),
  G: (m) => String(isoWeek(m).year),
  h: (m) => month(m).slice(0, 3),
  H: (m) => pad(m.t.getUTCHours(), 2),
  I: (m) => pad(hour12(m), 2),
  j: (m) => pad(yearDay(m) + 1, 3),
  k: (m) => String(m.ns).padStart(9, "0"),
  l: (m) => String(m.ns / 1_000_000n).padStart(3, "0"),
  m: (m) => pad(m.t.getUTCMonth() + 1, 2),
  M: (m) => pad(m.t.getUTCMinutes(), 2),
  n: () => "\n",
  p: (m) => (m.t.getUTCHours() < 12 ? "AM" : "PM"),
  P: (m) => (m.t.getUTCHours() < 12 ? "am" : "pm"),
  r: (m) => expand("%I:%M:%S %p", m),
  R: (m) => expand("%H:%M", m),
  s: (m) => String(m.epoch),
  S: (m) => pad(m.t.getUTCSeconds(), 2),
  t: () => "\t",
  T: (m) => expand("%H:%M:%S", m),
  u: (m) => String(weekday(m) || 7),
  U: (m) => pad(Math.floor((yearDay(m) + 7 - weekday(m)) / 7), 2),
  V: (m) => pad(isoWeek(m).week, 2),
  w: (m) => String(weekday(m)),
  W: (m) => pad(Math.floor((yearDay(m) + 7 - ((weekday(m) + 6) % 7)) / 7), 2),
  x: (m) => expand("%m/%d/%y", m),
  X: (m) => expand("%H:%M:%S", m),
  y: (m) => pad(((year(m) % 100) + 100) % 100, 2),
  Y: (m) => String(year(m)),
  z: zoneOffset,
  Z: (m) => m.zone,
  "%": () => "%",
};

function expand(format: string, m: Moment): string {
  return format.replace(/%[EO]?([a-zA-Z%])/g, (whole, letter: string) => conversions[letter]?.(m) ?? whole);
}

/** Text of an epoch time in ns. */
export function strftime(format: string, epochNs: bigint, clock: Clock): string {
  const seconds = epochNs / 1_000_000_000n;
  const epoch = Number(seconds);
  const { offset, name } = clock.zone(epoch);
  return expand(format, { t: new Date((epoch + offset) * 1000), ns: epochNs % 1_000_000_000n, epoch, offset, zone: name });
}

/** A timestamp value: ns since boot, or since the epoch; second 0 of the epoch prints `(?)` (row 5.23). */
export function timestampText(format: string, ns: bigint, since: "boot" | "epoch", clock: Clock): string {
  const epochNs = since === "boot" ? ns + clock.bootEpochNs : ns;
  return epochNs / 1_000_000_000n === 0n ? "(?)" : strftime(format, epochNs, clock);
}

/** time(): at most 63 bytes; null when the result is longer or empty (row 5.22). */
export function timeText(format: string, bootNs: bigint, clock: Clock): string | null {
  const text = strftime(format, bootNs + clock.bootEpochNs, clock);
  return text.length === 0 || text.length > 63 ? null : text;
}
