import type { RecordingFormat } from "../format.ts";
import { newHead } from "../text/head.ts";
import { openText, type TextFormat } from "../text/open.ts";
import { DeltaClock } from "./delta-clock.ts";
import { ScriptFrames } from "./frames.ts";
import { readSampleHead } from "./head.ts";
import { isOwnRecord, isSourceLine, scriptLines } from "./line.ts";
import { Samples } from "./samples.ts";

const MOST_LINES = 200;
const [HASH, BLANK, TAB, COLON] = [35, 32, 9, 58];

const DELTAS = "the text has the times since the line before (perf script --deltatime): they are added up, and count from the first line";

const format: TextFormat = {
  name: "perf script text",
  withCategory: true,
  callerFirst: false,
  namesAreOfTheMoment: true,
  tasksBy: "perf script -F +comm,+tid",
  clock: "seconds",
  clockIsNs: true,
  ncpus: null,
  categoryOf: () => "unknown",
  lines({ symbols, ids, newId }) {
    const frames = new ScriptFrames(symbols);
    const clock = new DeltaClock();
    const samples = new Samples(frames, clock, ids, newId);
    return {
      readLine: scriptLines(clock),
      extras: samples,
      wantsToReadAgain() {
        if (clock.isFound) clock.addUp();
        return clock.isFound;
      },
      facts: () => ({ hasArguments: false, hasReturnValues: false }),
      sampled: () => samples.sampled(),
      userPlaceOf: (address) => frames.placeOf(address),
      warnings: () => (clock.isFound ? [DELTAS] : []),
    };
  },
};

/** Whether a word that ends in a colon follows the time, maybe behind a number: the event; or what perf tells itself. */
function hasEvent(bytes: Uint8Array, body: number, end: number): boolean {
  if (isOwnRecord(bytes, body)) return true;
  for (let at = body; at < end;) {
    let word = at;
    while (word < end && bytes[word] !== BLANK) word++;
    if (bytes[word - 1] === COLON) return word - at > 1;
    if (bytes[at]! < 48 || bytes[at]! > 57) return false;
    while (bytes[word] === BLANK) word++;
    at = word;
  }
  return false;
}

/** What perf script prints. */
export const perfScriptFormat: RecordingFormat = {
  name: "perf script text",
  sniff(bytes) {
    if (bytes.includes(0)) return false;
    const head = newHead();
    let [start, matching, others] = [0, 0, 0];
    let isBehindFrame = false;
    for (let line = 0; line < MOST_LINES && start < bytes.length; line++) {
      const end = bytes.indexOf(10, start);
      if (end < 0 && line > 0) break;
      const stop = end < 0 ? bytes.length : end;
      const isText = stop > start && bytes[start] !== HASH && bytes[start] !== TAB;
      if (isText && readSampleHead(bytes, start, stop, head) && hasEvent(bytes, head.body, stop)) matching++;
      else if (isText && !(isBehindFrame && isSourceLine(bytes, start))) others++;
      isBehindFrame = bytes[start] === TAB;
      start = stop + 1;
    }
    return matching > others;
  },
  open: (source, beside) => openText(source, format, beside),
};
