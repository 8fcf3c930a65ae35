/** What the mouse does: seeks on the timeline, chooses and opens rows, scrolls. */
import { open, scroll, type ActionContext } from "./actions.ts";
import type { Area } from "./draw/surface.ts";
import { layoutFor } from "./paint.ts";
import { graphOf } from "./panels/timeline.ts";
import type { MouseReport } from "./terminal/input.ts";

const WHEEL_ROWS = 3;

const inside = ({ x, y, cols, rows }: Area, at: MouseReport): boolean => at.x >= x && at.x < x + cols && at.y >= y && at.y < y + rows;

export function pointAt(report: MouseReport, context: ActionContext): void {
  const { scene, size } = context;
  const { view, overview, player } = scene;
  if (report.kind === "release") return;
  const layout = layoutFor(scene, size.cols, size.rows);
  const graph = graphOf(layout.timeline);
  if (inside(graph, report) && overview !== null) {
    if (report.kind === "press" || report.kind === "drag") player.seekColumn(report.x - graph.x, graph.cols, overview.range);
    return;
  }
  const hit = [...layout.panels].find(([, { content }]) => inside(content, report));
  if (hit === undefined || report.kind === "drag") return;
  const [panel, { content }] = hit;
  view.focus = panel;
  if (report.kind === "wheelUp" || report.kind === "wheelDown") {
    scroll(context, report.kind === "wheelUp" ? -WHEEL_ROWS : WHEEL_ROWS);
    return;
  }
  if (panel !== "maps" || view.page !== null) return;
  const row = view.top + report.y - content.y;
  if (row === view.selected) open(context);
  else view.selected = row;
}
