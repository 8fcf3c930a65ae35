/** What the program has printed by now. */
import { write, type Area, type Surface } from "../draw/surface.ts";
import { outputLines } from "../model/output-lines.ts";
import type { Scene } from "../scene.ts";
import { fitted } from "../text/width.ts";

export function paintOutput(surface: Surface, area: Area, { attached, player, view, glyphs }: Scene): void {
  const query = { told: player.position().told, count: area.rows, filter: view.filter.output, unicode: glyphs.unicode };
  let shown = outputLines(attached.log, { ...query, skip: view.outputSkip });
  if (!shown.hasOlder && shown.lines.length < area.rows && view.outputSkip > 0) {
    // Scrolled beyond the oldest line.
    view.outputSkip = Math.max(0, view.outputSkip - (area.rows - shown.lines.length));
    shown = outputLines(attached.log, { ...query, skip: view.outputSkip });
  }
  if (shown.lines.length === 0)
    write(surface, area, 0, 0, view.filter.output === "" ? "nothing printed yet" : "no line has this text", "dim");
  for (const [y, { text, to }] of shown.lines.entries())
    write(surface, area, 0, y, fitted(text, area.cols, glyphs.ellipsis), to === "error" ? "error" : "text");
}
