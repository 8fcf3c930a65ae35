/** A row of text in pieces of different roles. */
import { write, type Area, type Surface } from "./surface.ts";
import type { Role } from "./role.ts";

export interface Piece {
  readonly text: string;
  readonly role: Role;
}

export type Line = readonly Piece[];

export const line = (text: string, role: Role = "text"): Line => [{ text, role }];

export function writeLine(surface: Surface, area: Area, y: number, pieces: Line, x = 0): void {
  let column = x;
  for (const { text, role } of pieces) column = write(surface, area, column, y, text, role);
}
