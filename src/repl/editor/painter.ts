/** Keeps a few rows at the bottom of a terminal up to date. */
import type { Layout } from "./layout.ts";

export interface Painter {
  /** Puts the rows where the last ones were; `below` stands under them. */
  paint(layout: Layout, below: readonly string[]): void;
  /** Leaves the rows as they are, and goes to the line behind them. */
  leave(): void;
  /** The terminal is empty, or somebody else has written to it. */
  forget(): void;
}

const HIDE = "\x1b[?25l";
const SHOW = "\x1b[?25h";
const CLEAR_BELOW = "\x1b[J";

const up = (rows: number): string => (rows > 0 ? `\x1b[${rows}A` : "");
const right = (columns: number): string => (columns > 0 ? `\x1b[${columns}C` : "");

export function newPainter(write: (text: string) => void): Painter {
  /** Where the cursor is in what was painted, and how many rows that has. */
  let cursorRow = 0;
  let height = 0;
  return {
    paint({ rows, cursor }, below) {
      const all = [...rows, ...below];
      const back = up(all.length - 1 - cursor.row);
      write(`${HIDE}\r${up(cursorRow)}${CLEAR_BELOW}${all.join("\r\n")}\r${back}${right(cursor.column)}${SHOW}`);
      cursorRow = cursor.row;
      height = rows.length;
    },
    leave() {
      const down = height - 1 - cursorRow;
      write(`${down > 0 ? `\x1b[${down}B` : ""}\r\n${CLEAR_BELOW}`);
      cursorRow = height = 0;
    },
    forget() {
      cursorRow = height = 0;
    },
  };
}
