/** Time series as text and JSON (rows 6.52–6.56, 9.12): parity section 12 (f). */
import type { SeriesType } from "../../lang/types/type.ts";
import { strftime, type Clock } from "./strftime.ts";

/** One interval: when it begins, and its value if it has one. */
export interface SeriesRow {
  readonly epochNs: bigint;
  readonly value: bigint | null;
}

/** The newest interval of any key: where every key's rows end. */
export function newestEpoch(series: Iterable<ReadonlyMap<bigint, bigint>>): bigint | null {
  let newest: bigint | null = null;
  for (const values of series) for (const epoch of values.keys()) if (newest === null || epoch > newest) newest = epoch;
  return newest;
}

/** From the key's oldest interval inside the window to the newest of all keys; with nothing inside, that one alone. */
export function seriesRows(type: SeriesType, values: ReadonlyMap<bigint, bigint>, newest: bigint): SeriesRow[] {
  const start = newest - BigInt(type.count) + 1n;
  const first = [...values.keys()].reduce((oldest, epoch) => (epoch >= start && epoch < oldest ? epoch : oldest), newest);
  const rows: SeriesRow[] = [];
  for (let epoch = first; epoch <= newest; epoch++) rows.push({ epochNs: epoch * type.intervalNs, value: values.get(epoch) ?? null });
  return rows;
}

interface Unit {
  readonly suffix: string;
  readonly digits: number;
}

const SECOND = 1_000_000_000n;

/** Digits of a second that rows this far apart need. A single row is no distance apart. */
function unitOf(rows: readonly SeriesRow[]): Unit {
  const step = rows.length < 2 ? 0n : (rows.at(-1)!.epochNs - rows[0]!.epochNs) / BigInt(rows.length - 1);
  if (step >= SECOND) return { suffix: "", digits: 0 };
  if (step >= 1_000_000n) return { suffix: ".ms", digits: 3 };
  // Two bytes, as all text here is bytes.
  return step >= 1000n ? { suffix: ".\xce\xbcs", digits: 6 } : { suffix: ".ns", digits: 9 };
}

const WIDTH = 51;
const LAST_COLUMN = WIDTH + 1;
const f = Math.fround;

interface Scale {
  readonly low: bigint;
  readonly high: bigint;
}

/** The range of a flat series is one wider on both sides, as far as its type goes. */
function scaleOf(type: SeriesType, values: readonly bigint[]): Scale | null {
  if (values.length === 0) return null;
  const low = values.reduce((a, b) => (b < a ? b : a));
  const high = values.reduce((a, b) => (b > a ? b : a));
  if (low !== high) return { low, high };
  const [least, greatest] = type.signed ? [-(1n << 63n), (1n << 63n) - 1n] : [0n, (1n << 64n) - 1n];
  return { low: low > least ? low - 1n : low, high: high < greatest ? high + 1n : high };
}

const ratio = (numerator: number, scale: Scale): number => Math.trunc(f(f(numerator) / f(Number(scale.low - scale.high))));

function cells(scale: Scale | null, value: bigint | null): string {
  const line = ["|", ...new Array<string>(WIDTH).fill(" "), "|"];
  if (scale === null) return line.join("");
  const { low, high } = scale;
  const zero = low < 0n && high > 0n ? ratio(f(53) * f(Number(low)), scale) : 0;
  if (zero > 0) line[zero] = ".";
  if (value !== null) line[Math.min(LAST_COLUMN, Math.max(0, ratio(f(52) * f(Number(low - value)), scale)))] = "*";
  return line.join("");
}

function rowText(row: SeriesRow, unit: Unit, scale: Scale | null, clock: Clock): string {
  const time = strftime("%H:%M:%S", row.epochNs, clock);
  const fraction =
    unit.digits === 0
      ? ""
      : `.${String(row.epochNs % SECOND)
          .padStart(9, "0")
          .slice(0, unit.digits)}`;
  return `${time}${fraction} ${cells(scale, row.value)} ${row.value === null ? "-" : String(row.value)}\n`;
}

/** What follows the line with the name; ends with an empty line, unless there is nothing to show. */
export function seriesText(type: SeriesType, values: ReadonlyMap<bigint, bigint>, newest: bigint | null, clock: Clock): string {
  if (newest === null || values.size === 0) return "<no data>\n";
  const rows = seriesRows(type, values, newest);
  const unit = unitOf(rows);
  const scale = scaleOf(
    type,
    rows.map((row) => row.value).filter((value) => value !== null),
  );
  const margin = " ".repeat((unit.digits === 0 ? 8 : 9 + unit.digits) + 1);
  const bounds = `${margin}${(scale === null ? "null" : String(scale.low)).padEnd(21)}${(scale === null ? "null" : String(scale.high)).padStart(32)}\n`;
  const edge = "_".repeat(WIDTH);
  return [
    bounds,
    `${`hh:mm:ss${unit.suffix}`.padEnd(margin.length)}|${edge}|\n`,
    ...rows.map((row) => rowText(row, unit, scale, clock)),
    `${margin}v${edge}v\n`,
    bounds,
    "\n",
  ].join("");
}

/** Intervals without a value are left out; times are UTC. */
export function seriesJson(type: SeriesType, values: ReadonlyMap<bigint, bigint>, newest: bigint | null): string {
  const rows = newest === null || values.size === 0 ? [] : seriesRows(type, values, newest);
  const utc: Clock = { bootEpochNs: 0n, zone: () => ({ offset: 0, name: "UTC" }) };
  const points = rows.map(({ epochNs, value }) =>
    value === null ? "" : `{"interval_start":"${strftime("%Y-%m-%d %H:%M:%S.%k", epochNs, utc)}","value":${String(value)}}`,
  );
  return `[${points.filter((point) => point !== "").join(",")}]`;
}
