/** What a map looks like: stacks as flame graphs, histograms and numbers as bars, time series as lines. */
import type { SeriesType } from "../../../lang/types/type.ts";
import type { Cell, MapEntry } from "../../session/map-dump.ts";
import { bucketRows } from "../buckets.ts";
import { averageOf } from "../map-order.ts";
import { keyText, newestOf } from "../map-text.ts";
import { seriesRows } from "../series.ts";
import { strftime } from "../strftime.ts";
import { integerAt } from "../value-text.ts";
import { barChart, type Bar } from "./bar-chart.ts";
import type { ExportContext, PrintedMap } from "./export-format.ts";
import { flameGraph } from "./flame-graph.ts";
import { lineChart } from "./line-chart.ts";
import { stackMap } from "./stack-samples.ts";
import { label, LINE, type Picture } from "./svg-page.ts";
import { fromBytes } from "./text.ts";

/** More would be read by nobody. */
const MOST_BARS = 50;
const MOST_CHARTS = 20;

export interface TitledPicture {
  readonly title: string;
  readonly picture: Picture;
}

function keyLabel(map: PrintedMap, { key }: MapEntry, context: ExportContext): string {
  return map.key === null
    ? map.name
    : fromBytes(keyText(map.key, key, context))
        .replace(/\s+/g, " ")
        .trim();
}

const titleOf = (map: PrintedMap, entry: MapEntry, context: ExportContext): string =>
  map.key === null ? map.name : `${map.name}[${keyLabel(map, entry, context)}]`;

/** The largest ones, which come last, first. */
const largest = (map: PrintedMap, most: number): MapEntry[] => map.entries.slice(-most).reverse();

const leftOut = (map: PrintedMap, most: number): TitledPicture[] => {
  const count = map.entries.length - most;
  if (count <= 0) return [];
  return [{ title: map.name, picture: { height: LINE, elements: [label(0, LINE - 4, `and ${count} smaller ones`, { class: "dim" })] } }];
};

function bucketCharts(map: PrintedMap, context: ExportContext): TitledPicture[] {
  const { value } = map;
  const charts = largest(map, MOST_CHARTS).flatMap((entry): TitledPicture[] => {
    if (entry.cell.kind !== "buckets" || (value.kind !== "hist" && value.kind !== "lhist")) return [];
    const rows = bucketRows(value, entry.cell.counts, map.div, context.unitLabels);
    const bars = rows.map((row): Bar => ({ label: row.label, value: row.count, text: String(row.count) }));
    return [{ title: titleOf(map, entry, context), picture: barChart(bars) }];
  });
  return [...charts, ...leftOut(map, MOST_CHARTS)];
}

function seriesCharts(map: PrintedMap, type: SeriesType, context: ExportContext): TitledPicture[] {
  const newest = newestOf(map);
  const charts = largest(map, MOST_CHARTS).flatMap((entry): TitledPicture[] => {
    if (entry.cell.kind !== "series") return [];
    const rows = newest === null ? [] : seriesRows(type, entry.cell.values, newest);
    const points = rows.map(({ epochNs, value }) => ({ label: strftime("%H:%M:%S.%k", epochNs, context.clock), value }));
    return [{ title: titleOf(map, entry, context), picture: lineChart(points) }];
  });
  return [...charts, ...leftOut(map, MOST_CHARTS)];
}

/** Null: the cell is no number. */
function barOf(map: PrintedMap, cell: Cell): Pick<Bar, "value" | "text"> | null {
  const number = (value: bigint): Pick<Bar, "value" | "text"> => ({ value: value / map.div, text: String(value / map.div) });
  switch (cell.kind) {
    case "int":
      return number(cell.value);
    case "average": {
      const average = number(averageOf(cell));
      return map.value.kind === "avg"
        ? average
        : { value: average.value, text: `average ${average.text}, count ${String(cell.count)}, total ${String(cell.total)}` };
    }
    case "plain":
      return map.value.kind === "plain" && (map.value.type.kind === "int" || map.value.type.kind === "enum")
        ? number(integerAt(map.value.type, cell.value, 0))
        : null;
    case "buckets":
    case "series":
      return null;
  }
}

function bars(map: PrintedMap, context: ExportContext): TitledPicture[] | string {
  const shown = largest(map, MOST_BARS).map((entry) => ({ label: keyLabel(map, entry, context), bar: barOf(map, entry.cell) }));
  const numbers = shown.flatMap(({ label: name, bar }): Bar[] => (bar === null ? [] : [{ label: name, ...bar }]));
  if (numbers.length < shown.length) return "its values are no numbers";
  if (numbers.length === 0) return [];
  return [{ title: map.name, picture: barChart(numbers) }, ...leftOut(map, MOST_BARS)];
}

/** A string: why there is no picture. */
export function mapPictures(map: PrintedMap, context: ExportContext): TitledPicture[] | string {
  const stacks = stackMap(map, context);
  if (typeof stacks !== "string") return [{ title: stacks.name, picture: flameGraph(stacks) }];
  if (map.value.kind === "hist" || map.value.kind === "lhist") return bucketCharts(map, context);
  return map.value.kind === "tseries" ? seriesCharts(map, map.value, context) : bars(map, context);
}
