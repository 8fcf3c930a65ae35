/** What `trace-cmd report --debug` adds: where in the buffer each record is, behind its line, and lines of the buffer's own. */
import { isDigit } from "../text/number.ts";
import * as lines from "../text/line.ts";
import type { ReadLine } from "../text/line.ts";

const [BLANK, CLOSE, UPPER_C, LOWER_V] = [32, 93, 67, 118];
/** ` [18446744073709551615:0xffffffff:65536]` */
const LONGEST = 48;
/** ` TIME EXTEND: delta:216714723 length:0`, `CPU:0 [SUBBUFFER START] [310350334838:0x1000]`, `version = 7` */
const OWN =
  /^(?: (?:PADDING|TIME EXTEND|TIME STAMP): (?:delta:\d+ )?length:\d+|CPU:\d+ \[SUBBUFFER START\] \[\d+:0x[0-9a-f]+\]|version = \d+)$/;
const PLACE = /^ \[\d+:0x[0-9a-f]+:\d+\]$/;
const latin1 = new TextDecoder("latin1");

const isOwn = (bytes: Uint8Array, start: number, end: number): boolean => {
  const first = bytes[start];
  return (
    (first === BLANK || first === UPPER_C || first === LOWER_V) && end - start < 100 && OWN.test(latin1.decode(bytes.subarray(start, end)))
  );
};

/** Where ` [1763:0xfe8:20]` at the end begins; `end`: there is none. */
function beforePlace(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[end - 1] !== CLOSE || !isDigit(bytes[end - 2])) return end;
  for (let at = end - 2; at > Math.max(start, end - LONGEST); at--) {
    if (bytes[at] === BLANK) return PLACE.test(latin1.decode(bytes.subarray(at, end))) ? at : end;
  }
  return end;
}

/** Reads lines as `read` does, without what was added. */
export const debugLines =
  (read: ReadLine): ReadLine =>
  (bytes, start, end, line, book) =>
    isOwn(bytes, start, end) ? lines.ASIDE : read(bytes, start, beforePlace(bytes, start, end), line, book);
