/** What Tab offers. */
import { textWidth } from "./width.ts";

export interface Completion {
  /** The candidates stand for what is between here and the cursor. */
  readonly start: number;
  readonly candidates: readonly Candidate[];
}

export interface Candidate {
  /** What is put in. */
  readonly text: string;
  /** What the list shows, if that is another. */
  readonly label?: string;
  /** Behind it, if it is the only one: a blank, a bracket. */
  readonly suffix?: string;
}

/** What all candidates begin with. */
export function commonStart(candidates: readonly Candidate[]): string {
  const texts = candidates.map(({ text }) => text);
  const [first = ""] = texts;
  let length = first.length;
  for (const text of texts) while (!text.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}

/** In columns, as `ls` has them; at most so many rows, the last of which says how many are left out. */
export function candidateRows(candidates: readonly Candidate[], columns: number, most: number): string[] {
  const labels = candidates.map(({ text, label }) => label ?? text);
  const width = Math.min(columns - 1, Math.max(...labels.map(textWidth)) + 2);
  const across = Math.max(1, Math.floor((columns - 1) / width));
  const needed = Math.ceil(labels.length / across);
  const rows = Math.min(needed, needed > most ? most - 1 : most);
  const shown = labels.slice(0, rows * across);
  const lines = Array.from({ length: rows }, (_, row) =>
    shown
      .filter((_label, i) => i % rows === row)
      .map((label) => label.padEnd(width))
      .join("")
      .trimEnd()
      .slice(0, columns - 1),
  );
  const left = labels.length - shown.length;
  return left > 0 ? [...lines, `… ${left} more`] : lines;
}
