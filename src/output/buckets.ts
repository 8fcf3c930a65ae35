/** Bucket bounds and labels of hist(n, k) and lhist(n, min, max, step): rows 6.06, 6.07, 6.44–6.50. */
import type { MapValueType } from "../../lang/types/type.ts";

type HistType = Extract<MapValueType, { kind: "hist" }>;
type LhistType = Extract<MapValueType, { kind: "lhist" }>;

/** Inclusive bounds; null where the bucket is open. */
export interface Bucket {
  readonly label: string;
  readonly min: bigint | null;
  readonly max: bigint | null;
}

const POWER_SUFFIX = ["", "K", "M", "G", "T", "P", "E"];

/** Lower bound of bucket j + 1: its value and its text, scaled on its own. */
function histBound(j: number, bits: number): { value: bigint; text: string } {
  const n = 2 ** bits;
  if (j <= 2 * n) return { value: BigInt(j), text: String(j) };
  const power = Math.floor(j / n) - 1;
  const mantissa = n + (j % n);
  const text = String(mantissa * 2 ** (power % 10)) + (POWER_SUFFIX[Math.floor(power / 10)] ?? "");
  return { value: BigInt(mantissa) << BigInt(power), text };
}

function histBucket(i: number, bits: number): Bucket {
  if (i === 0) return { label: "(..., 0)", min: null, max: -1n };
  const low = histBound(i - 1, bits);
  const high = histBound(i, bits);
  const label = i <= 2 * 2 ** bits ? `[${i - 1}]` : `[${low.text}, ${high.text})`;
  return { label, min: low.value, max: high.value - 1n };
}

function lhistBoundText(x: bigint, step: bigint): string {
  if (step % 1024n !== 0n || x === 0n) return String(x);
  if (x % 1048576n === 0n) return `${String(x / 1048576n)}M`;
  return x % 1024n === 0n ? `${String(x / 1024n)}K` : String(x);
}

/** How a bucket of one value is labelled: `[5]`, or `[5, 6)` as bpftrace up to 0.17 had it. */
export type UnitLabels = "value" | "range";

function lhistBucket(i: number, { min, max, step }: LhistType, unitLabels: UnitLabels): Bucket {
  const text = (x: bigint): string => lhistBoundText(x, step);
  if (i === 0) return { label: `(..., ${text(min)})`, min: null, max: min - 1n };
  const low = min + BigInt(i - 1) * step;
  if (BigInt(i) === 1n + (max - min) / step) return { label: `[${text(low)}, ...)`, min: low, max: null };
  const label = step === 1n && unitLabels === "value" ? `[${text(low)}]` : `[${text(low)}, ${text(low + step)})`;
  return { label, min: low, max: low + step - 1n };
}

export const bucketOf = (type: HistType | LhistType, i: number, unitLabels: UnitLabels): Bucket =>
  type.kind === "hist" ? histBucket(i, type.bits) : lhistBucket(i, type, unitLabels);

export interface BucketRow extends Bucket {
  readonly count: bigint;
}

/** Rows from the lowest to the highest non-empty bucket, chosen before `div` divides the counts (row 6.43); lhist ignores div. */
export function bucketRows(
  type: HistType | LhistType,
  counts: ReadonlyMap<number, bigint>,
  div: bigint,
  unitLabels: UnitLabels = "value",
): BucketRow[] {
  const used = [...counts].filter(([, count]) => count !== 0n).map(([i]) => i);
  if (used.length === 0) return [];
  const by = type.kind === "hist" && div > 0n ? div : 1n;
  const rows: BucketRow[] = [];
  const last = used.reduce((a, b) => Math.max(a, b));
  for (let i = used.reduce((a, b) => Math.min(a, b)); i <= last; i++)
    rows.push({ ...bucketOf(type, i, unitLabels), count: (counts.get(i) ?? 0n) / by });
  return rows;
}

const BAR_WIDTH = 52;

/** Label in 16, count in 8, bar in 52 columns; every step in 32-bit float, as bpftrace computes it (row 6.42). */
export function bucketText(rows: readonly BucketRow[]): string {
  const largest = rows.reduce((m, row) => (row.count > m ? row.count : m), 0n);
  const f = Math.fround;
  return rows
    .map(({ label, count }) => {
      const width = largest === 0n ? 0 : Math.trunc(f(f(f(Number(count)) / f(Number(largest))) * f(BAR_WIDTH)));
      return `${label.padEnd(16)}${String(count).padStart(8)} |${"@".repeat(width).padEnd(BAR_WIDTH)}|\n`;
    })
    .join("");
}
