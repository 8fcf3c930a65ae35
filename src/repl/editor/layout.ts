/** Input as rows of a terminal: prompt, text in colours, and where the cursor is. */
import { charWidth, textWidth } from "./width.ts";

/** Of a piece of text, in order; what is in none has no style. SGR parameters: "1;32". */
export interface Styled {
  readonly start: number;
  readonly end: number;
  readonly style: string;
}

export interface Shown {
  readonly text: string;
  readonly cursor: number;
  readonly styles: readonly Styled[];
  /** Before the first line, as it is, and how wide it is. */
  readonly prompt: string;
  /** Before all others. */
  readonly continuation: string;
  readonly promptStyle: string;
}

export interface Layout {
  readonly rows: readonly string[];
  readonly cursor: { readonly row: number; readonly column: number };
}

const TAB = "    ";

/** What a character looks like: tabs are blanks, other control characters have a letter. */
function shownAs(c: string): string {
  if (c === "\t") return TAB;
  return c < " " ? `^${String.fromCharCode(c.charCodeAt(0) + 64)}` : c;
}

const styled = (text: string, style: string): string => (style === "" ? text : `\x1b[${style}m${text}\x1b[m`);

/** Rows of at most `columns`, none of which is full: a full row leaves it to the terminal where the cursor is. */
export function layOut(shown: Shown, columns: number): Layout {
  const { text, styles } = shown;
  const width = Math.max(2, columns);
  const rows: string[] = [];
  let row = "";
  let column = 0;
  let at = 0;
  let next = 0;
  let cursor = { row: 0, column: 0 };
  let open = "";
  const setStyle = (style: string): void => {
    if (style === open) return;
    row += `\x1b[m${style === "" ? "" : `\x1b[${style}m`}`;
    open = style;
  };
  const endRow = (): void => {
    const style = open;
    setStyle("");
    rows.push(row);
    [row, column] = ["", 0];
    setStyle(style);
  };
  const put = (c: string): void => {
    const wide = charWidth(c);
    if (column + wide > width - 1) endRow();
    row += c;
    column += wide;
  };
  const putPrompt = (prompt: string): void => {
    setStyle("");
    row += styled(prompt, shown.promptStyle);
    column += textWidth(prompt);
  };
  putPrompt(shown.prompt);
  for (const c of text) {
    if (at === shown.cursor) cursor = { row: rows.length, column };
    while (next < styles.length && styles[next]!.end <= at) next++;
    const style = styles[next];
    setStyle(style !== undefined && style.start <= at ? style.style : "");
    if (c === "\n") {
      endRow();
      putPrompt(shown.continuation);
    } else for (const part of shownAs(c)) put(part);
    at += c.length;
  }
  setStyle("");
  if (at <= shown.cursor) cursor = { row: rows.length, column };
  rows.push(row);
  return { rows, cursor };
}

/** As many rows as there is room for, the cursor's among them. */
export function clip({ rows, cursor }: Layout, most: number): Layout {
  if (rows.length <= most) return { rows, cursor };
  const first = Math.max(0, Math.min(cursor.row - most + 1 + (most >> 2), rows.length - most));
  return { rows: rows.slice(first, first + most), cursor: { row: cursor.row - first, column: cursor.column } };
}
