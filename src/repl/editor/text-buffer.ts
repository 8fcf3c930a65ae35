/** The text that is edited, of one line or several, and its cursor. */

export interface Edited {
  readonly text: string;
  /** UTF-16 offset. */
  readonly cursor: number;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

const lineStart = (text: string, at: number): number => text.lastIndexOf("\n", at - 1) + 1;

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

/** Of the character (as people count them) before or behind the cursor. */
function before({ text, cursor }: Edited): number {
  if (cursor === 0) return 0;
  const start = lineStart(text, cursor);
  if (start === cursor) return cursor - 1;
  const last = [...segmenter.segment(text.slice(start, cursor))].at(-1)!;
  return start + last.index;
}

function behind({ text, cursor }: Edited): number {
  const [first] = segmenter.segment(text.slice(cursor, lineEnd(text, cursor)));
  return first === undefined ? Math.min(text.length, cursor + 1) : cursor + first.segment.length;
}

const wordBefore = ({ text, cursor }: Edited): number => /[\p{L}\p{N}_]*[^\p{L}\p{N}_]*$/u.exec(text.slice(0, cursor))!.index;
const wordBehind = ({ text, cursor }: Edited): number => cursor + /^[^\p{L}\p{N}_]*[\p{L}\p{N}_]*/u.exec(text.slice(cursor))![0].length;
/** Back to the last blank, as Ctrl-W of shells. */
const blankBefore = ({ text, cursor }: Edited): number => /\S*\s*$/.exec(text.slice(0, cursor))!.index;

const to = ({ text }: Edited, cursor: number): Edited => ({ text, cursor });

/** To the line above or below, in the same column; null: there is none. */
function vertical({ text, cursor }: Edited, direction: -1 | 1): Edited | null {
  const start = lineStart(text, cursor);
  const column = cursor - start;
  if (direction === -1) {
    if (start === 0) return null;
    const above = lineStart(text, start - 1);
    return { text, cursor: Math.min(above + column, start - 1) };
  }
  const end = lineEnd(text, cursor);
  if (end === text.length) return null;
  return { text, cursor: Math.min(end + 1 + column, lineEnd(text, end + 1)) };
}

export const moves = {
  left: (edited: Edited) => to(edited, before(edited)),
  right: (edited: Edited) => to(edited, behind(edited)),
  wordLeft: (edited: Edited) => to(edited, wordBefore(edited)),
  wordRight: (edited: Edited) => to(edited, wordBehind(edited)),
  lineStart: (edited: Edited) => to(edited, lineStart(edited.text, edited.cursor)),
  lineEnd: (edited: Edited) => to(edited, lineEnd(edited.text, edited.cursor)),
  up: (edited: Edited) => vertical(edited, -1),
  down: (edited: Edited) => vertical(edited, 1),
} as const;

export const insert = ({ text, cursor }: Edited, added: string): Edited => ({
  text: text.slice(0, cursor) + added + text.slice(cursor),
  cursor: cursor + added.length,
});

/** Takes out what is between the cursor and another place. */
function cut({ text, cursor }: Edited, other: number): { readonly edited: Edited; readonly removed: string } {
  const [from, until] = other < cursor ? [other, cursor] : [cursor, other];
  return { edited: { text: text.slice(0, from) + text.slice(until), cursor: from }, removed: text.slice(from, until) };
}

export const cuts = {
  backspace: (edited: Edited) => cut(edited, before(edited)),
  delete: (edited: Edited) => cut(edited, behind(edited)),
  word: (edited: Edited) => cut(edited, wordBefore(edited)),
  blankWord: (edited: Edited) => cut(edited, blankBefore(edited)),
  wordBehind: (edited: Edited) => cut(edited, wordBehind(edited)),
  toLineStart: (edited: Edited) => {
    const start = lineStart(edited.text, edited.cursor);
    return cut(edited, start === edited.cursor ? Math.max(0, start - 1) : start);
  },
  toLineEnd: (edited: Edited) => {
    const end = lineEnd(edited.text, edited.cursor);
    return cut(edited, end === edited.cursor ? Math.min(edited.text.length, end + 1) : end);
  },
} as const;

const INDENT = "  ";

/** A line feed, with as much indentation as the block that the cursor is in. */
export function newLine(edited: Edited): Edited {
  const line = edited.text.slice(lineStart(edited.text, edited.cursor), edited.cursor);
  const indent = /^ */.exec(line)![0];
  return insert(edited, `\n${indent}${/[{([]\s*$/.test(line) ? INDENT : ""}`);
}

/** A `}` that begins its line stands below the line that it closes. */
export function closeBrace(edited: Edited): Edited {
  const start = lineStart(edited.text, edited.cursor);
  const line = edited.text.slice(start, edited.cursor);
  if (start === 0 || line === "" || line.trim() !== "") return insert(edited, "}");
  const indent = line.slice(0, Math.max(0, line.length - INDENT.length));
  return { text: `${edited.text.slice(0, start)}${indent}}${edited.text.slice(edited.cursor)}`, cursor: start + indent.length + 1 };
}
