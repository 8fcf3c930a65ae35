/** Where things are on a screen of a size. */
import type { Area } from "./draw/surface.ts";
import { PANELS, type Panel } from "./state.ts";

export interface PanelPlace {
  readonly title: Area;
  readonly content: Area;
}

export interface Layout {
  readonly header: Area;
  /** Tabs above the one panel that is seen; null: all are seen. */
  readonly tabs: Area | null;
  readonly panels: ReadonlyMap<Panel, PanelPlace>;
  /** Columns between panels. */
  readonly dividers: readonly Area[];
  readonly timeline: Area;
  readonly status: Area;
}

export const MIN_COLS = 40;
export const MIN_ROWS = 10;
/** From here on panels are side by side. */
const WIDE_COLS = 120;

export function layoutOf(cols: number, rows: number, focus: Panel, probes: number): Layout {
  const header: Area = { x: 0, y: 0, cols, rows: 1 };
  const status: Area = { x: 0, y: rows - 1, cols, rows: 1 };
  const mostProbes = rows < 20 ? 1 : rows < 35 ? 3 : 10;
  // One more for the times.
  const timelineRows = Math.max(1, Math.min(probes, mostProbes)) + 1;
  const timeline: Area = { x: 0, y: rows - 1 - timelineRows, cols, rows: timelineRows };
  const y = 1;
  const height = timeline.y - y;
  const place = (x: number, top: number, width: number, size: number): PanelPlace => ({
    title: { x, y: top, cols: width, rows: 1 },
    content: { x, y: top + 1, cols: width, rows: size - 1 },
  });
  if (cols < WIDE_COLS) {
    const only = place(0, y, cols, height);
    return { header, tabs: only.title, panels: new Map([[focus, only]]), dividers: [], timeline, status };
  }
  const left = Math.floor(cols * 0.55);
  const right = cols - left - 1;
  const upper = Math.floor(height / 2);
  const [maps, output, program] = PANELS;
  return {
    header,
    tabs: null,
    panels: new Map([
      [maps, place(0, y, left, height)],
      [program, place(left + 1, y, right, upper)],
      [output, place(left + 1, y + upper, right, height - upper)],
    ]),
    dividers: [{ x: left, y, cols: 1, rows: height }],
    timeline,
    status,
  };
}
