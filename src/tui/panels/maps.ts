/** The maps as live tables, histograms as bars. */
import { bar } from "../draw/glyphs.ts";
import { writeLine, type Line, type Piece } from "../draw/line.ts";
import { paint, write, type Area, type Surface } from "../draw/surface.ts";
import { lineOfCell, lineOfKey, sizeOfCell } from "../model/map-table.ts";
import type { ListRow } from "../model/maps-list.ts";
import { listOf, type Scene } from "../scene.ts";
import { fitted, padded, textWidth } from "../text/width.ts";
import { grouped } from "../text/time-text.ts";

const INDENT = 2;
const LABEL_COLS = 16;
const COUNT_COLS = 10;
const MOST_KEY = 0.45;
const CHANGE_COLS = 8;

/** The chosen row is on the screen. */
export function keepInView(view: { selected: number; top: number }, rows: number, height: number): void {
  view.selected = Math.max(0, Math.min(rows - 1, view.selected));
  if (view.selected < view.top) view.top = view.selected;
  if (view.selected >= view.top + height) view.top = view.selected - height + 1;
  view.top = Math.max(0, Math.min(view.top, rows - height));
}

const signed = (by: bigint): string => (by >= 0n ? `+${grouped(by)}` : grouped(by));

function changePiece(scene: Scene, row: ListRow): Piece | null {
  if ((row.kind !== "key" && row.kind !== "scalar") || row.entry === null) return null;
  const change = scene.changes.of(row.table.map, row.entry);
  return change === null ? null : { text: change.by === null ? "*" : signed(change.by), role: "changed" };
}

/** A line of a histogram. */
export const barLine = (label: string, count: bigint, largest: bigint, cols: number, glyphs: Scene["glyphs"]): Line => [
  { text: `  ${padded(fitted(label, LABEL_COLS, glyphs.ellipsis), LABEL_COLS)}`, role: "key" },
  { text: `${grouped(count).padStart(COUNT_COLS)} `, role: "number" },
  { text: bar(count, largest, Math.max(0, cols - LABEL_COLS - COUNT_COLS - INDENT - 1), glyphs), role: "bar" },
];

function mapLine(scene: Scene, row: Extract<ListRow, { kind: "map" }>): Line {
  const { map, entries } = row.table;
  const shown = entries.length === map.entries.length ? "" : `${grouped(entries.length)} of `;
  const keys = map.entries.length === 1 ? "1 key" : `${grouped(map.entries.length)} keys`;
  const kind = map.value.kind === "plain" ? "" : `${map.value.kind}, `;
  return [
    { text: map.name, role: "name" },
    { text: `  ${kind}${shown}${keys}, by ${scene.view.sort}`, role: "dim" },
  ];
}

function scalarLine(scene: Scene, row: Extract<ListRow, { kind: "scalar" }>, cols: number): Line {
  const { map } = row.table;
  const name: Piece = { text: `${map.name}  `, role: "name" };
  if (row.entry === null) return [name, { text: "nothing yet", role: "dim" }];
  const change = changePiece(scene, row);
  const value = lineOfCell(map, row.entry.cell, scene.attached.context, scene.glyphs);
  const text = fitted(value, cols - textWidth(name.text) - CHANGE_COLS - 1, scene.glyphs.ellipsis);
  return [
    name,
    { text, role: change === null ? "number" : "changed" },
    ...(change === null ? [] : [{ ...change, text: ` ${change.text}` }]),
  ];
}

interface Widths {
  readonly key: number;
  readonly value: number;
}

function keyLine(scene: Scene, row: Extract<ListRow, { kind: "key" }>, widths: Widths, cols: number): Line {
  const { map, largest } = row.table;
  const { glyphs, attached } = scene;
  const change = changePiece(scene, row);
  const key = padded(fitted(lineOfKey(map, row.entry, attached.context, glyphs), widths.key, glyphs.ellipsis), widths.key);
  const value = fitted(lineOfCell(map, row.entry.cell, attached.context, glyphs), widths.value, glyphs.ellipsis);
  const size = sizeOfCell(map, row.entry.cell);
  const room = cols - INDENT - widths.key - 1 - widths.value - 1 - CHANGE_COLS - 1;
  return [
    { text: `  ${key} `, role: "key" },
    { text: `${" ".repeat(Math.max(0, widths.value - textWidth(value)))}${value} `, role: change === null ? "number" : "changed" },
    { text: padded(fitted(change?.text ?? "", CHANGE_COLS, glyphs.ellipsis), CHANGE_COLS + 1), role: "changed" },
    { text: size === null ? "" : bar(size, largest, room, glyphs), role: "bar" },
  ];
}

/** Of the rows that are seen, so that columns stand still while one scrolls slowly. */
function widthsOf(scene: Scene, rows: readonly ListRow[], cols: number): Widths {
  const keys = rows.filter((row) => row.kind === "key");
  const { context } = scene.attached;
  const widest = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, textWidth(text)), 0);
  const key = Math.min(widest(keys.map((row) => lineOfKey(row.table.map, row.entry, context, scene.glyphs))), Math.floor(cols * MOST_KEY));
  const room = cols - INDENT - key - CHANGE_COLS - 4;
  return { key, value: Math.min(widest(keys.map((row) => lineOfCell(row.table.map, row.entry.cell, context, scene.glyphs))), room) };
}

export function paintMaps(surface: Surface, area: Area, scene: Scene): void {
  const { view, glyphs } = scene;
  const list = listOf(scene);
  keepInView(view, list.length, area.rows);
  if (list.length === 0) write(surface, area, 0, 0, view.filter.maps === "" ? "the script has no maps" : "no key has this text", "dim");
  const rows = list.slice(view.top, view.top + area.rows);
  const widths = widthsOf(scene, rows, area.cols);
  for (const [y, row] of rows.entries()) {
    const pieces =
      row.kind === "map"
        ? mapLine(scene, row)
        : row.kind === "scalar"
          ? scalarLine(scene, row, area.cols)
          : row.kind === "key"
            ? keyLine(scene, row, widths, area.cols)
            : barLine(row.bucket.label, row.bucket.count, row.largest, area.cols, glyphs);
    writeLine(surface, area, y, pieces);
    if (view.focus === "maps" && view.top + y === view.selected) paint(surface, area, 0, y, area.cols, "selected");
  }
}
