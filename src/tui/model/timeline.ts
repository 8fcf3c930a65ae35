/** How often each probe fires over the recording, in as many columns as there are, and where in it the replay stands. */
import type { Density } from "../../session/travel/density.ts";

export interface TimeRange {
  readonly startNs: bigint;
  /** Of the last event; not before the start. */
  readonly endNs: bigint;
}

/** Time that a column ends with: everything up to there has happened when the cursor is in it. */
export function columnEnd({ startNs, endNs }: TimeRange, column: number, cols: number): bigint {
  const length = endNs - startNs + 1n;
  const parts = BigInt(Math.max(1, cols));
  // The last one of those that columnOf puts into it.
  const end = startNs + (length * BigInt(Math.max(0, column) + 1) + parts - 1n) / parts - 1n;
  return end < startNs ? startNs : end > endNs ? endNs : end;
}

export function columnOf({ startNs, endNs }: TimeRange, ns: bigint, cols: number): number {
  const length = endNs - startNs + 1n;
  const column = Number(((ns - startNs) * BigInt(cols)) / length);
  return Math.max(0, Math.min(cols - 1, column));
}

export interface TimelineRow {
  readonly name: string;
  /** Whose firings are counted. */
  readonly programs: readonly number[];
  /** By buckets of the density. */
  readonly counts: readonly number[];
}

/** Adds buckets up into columns, or spreads them; a column has what fired in the buckets that begin in it. */
export function resampled(counts: readonly number[], cols: number): number[] {
  const columns = new Array<number>(cols).fill(0);
  if (counts.length >= cols) {
    for (const [i, count] of counts.entries()) columns[Math.floor((i * cols) / counts.length)]! += count;
    return columns;
  }
  return columns.map((_, column) => counts[Math.floor((column * counts.length) / cols)] ?? 0);
}

export interface NamedProgram {
  readonly name: string;
  readonly program: number;
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
const sumOf = (rows: readonly (readonly number[])[]): number[] =>
  (rows[0] ?? []).map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0));

/** At most `most` rows, of probes that fire at all, in the script's order; the rarest ones share the last row. */
export function timelineRows(density: Density, probes: readonly NamedProgram[], most: number): TimelineRow[] {
  const names = new Map<number, string[]>();
  for (const { program, name } of probes) names.set(program, [...(names.get(program) ?? []), name]);
  const firing = [...names].flatMap(([program, [name, ...others]]) => {
    const counts = density.counts[program] ?? [];
    const weight = total(counts);
    const shown = others.length === 0 ? name! : `${name!} +${others.length}`;
    return weight === 0 ? [] : [{ weight, row: { name: shown, programs: [program], counts } }];
  });
  if (firing.length <= most) return firing.map(({ row }) => row);
  const byWeight = [...firing].sort((a, b) => b.weight - a.weight);
  const kept = new Set(byWeight.slice(0, Math.max(0, most - 1)));
  const rest = firing.filter((one) => !kept.has(one)).map(({ row }) => row);
  const shared: TimelineRow = {
    name: `${rest.length} others`,
    programs: rest.flatMap(({ programs }) => programs),
    counts: sumOf(rest.map(({ counts }) => counts)),
  };
  return [...firing.filter((one) => kept.has(one)).map(({ row }) => row), ...(most > 0 ? [shared] : [])];
}
