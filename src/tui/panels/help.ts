/** What keys do, over everything else. */
import { clear, paint, write, type Area, type Surface } from "../draw/surface.ts";
import { BINDINGS } from "../keys.ts";
import type { Scene } from "../scene.ts";

const KEY_COLS = 12;
const MOUSE_ROWS = ["Mouse: click the timeline to seek, a row to choose it, again to", "open it; the wheel scrolls."];

export function paintHelp(surface: Surface, { glyphs }: Scene): void {
  const rows = BINDINGS.flatMap(({ shown, does }) => (shown === null ? [] : [`${shown.padEnd(KEY_COLS)}${does}`]));
  const texts = ["", ...rows, ...MOUSE_ROWS, ""].map((text) => `  ${text}`);
  const cols = Math.min(surface.cols, texts.reduce((most, text) => Math.max(most, text.length), 0) + 4);
  const height = Math.min(surface.rows, texts.length + 2);
  const area: Area = { x: Math.floor((surface.cols - cols) / 2), y: Math.floor((surface.rows - height) / 2), cols, rows: height };
  clear(surface, area);
  const edge = glyphs.horizontal.repeat(cols);
  for (const y of [0, height - 1]) write(surface, area, 0, y, edge, "dim");
  write(surface, area, 2, 0, " Keys (Esc closes) ", "title");
  for (const [i, text] of texts.slice(0, height - 2).entries()) {
    write(surface, area, 0, i + 1, text, "text");
    if (i > 0 && i <= rows.length) paint(surface, area, 2, i + 1, KEY_COLS, "name");
  }
}
