/** Values side by side as columns of blocks, with an axis. */
import { column, type Glyphs } from "../draw/glyphs.ts";
import { grouped } from "../text/time-text.ts";

export interface ChartPoint {
  readonly label: string;
  /** Null: none there. */
  readonly value: bigint | null;
}

/** Points that do not fit share a column: the largest is seen. */
function columnsOf(points: readonly ChartPoint[], cols: number): (bigint | null)[] {
  if (points.length <= cols) return points.map(({ value }) => value);
  return Array.from({ length: cols }, (_, i) => {
    const share = points.slice(Math.floor((i * points.length) / cols), Math.floor(((i + 1) * points.length) / cols));
    return share.reduce<bigint | null>((most, { value }) => (value !== null && (most === null || value > most) ? value : most), null);
  });
}

/**
 * Rows of text, at most `rows` of at most `cols` columns: the largest value at the top, the smallest (or 0) at the bottom, below it the labels
 * of the first and the last point. Empty: there is no room, or nothing to show.
 */
export function columnChart(points: readonly ChartPoint[], cols: number, rows: number, glyphs: Glyphs): string[] {
  const values = points.flatMap(({ value }) => (value === null ? [] : [value]));
  const high = values.reduce((most, value) => (value > most ? value : most), 0n);
  const low = values.reduce((least, value) => (value < least ? value : least), 0n);
  const margin = Math.max(grouped(high).length, grouped(low).length) + 1;
  const room = cols - margin - 1;
  const height = rows - 2;
  if (values.length === 0 || room < 1 || height < 1) return [];
  const shown = columnsOf(points, room);
  const each = Math.max(1, Math.min(6, Math.floor(room / shown.length)));
  const bars = shown.map((value) => (value === null ? null : column(value - low, high - low, height, glyphs)));
  const gap = each > 2 ? 1 : 0;
  const lines = Array.from({ length: height }, (_, row) => {
    const level = height - 1 - row;
    const label = row === 0 ? grouped(high) : level === 0 ? grouped(low) : "";
    const cells = bars.map((bar) => (bar?.[level] ?? " ").repeat(each - gap) + " ".repeat(gap)).join("");
    return `${label.padStart(margin - 1)} ${glyphs.vertical}${cells}`.trimEnd();
  });
  const width = Math.max(each * shown.length, 1);
  const axis = " ".repeat(margin) + glyphs.horizontal.repeat(Math.min(room + 1, width + 1));
  const [first, last] = [points[0]!.label, points.at(-1)!.label];
  const blanks = width - first.length - last.length;
  const labels = blanks > 0 && points.length > 1 ? first + " ".repeat(blanks) + last : first;
  return [...lines, axis, `${" ".repeat(margin + 1)}${labels.slice(0, room)}`];
}
