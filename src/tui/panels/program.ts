/** The script, and how often its probes have run by now. */
import type { Glyphs } from "../draw/glyphs.ts";
import { writeLine, type Line } from "../draw/line.ts";
import type { Area, Surface } from "../draw/surface.ts";
import { programLines, type ProgramLine } from "../model/program-lines.ts";
import type { Scene } from "../scene.ts";
import { grouped } from "../text/time-text.ts";
import { wrapped } from "../text/width.ts";

const RUNS_COLS = 9;
const NUMBER_COLS = 4;

/** Rows of the panel: long lines go on below. */
function rowsOf(lines: readonly ProgramLine[], cols: number, glyphs: Glyphs): Line[] {
  const room = Math.max(1, cols - RUNS_COLS - NUMBER_COLS - 2);
  return lines.flatMap(({ number, text, runs, isLast }) =>
    wrapped(text, room).map((piece, i): Line => {
      const [count, place] = i === 0 ? [runs === null ? "" : grouped(runs), String(number)] : ["", ""];
      return [
        { text: count.padStart(RUNS_COLS), role: "number" },
        { text: isLast ? glyphs.play : " ", role: "changed" },
        { text: `${place.padStart(NUMBER_COLS)} `, role: "dim" },
        { text: piece, role: isLast ? "title" : "text" },
      ];
    }),
  );
}

export function paintProgram(surface: Surface, area: Area, { attached, view, glyphs, spans, lineCounts }: Scene): void {
  const wanted = view.filter.program.toLowerCase();
  const all = programLines(attached.compilation, attached.replay.runs(), spans, lineCounts(), glyphs.unicode);
  const lines = wanted === "" ? all : all.filter(({ text }) => text.toLowerCase().includes(wanted));
  const rows = rowsOf(lines, area.cols, glyphs);
  view.programTop = Math.max(0, Math.min(view.programTop, rows.length - area.rows));
  for (const [y, row] of rows.slice(view.programTop, view.programTop + area.rows).entries()) writeLine(surface, area, y, row);
}
