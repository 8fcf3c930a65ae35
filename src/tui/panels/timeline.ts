/** When each probe fires, over the whole recording, and where in it one is. */
import { column } from "../draw/glyphs.ts";
import { paint, write, type Area, type Surface } from "../draw/surface.ts";
import { columnOf, timelineRows, type TimelineRow } from "../model/timeline.ts";
import type { Scene } from "../scene.ts";
import { duration, grouped } from "../text/time-text.ts";
import { visible } from "../text/visible.ts";
import { padded } from "../text/width.ts";

/** The part of the timeline that has a column of time each, behind the names and numbers. */
export function graphOf(area: Area): Area {
  const x = area.cols < 100 ? 27 : 42;
  return { x: area.x + x, y: area.y, cols: Math.max(1, area.cols - x), rows: area.rows };
}

/** The end of a name says the most: the part behind the last colon, if not all of it fits. */
function shortName(name: string, cols: number): string {
  if (name.length <= cols) return name;
  const last = name.slice(name.lastIndexOf(":") + 1);
  return last.length <= cols ? last : last.slice(0, cols);
}

function graphText({ counts }: TimelineRow, scene: Scene): string {
  const most = counts.reduce((largest, count) => Math.max(largest, count), 0);
  return counts.map((count) => column(BigInt(count), BigInt(most), 1, scene.glyphs)[0]!).join("");
}

export function paintTimeline(surface: Surface, area: Area, scene: Scene): void {
  const { overview, player, attached, glyphs } = scene;
  const ruler = area.rows - 1;
  if (overview === null) {
    write(surface, area, 0, 0, "reading the recording ...", "dim");
    return;
  }
  const graph = graphOf(area);
  const labelCols = graph.x - area.x - 1;
  const runsCols = labelCols < 30 ? 9 : 12;
  for (const [y, row] of timelineRows(overview.density, attached.replay.runs(), graph.cols, ruler).entries()) {
    const name = shortName(visible(row.name, glyphs.unicode), labelCols - runsCols - 1);
    write(surface, area, 0, y, padded(name, labelCols - runsCols), "key");
    write(surface, area, labelCols - runsCols, y, grouped(row.runs).padStart(runsCols), "number");
    write(surface, graph, 0, y, graphText(row, scene), "density");
  }
  const { range } = overview;
  const { ns } = player.position();
  const at = columnOf(range, ns, graph.cols);
  const length = duration(range.endNs - range.startNs);
  write(surface, area, 0, ruler, "time".padEnd(labelCols), "dim");
  write(surface, graph, 0, ruler, glyphs.horizontal.repeat(graph.cols), "dim");
  write(surface, graph, 0, ruler, "0", "dim");
  write(surface, graph, Math.max(0, graph.cols - length.length), ruler, length, "dim");
  write(surface, graph, at, ruler, glyphs.marker, "cursor");
  for (let y = 0; y < ruler; y++) paint(surface, graph, at, y, 1, "cursor");
}
