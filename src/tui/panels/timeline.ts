/** When each probe fires, over the whole recording, and where in it one is. */
import type { Density } from "../../session/travel/density.ts";
import { column, type Glyphs } from "../draw/glyphs.ts";
import { paint, write, type Area, type Surface } from "../draw/surface.ts";
import { columnOf, resampled, timelineRows, type TimelineRow } from "../model/timeline.ts";
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

function graphText(counts: readonly number[], cols: number, glyphs: Glyphs): string {
  const columns = resampled(counts, cols);
  const most = BigInt(columns.reduce((largest, count) => Math.max(largest, count), 0));
  return columns.map((count) => column(BigInt(count), most, 1, glyphs)[0]!).join("");
}

interface Graph {
  readonly shape: string;
  readonly rows: readonly TimelineRow[];
  readonly texts: readonly string[];
}

/** What stays as it is while the cursor moves. */
const graphs = new WeakMap<Density, Graph>();

function graphFor(density: Density, { attached, glyphs }: Scene, cols: number, most: number): Graph {
  const shape = `${cols} ${most}`;
  const known = graphs.get(density);
  if (known?.shape === shape) return known;
  const rows = timelineRows(density, attached.replay.runs(), most);
  const graph: Graph = { shape, rows, texts: rows.map(({ counts }) => graphText(counts, cols, glyphs)) };
  graphs.set(density, graph);
  return graph;
}

function paintProbes(surface: Surface, area: Area, density: Density, scene: Scene): void {
  const { attached, glyphs } = scene;
  const graph = graphOf(area);
  const labelCols = graph.x - area.x - 1;
  const runsCols = labelCols < 30 ? 9 : 12;
  const { rows, texts } = graphFor(density, scene, graph.cols, area.rows);
  const runs = new Map(attached.replay.runs().map((one) => [one.program, one.runs]));
  for (const [y, row] of rows.entries()) {
    const name = shortName(visible(row.name, glyphs.unicode), labelCols - runsCols - 1);
    const count = row.programs.reduce((sum, program) => sum + (runs.get(program) ?? 0), 0);
    write(surface, area, 0, y, padded(name, labelCols - runsCols), "key");
    write(surface, area, labelCols - runsCols, y, grouped(count).padStart(runsCols), "number");
    write(surface, graph, 0, y, texts[y]!, "density");
  }
}

export function paintTimeline(surface: Surface, area: Area, scene: Scene): void {
  const { overview, player, glyphs } = scene;
  if (overview === null) {
    write(surface, area, 0, 0, "reading the recording ...", "dim");
    return;
  }
  const ruler = area.rows - 1;
  paintProbes(surface, { ...area, rows: ruler }, overview.density, scene);
  const { range } = overview;
  const graph = graphOf(area);
  const at = columnOf(range, player.position().ns, graph.cols);
  const length = duration(range.endNs - range.startNs);
  write(surface, area, 0, ruler, "time", "dim");
  write(surface, graph, 0, ruler, glyphs.horizontal.repeat(graph.cols), "dim");
  write(surface, graph, 0, ruler, "0", "dim");
  write(surface, graph, Math.max(0, graph.cols - length.length), ruler, length, "dim");
  write(surface, graph, at, ruler, glyphs.marker, "cursor");
  for (let y = 0; y < ruler; y++) paint(surface, graph, at, y, 1, "cursor");
}
