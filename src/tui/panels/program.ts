/** The script, and how often its probes have run by now. */
import { writeLine } from "../draw/line.ts";
import type { Area, Surface } from "../draw/surface.ts";
import { programLines } from "../model/program-lines.ts";
import type { Scene } from "../scene.ts";
import { grouped } from "../text/time-text.ts";
import { fitted } from "../text/width.ts";

const RUNS_COLS = 9;
const NUMBER_COLS = 4;

export function paintProgram(surface: Surface, area: Area, { attached, view, glyphs, spans }: Scene): void {
  const wanted = view.filter.program.toLowerCase();
  const all = programLines(attached.compilation, attached.replay.runs(), spans, glyphs.unicode);
  const lines = wanted === "" ? all : all.filter(({ text }) => text.toLowerCase().includes(wanted));
  view.programTop = Math.max(0, Math.min(view.programTop, lines.length - area.rows));
  for (const [y, { number, text, runs, isLast }] of lines.slice(view.programTop, view.programTop + area.rows).entries()) {
    writeLine(surface, area, y, [
      { text: (runs === null ? "" : grouped(runs)).padStart(RUNS_COLS), role: "number" },
      { text: isLast ? glyphs.play : " ", role: "changed" },
      { text: `${String(number).padStart(NUMBER_COLS)} `, role: "dim" },
      { text: fitted(text, area.cols - RUNS_COLS - NUMBER_COLS - 2, glyphs.ellipsis), role: isLast ? "title" : "text" },
    ]);
  }
}
