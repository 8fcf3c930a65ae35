/** Text of recorders that cannot be replayed as it was printed: what it is, and how to print or record it so that it can. */
import { countedByName } from "./formats/perf-data/sampled-events.ts";

const MOST_LINES = 50;
/** Of a line. */
const MOST_BYTES = 300;
const latin1 = new TextDecoder("latin1");

/** The head of the table that strace -c writes. */
const SUMMARY = /^% time +seconds +usecs\/call +calls +errors syscall$/m;

/** `sh  1360 [001]  250000 sched:sched_switch: …`, `cpu-clock:u:`, with or without a task and a CPU in front. */
const SAMPLE =
  /^ *(?:\S.*?\s)?(?:-?\d+(?:\/-?\d+)?\s+)?(?:\[\d+\]\s+)?(?:\d+\s+)?([\w-]+(?::[\w-]+)?(?:\/[\w=,-]*\/)?):[ukhHGIppPSDWe]*:?(?:\s|$)/;

/** A category and a name, or an event that perf counts. */
const isEvent = (name: string): boolean => /^[a-z]\w*:\w+$/i.test(name) || countedByName(name) !== null;

/** Whether most lines are perf script's, but for the time: frames of stacks are indented by a tab. */
function isWithoutTimes(text: string): boolean {
  const lines = text.split("\n").filter((line) => line !== "" && !/^[\t#]/.test(line));
  const first = lines.slice(0, MOST_LINES);
  const matching = first.filter((line) => isEvent(SAMPLE.exec(line.slice(0, MOST_BYTES))?.[1] ?? ""));
  return matching.length > first.length / 2;
}

/** Null: it is no such text. */
export function unreadableText(head: Uint8Array): string | null {
  if (head.includes(0)) return null;
  const text = latin1.decode(head);
  if (SUMMARY.test(text))
    return "this is the summary of strace -c, which counts calls and holds none: record with strace -f -ttt -o FILE, without -c";
  if (!isWithoutTimes(text)) return null;
  return "this is perf script's text without times, so events have no order: print them too (perf script -F +time)";
}
