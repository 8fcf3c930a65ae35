/** Characters that take two columns of a terminal (Unicode East Asian Width W and F, within the basic plane). */
const WIDE: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6b],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
];

/** Of a UTF-16 unit that `visible` let pass. */
export const columnsOf = (unit: number): 1 | 2 => (unit >= 0x1100 && WIDE.some(([first, last]) => unit >= first && unit <= last) ? 2 : 1);

export function textWidth(text: string): number {
  let width = 0;
  for (let i = 0; i < text.length; i++) width += columnsOf(text.charCodeAt(i));
  return width;
}

/** The text if it fits, else its start and a mark that something is missing. */
export function fitted(text: string, width: number, mark: string): string {
  if (textWidth(text) <= width) return text;
  let used = 0;
  let end = 0;
  for (; end < text.length; end++) {
    const columns = columnsOf(text.charCodeAt(end));
    if (used + columns > width - 1) break;
    used += columns;
  }
  return width < 1 ? "" : text.slice(0, end) + mark;
}

export const padded = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - textWidth(text)));

/** Pieces of at most so many columns; at least one. */
export function wrapped(text: string, width: number): string[] {
  const pieces: string[] = [];
  let start = 0;
  let used = 0;
  for (let i = 0; i < text.length; i++) {
    const columns = columnsOf(text.charCodeAt(i));
    if (used + columns > width && i > start) {
      pieces.push(text.slice(start, i));
      start = i;
      used = 0;
    }
    used += columns;
  }
  return [...pieces, text.slice(start)];
}
