/** A frame: the scene on a surface of the screen's size. */
import { newSurface, paint, wholeArea, write, type Area, type Surface } from "./draw/surface.ts";
import { layoutOf, MIN_COLS, MIN_ROWS, type Layout } from "./layout.ts";
import { paintHeader, paintStatus } from "./panels/header.ts";
import { paintHelp } from "./panels/help.ts";
import { paintKeyPage } from "./panels/key-page.ts";
import { paintMaps } from "./panels/maps.ts";
import { paintOutput } from "./panels/output.ts";
import { paintProgram } from "./panels/program.ts";
import { paintStacksPage } from "./panels/stacks-page.ts";
import { paintTimeline } from "./panels/timeline.ts";
import type { Scene } from "./scene.ts";
import { PANELS, type Panel } from "./state.ts";
import { fitted } from "./text/width.ts";

const TITLES: Readonly<Record<Panel, string>> = { maps: "Maps", output: "Output", program: "Program" };

/** How many rows the timeline would like. */
const probesOf = ({ attached, overview }: Scene): number =>
  new Set(
    attached.replay.script.attach
      .map(({ program }) => program)
      .filter((program) => overview === null || (overview.density.counts[program] ?? []).some((count) => count > 0)),
  ).size;

export const layoutFor = (scene: Scene, cols: number, rows: number): Layout => layoutOf(cols, rows, scene.view.focus, probesOf(scene));

const titleOf = ({ view }: Scene, panel: Panel): string =>
  view.filter[panel] === "" ? ` ${TITLES[panel]} ` : ` ${TITLES[panel]} (filter: ${view.filter[panel]}) `;

function paintTabs(surface: Surface, area: Area, scene: Scene): void {
  let x = 0;
  for (const panel of PANELS) x = write(surface, area, x, 0, titleOf(scene, panel), panel === scene.view.focus ? "focus" : "dim");
}

function paintTitle(surface: Surface, area: Area, scene: Scene, panel: Panel): void {
  const role = panel === scene.view.focus ? "focus" : "status";
  paint(surface, area, 0, 0, area.cols, role);
  write(surface, area, 0, 0, fitted(titleOf(scene, panel), area.cols, scene.glyphs.ellipsis), role);
}

function paintPanel(surface: Surface, area: Area, scene: Scene, panel: Panel): void {
  const { page } = scene.view;
  switch (panel) {
    case "maps":
      if (page?.kind === "key") paintKeyPage(surface, area, scene, page);
      else if (page?.kind === "stacks") paintStacksPage(surface, area, scene, page);
      else paintMaps(surface, area, scene);
      return;
    case "output":
      paintOutput(surface, area, scene);
      return;
    case "program":
      paintProgram(surface, area, scene);
      return;
  }
}

export function paintScene(scene: Scene, cols: number, rows: number): Surface {
  const surface = newSurface(cols, rows);
  if (cols < MIN_COLS || rows < MIN_ROWS) {
    write(surface, wholeArea(surface), 0, 0, `needs ${MIN_COLS}x${MIN_ROWS}; q quits`, "error");
    return surface;
  }
  const layout = layoutFor(scene, cols, rows);
  paintHeader(surface, layout.header, scene);
  if (layout.tabs !== null) paintTabs(surface, layout.tabs, scene);
  for (const [panel, { title, content }] of layout.panels) {
    if (layout.tabs === null) paintTitle(surface, title, scene, panel);
    paintPanel(surface, content, scene, panel);
  }
  for (const area of layout.dividers) for (let y = 0; y < area.rows; y++) write(surface, area, 0, y, scene.glyphs.vertical, "dim");
  paintTimeline(surface, layout.timeline, scene);
  paintStatus(surface, layout.status, scene);
  if (scene.view.isHelping) paintHelp(surface, scene);
  return surface;
}
