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
  /** So far. */
  readonly runs: number;
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

export interface ProbeRuns {
  readonly name: string;
  readonly program: number;
  readonly runs: number;
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
const sumOf = (rows: readonly (readonly number[])[]): number[] =>
  (rows[0] ?? []).map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0));

/** At most `most` rows, in the script's order; the rarest probes share the last one. */
export function timelineRows(density: Density, probes: readonly ProbeRuns[], cols: number, most: number): TimelineRow[] {
  const programs = [...new Set(probes.map(({ program }) => program))].map((program) => {
    const mine = probes.filter((probe) => probe.program === program);
    const { name, runs } = mine[0]!;
    return { name: mine.length === 1 ? name : `${name} +${mine.length - 1}`, runs, counts: density.counts[program] ?? [] };
  });
  const firing = programs.filter(({ counts, runs }) => total(counts) > 0 || runs > 0);
  const byCount = [...firing].sort((a, b) => total(b.counts) - total(a.counts));
  const kept = new Set(firing.length <= most ? firing : byCount.slice(0, Math.max(0, most - 1)));
  const rest = firing.filter((row) => !kept.has(row));
  const rows = firing.filter((row) => kept.has(row));
  if (rest.length > 0 && most > 0)
    rows.push({
      name: `${rest.length} others`,
      runs: rest.reduce((sum, { runs }) => sum + runs, 0),
      counts: sumOf(rest.map(({ counts }) => counts)),
    });
  return rows.map(({ name, runs, counts }) => ({ name, runs, counts: resampled(counts, cols) }));
}
