/** What a program has printed up to an instant, by lines, from the newest back: as many as are looked at, however long the output is. */
import type { OutputLog, Printed } from "../../workspace/output-log.ts";
import { expandTabs, visible } from "../text/visible.ts";
import { fromByteString } from "../../output/byte-text.ts";

export interface OutputLine {
  readonly text: string;
  readonly to: Printed["to"];
}

export interface OutputView {
  /** Oldest first; at most as many as asked for. */
  readonly lines: readonly OutputLine[];
  /** There are older ones. */
  readonly hasOlder: boolean;
}

export interface OutputQuery {
  /** Events of the output that have happened (Position.told). */
  readonly told: number;
  /** Newest lines that are left out. */
  readonly skip: number;
  readonly count: number;
  /** Part of a line, whatever the case; "": all. */
  readonly filter: string;
  readonly unicode: boolean;
}

/** Events that are searched for lines that pass a filter: more would be felt at each key. */
const MOST_SEARCHED = 100_000;
const FIRST_STEP = 64;

/** Joins pieces to the same place into lines; the last line may be one that goes on. */
function linesOf(pieces: readonly Printed[]): OutputLine[] {
  const lines: OutputLine[] = [];
  let open: { text: string; to: Printed["to"] } | null = null;
  for (const { to, text } of pieces) {
    const parts = text.split("\n");
    for (const [i, part] of parts.entries()) {
      if (open !== null && (i > 0 || open.to !== to)) {
        lines.push(open);
        open = null;
      }
      if (open !== null) open.text += part;
      else if (i < parts.length - 1 || part !== "") open = { text: part, to };
    }
  }
  if (open !== null) lines.push(open);
  return lines;
}

export function outputLines(log: OutputLog, { told, skip, count, filter, unicode }: OutputQuery): OutputView {
  const wanted = filter.toLowerCase();
  const enough = skip + count + 1;
  const shown = ({ text, to }: OutputLine): OutputLine => ({ text: visible(expandTabs(fromByteString(text)), unicode), to });
  for (let step = FIRST_STEP; ; step *= 4) {
    const from = Math.max(0, told - Math.min(step, MOST_SEARCHED));
    let lines = linesOf(log.between(from, told));
    // The oldest one may have begun earlier.
    if (from > 0) lines = lines.slice(1);
    if (wanted !== "") lines = lines.filter(({ text }) => text.toLowerCase().includes(wanted));
    if (lines.length < enough && from > 0 && step < MOST_SEARCHED) continue;
    const end = Math.max(0, lines.length - skip);
    const start = Math.max(0, end - count);
    return { lines: lines.slice(start, end).map(shown), hasOlder: start > 0 || from > 0 };
  }
}
