/** Which keys move the cursor and cut text: those of other line editors. */
import type { cuts, moves } from "./text-buffer.ts";

export const MOVES: Readonly<Record<string, keyof typeof moves>> = {
  left: "left",
  "ctrl-b": "left",
  right: "right",
  "ctrl-f": "right",
  "ctrl-left": "wordLeft",
  "alt-left": "wordLeft",
  "alt-b": "wordLeft",
  "ctrl-right": "wordRight",
  "alt-right": "wordRight",
  "alt-f": "wordRight",
  home: "lineStart",
  "ctrl-a": "lineStart",
  end: "lineEnd",
  "ctrl-e": "lineEnd",
};

export const CUTS: Readonly<Record<string, keyof typeof cuts>> = {
  backspace: "backspace",
  delete: "delete",
  "ctrl-w": "blankWord",
  "alt-backspace": "word",
  "alt-d": "wordBehind",
  "ctrl-u": "toLineStart",
  "ctrl-k": "toLineEnd",
};

/** A paste without the line feeds that end it, and control characters that are no text of a program. */
export const pasted = (text: string): string =>
  text
    .replace(/\r\n?/g, "\n")
    .replace(/[\0-\x08\x0b-\x1f\x7f]/g, "")
    .replace(/\n+$/, "");
