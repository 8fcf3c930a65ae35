/** A screen's content as data: a character and a role for every cell. */
import { columnsOf } from "../text/width.ts";
import { roleIndex, type Role } from "./role.ts";

export interface Surface {
  readonly cols: number;
  readonly rows: number;
  /** UTF-16 units, row by row; 0: the right half of the character before. */
  readonly units: Uint16Array;
  /** Indices into ROLES. */
  readonly roles: Uint8Array;
}

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly cols: number;
  readonly rows: number;
}

const SPACE = 0x20;

export const newSurface = (cols: number, rows: number): Surface => ({
  cols,
  rows,
  units: new Uint16Array(cols * rows).fill(SPACE),
  roles: new Uint8Array(cols * rows),
});

export const wholeArea = ({ cols, rows }: Surface): Area => ({ x: 0, y: 0, cols, rows });

/** Writes from a cell of the area on, never beyond its right edge. The text is one that `visible` let pass. Returns the column behind it. */
export function write(surface: Surface, area: Area, x: number, y: number, text: string, role: Role): number {
  if (y < 0 || y >= area.rows || x < 0) return x;
  const index = roleIndex(role);
  let column = x;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const columns = columnsOf(unit);
    if (column + columns > area.cols) break;
    const at = (area.y + y) * surface.cols + area.x + column;
    surface.units[at] = unit;
    surface.roles[at] = index;
    if (columns === 2) {
      surface.units[at + 1] = 0;
      surface.roles[at + 1] = index;
    }
    column += columns;
  }
  return column;
}

/** Gives cells of a row another role, and leaves their characters. */
export function paint(surface: Surface, area: Area, x: number, y: number, cols: number, role: Role): void {
  if (y < 0 || y >= area.rows) return;
  const start = (area.y + y) * surface.cols + area.x + Math.max(0, x);
  surface.roles.fill(roleIndex(role), start, start + Math.max(0, Math.min(cols, area.cols - Math.max(0, x))));
}

export function clear(surface: Surface, area: Area): void {
  for (let y = 0; y < area.rows; y++) write(surface, area, 0, y, " ".repeat(area.cols), "text");
}

/** Rows without trailing blanks, for tests and pictures. */
export function surfaceRows({ cols, rows, units }: Surface): string[] {
  return Array.from({ length: rows }, (_, y) =>
    String.fromCharCode(...units.subarray(y * cols, (y + 1) * cols).filter((unit) => unit !== 0)).trimEnd(),
  );
}
