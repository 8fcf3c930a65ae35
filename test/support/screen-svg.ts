/** A terminal's screen as an SVG picture: the same cells give the same text. */
import type { Terminal } from "./terminal.ts";

type Cell = ReturnType<Terminal["cell"]>;

/** Of a cell, in px: what common monospace fonts of this size take. */
const FONT = 14;
const WIDTH = 8.4;
const HEIGHT = 18;
const BASELINE = 13.5;
const MARGIN = 10;

const BACKGROUND = "#1c1c1c";
const FOREGROUND = "#d0d0d0";
const FIRST_16 =
  "#000000 #cd3131 #0dbc79 #e5e510 #2472c8 #bc3fbc #11a8cd #e5e5e5 #666666 #f14c4c #23d18b #f5f543 #3b8eea #d670d6 #29b8db #ffffff";
const LEVELS = [0, 95, 135, 175, 215, 255];

const hex = (...parts: number[]): string => `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;

/** Of xterm's 256 colours: 16 named ones, a cube of 6 x 6 x 6, 24 greys. */
function colour(index: number): string {
  if (index < 16) return FIRST_16.split(" ")[index]!;
  if (index >= 232) return hex(...Array<number>(3).fill(8 + 10 * (index - 232)));
  const inCube = index - 16;
  return hex(LEVELS[Math.floor(inCube / 36)]!, LEVELS[Math.floor(inCube / 6) % 6]!, LEVELS[inCube % 6]!);
}

function colours({ fg, bg, inverse }: Cell): { readonly front: string; readonly back: string } {
  const front = fg === null ? FOREGROUND : colour(fg);
  const back = bg === null ? BACKGROUND : colour(bg);
  return inverse ? { front: back, back: front } : { front, back };
}

const px = (value: number): string => String(Math.round(value * 10) / 10);

const rect = (x: number, y: number, width: number, height: number, fill: string): string =>
  `<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" fill="${fill}"/>`;

/** Blocks of eighths, which fonts draw with gaps: U+2581 to U+2588 grow upwards, U+2589 to U+258F shrink to the left. */
function block(text: string, left: number, top: number, front: string): string | null {
  const eighths = (text.codePointAt(0) ?? 0) - 0x2580;
  if (eighths < 1 || eighths > 15) return null;
  if (eighths > 8) return rect(left, top, (WIDTH * (16 - eighths)) / 8, HEIGHT, front);
  return rect(left, top + (HEIGHT * (8 - eighths)) / 8, WIDTH, (HEIGHT * eighths) / 8, front);
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Columns from..to of a row whose cells look alike. */
interface Run {
  readonly from: number;
  readonly to: number;
  readonly cell: Cell;
}

function runsOf(cells: readonly Cell[], key: (cell: Cell) => string): Run[] {
  const runs: Run[] = [];
  for (const [x, cell] of cells.entries()) {
    const last = runs.at(-1);
    if (last !== undefined && key(last.cell) === key(cell)) runs[runs.length - 1] = { ...last, to: x + 1 };
    else runs.push({ from: x, to: x + 1, cell });
  }
  return runs;
}

const isBlank = ({ text }: Cell): boolean => text.trim() === "";
const isBlock = ({ text }: Cell): boolean => /^[\u2581-\u258f]$/.test(text);

function rowLines(cells: readonly Cell[], top: number): string[] {
  const left = (x: number): number => MARGIN + x * WIDTH;
  const backs = runsOf(cells, (cell) => colours(cell).back)
    .filter(({ cell }) => colours(cell).back !== BACKGROUND)
    .map(({ from, to, cell }) => rect(left(from), top, (to - from) * WIDTH, HEIGHT, colours(cell).back));
  const blocks = cells.flatMap((cell, x) => block(cell.text, left(x), top, colours(cell).front) ?? []);
  // The length of each text is given, so that columns stay in place in every font.
  const look = (cell: Cell): string => (isBlank(cell) || isBlock(cell) ? "" : `${colours(cell).front} ${cell.bold}`);
  const texts = runsOf(cells, look)
    .filter(({ cell }) => look(cell) !== "")
    .map(({ from, to, cell }) => {
      const text = escaped(
        cells
          .slice(from, to)
          .map((one) => one.text)
          .join(""),
      );
      const bold = cell.bold ? ' font-weight="bold"' : "";
      return `<text x="${px(left(from))}" y="${px(top + BASELINE)}" textLength="${px((to - from) * WIDTH)}" fill="${colours(cell).front}"${bold}>${text}</text>`;
    });
  return [...backs, ...blocks, ...texts];
}

export function screenSvg(terminal: Terminal, cols: number, rows: number): string {
  const width = px(cols * WIDTH + 2 * MARGIN);
  const height = px(rows * HEIGHT + 2 * MARGIN);
  const lines = Array.from({ length: rows }, (_, y) =>
    rowLines(
      Array.from({ length: cols }, (_, x) => terminal.cell(x, y)),
      MARGIN + y * HEIGHT,
    ),
  ).flat();
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT}">`,
    `<rect width="100%" height="100%" rx="6" fill="${BACKGROUND}"/>`,
    ...lines,
    "</svg>\n",
  ].join("\n");
}
