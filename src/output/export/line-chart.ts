/** Values over time as a line. */
import { INNER_WIDTH, label, LINE, type Picture } from "./svg-page.ts";
import { element, escapeXml } from "./xml.ts";

export interface Point {
  readonly label: string;
  /** Null: none at that time; the line has a gap. */
  readonly value: bigint | null;
}

const HEIGHT = 140;
const LEFT = 170;
const WIDTH = INNER_WIDTH - LEFT;

/** Neighbours without a gap between them. */
function runsOf(points: readonly { readonly x: number; readonly y: number | null }[]): { x: number; y: number }[][] {
  const runs: { x: number; y: number }[][] = [[]];
  for (const { x, y } of points) {
    if (y === null) runs.push([]);
    else runs.at(-1)!.push({ x, y });
  }
  return runs.filter((run) => run.length > 0);
}

const tenth = (n: number): string => String(Math.round(n * 10) / 10);

export function lineChart(points: readonly Point[]): Picture {
  const values = points.map(({ value }) => value).filter((value) => value !== null);
  if (values.length === 0) return { height: LINE, elements: [label(0, LINE - 4, "no data", { class: "dim" })] };
  const low = values.reduce((a, b) => (b < a ? b : a));
  const high = values.reduce((a, b) => (b > a ? b : a));
  const scale = high === low ? 1n : high - low;
  const yOf = (value: bigint): number => HEIGHT - Number(((high === low ? 0n : value - low) * BigInt(HEIGHT) * 10n) / scale) / 10;
  const placed = points.map(({ value, ...point }, i) => ({
    ...point,
    value,
    x: LEFT + (points.length === 1 ? 0 : (i * WIDTH) / (points.length - 1)),
    y: value === null ? null : yOf(value),
  }));
  const lines = runsOf(placed).map((run) =>
    element("polyline", {
      points: run.map(({ x, y }) => `${tenth(x)},${tenth(y)}`).join(" "),
      fill: "none",
      stroke: "#4f81bd",
      "stroke-width": 1.5,
    }),
  );
  const dots = placed.flatMap(({ x, y, value, label: text }) =>
    y === null
      ? []
      : [element("circle", { cx: x, cy: y, r: 2.5, fill: "#4f81bd" }, `<title>${escapeXml(`${text} ${String(value)}`)}</title>`)],
  );
  return {
    height: HEIGHT + LINE + 4,
    elements: [
      element("path", { d: `M${LEFT} 0V${HEIGHT}H${INNER_WIDTH}`, fill: "none", stroke: "#999" }),
      label(LEFT - 8, 10, String(high), { class: "end" }),
      label(LEFT - 8, HEIGHT, String(low), { class: "end" }),
      label(LEFT, HEIGHT + LINE, points[0]!.label, { class: "dim" }),
      label(INNER_WIDTH, HEIGHT + LINE, points.at(-1)!.label, { class: "end dim" }),
      ...lines,
      ...dots,
    ],
  };
}
