/** A key of a map on a page of its own: the whole key, and its value as large as there is room. */
import type { MapDump, MapEntry } from "../../session/map-dump.ts";
import { bucketRows } from "../../output/buckets.ts";
import { averageOf } from "../../output/map-order.ts";
import { keyText, newestOf } from "../../output/map-text.ts";
import { seriesRows } from "../../output/series.ts";
import { strftime } from "../../output/strftime.ts";
import { integerAt, valueText } from "../../output/value-text.ts";
import { line, writeLine, type Line } from "../draw/line.ts";
import { paint, type Area, type Surface } from "../draw/surface.ts";
import { columnChart } from "../model/chart.ts";
import { largestCount } from "../model/maps-list.ts";
import { mapNamed, type Scene } from "../scene.ts";
import type { Page } from "../state.ts";
import { grouped } from "../text/time-text.ts";
import { visibleBytes } from "../text/visible.ts";
import { barLine } from "./maps.ts";

type KeyPage = Extract<Page, { kind: "key" }>;

const CHART_ROWS = 12;

/** Null: there is no such key at this instant. */
export function entryOf(
  scene: Pick<Scene, "tables">,
  page: { readonly map: string; readonly key: string },
): { map: MapDump; entry: MapEntry } | null {
  const map = mapNamed(scene, page.map);
  const isIt = ({ key }: MapEntry): boolean => key.length === page.key.length && key.every((byte, i) => byte === page.key.charCodeAt(i));
  const entry = map?.entries.find(isIt);
  return map === undefined || entry === undefined ? null : { map, entry };
}

const labelled = (name: string, value: string): Line => [
  { text: name.padEnd(10), role: "dim" },
  { text: value, role: "number" },
];

function textLines(bytes: string, scene: Scene): Line[] {
  return bytes
    .split("\n")
    .filter((text) => text.trim() !== "")
    .map((text) => line(visibleBytes(text, scene.glyphs.unicode)));
}

function plainLines(map: MapDump, view: DataView, scene: Scene): Line[] {
  if (map.value.kind !== "plain") return [];
  const { type } = map.value;
  const lines = textLines(valueText(type, view, 0, scene.attached.context), scene);
  if (type.kind !== "int") return lines;
  const value = integerAt(type, view, 0);
  const bits = BigInt.asUintN(type.sizeBytes * 8, value);
  return [labelled("value", grouped(value)), labelled("hex", `0x${bits.toString(16)}`)];
}

function bucketLines(map: MapDump, counts: ReadonlyMap<number, bigint>, scene: Scene, cols: number): Line[] {
  const { value } = map;
  if (value.kind !== "hist" && value.kind !== "lhist") return [];
  const rows = bucketRows(value, counts, 1n, scene.attached.context.unitLabels);
  const largest = largestCount(rows);
  const bars = rows.map(({ label, count }) => barLine(label, count, largest, cols, scene.glyphs));
  const sum = labelled("samples", grouped(rows.reduce((all, { count }) => all + count, 0n)));
  if (value.kind === "hist") return [sum, line(""), ...bars];
  const points = rows.map(({ label, count }) => ({ label, value: count }));
  return [sum, line(""), ...columnChart(points, cols, CHART_ROWS, scene.glyphs).map((row) => line(row, "bar")), line(""), ...bars];
}

function seriesLines(map: MapDump, values: ReadonlyMap<bigint, bigint>, scene: Scene, cols: number): Line[] {
  const newest = newestOf(map);
  if (map.value.kind !== "tseries" || newest === null) return [line("no data", "dim")];
  const rows = seriesRows(map.value, values, newest);
  const points = rows.map(({ epochNs, value }) => ({ label: strftime("%H:%M:%S.%k", epochNs, scene.attached.context.clock), value }));
  const numbers = points.map(({ label, value }) => labelled(label.padEnd(20), value === null ? "-" : grouped(value)));
  return [...columnChart(points, cols, CHART_ROWS, scene.glyphs).map((row) => line(row, "bar")), line(""), ...numbers];
}

function valueLines(map: MapDump, { cell }: MapEntry, scene: Scene, cols: number): Line[] {
  switch (cell.kind) {
    case "int":
      return [labelled(map.value.kind, grouped(cell.value))];
    case "average":
      return [
        labelled("average", grouped(averageOf(cell))),
        labelled("count", grouped(cell.count)),
        labelled("total", grouped(cell.total)),
      ];
    case "buckets":
      return bucketLines(map, cell.counts, scene, cols);
    case "series":
      return seriesLines(map, cell.values, scene, cols);
    case "plain":
      return plainLines(map, cell.value, scene);
  }
}

export function keyPageLines(scene: Scene, page: KeyPage, cols: number): Line[] {
  const found = entryOf(scene, page);
  const name: Line = [{ text: page.map, role: "name" }];
  if (found === null) return [name, line("nothing at this time", "dim")];
  const { map, entry } = found;
  const key = map.key === null ? [] : textLines(keyText(map.key, entry.key, scene.attached.context), scene);
  return [name, ...key, line(""), ...valueLines(map, entry, scene, cols)];
}

export function paintKeyPage(surface: Surface, area: Area, scene: Scene, page: KeyPage): void {
  const lines = keyPageLines(scene, page, area.cols);
  page.scroll = Math.max(0, Math.min(page.scroll, lines.length - area.rows));
  const found = entryOf(scene, page);
  const isChanged = found !== null && scene.changes.of(found.map, found.entry) !== null;
  for (const [y, pieces] of lines.slice(page.scroll, page.scroll + area.rows).entries()) writeLine(surface, area, y, pieces);
  if (isChanged && page.scroll === 0) paint(surface, area, 0, 0, area.cols, "changed");
}
