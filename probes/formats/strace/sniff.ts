/** Whether a text is strace's. */
import { LineHead, lineKinds, timeForms } from "./line.ts";
import { Scanner } from "./scanner.ts";

const NEWLINE = 0x0a;
const MOST_LINES = 50;
const TELLING: readonly number[] = [lineKinds.call, lineKinds.resumed, lineKinds.signal, lineKinds.end];

/** `name(… = …`, `name(… <unfinished ...>` and the like. */
const CALL = /\)\s+= (\?|-?\d|0x)|<unfinished \.\.\.>$|strace: Process \d+ attached$/;
const OTHER = /^(--- (SIG|stopped by )|\+\+\+ (exited with|killed by|superseded by)|<\.\.\. \w+ resumed>)/;

/** Of the first lines that are no notices and no output of the program, most are strace's, and one at least is a call. */
export function isStrace(head: Uint8Array): boolean {
  const scanner = new Scanner(head.length);
  const { start } = scanner.window;
  scanner.bytes.set(head, start);
  const line = new LineHead(scanner);
  let calls = 0;
  let others = 0;
  let at = 0;
  for (let count = 0; count < MOST_LINES && at < head.length; count++) {
    const newline = head.indexOf(NEWLINE, at);
    const end = newline < 0 ? head.length : newline;
    line.read(start + at, start + end);
    if (TELLING.includes(line.kind)) {
      const text = new TextDecoder().decode(scanner.bytes.subarray(line.body, start + end));
      const isCut = newline < 0 && (line.form !== timeForms.none || line.pid >= 0);
      if (isCut) {
        calls++;
        break;
      }
      if (line.kind === lineKinds.call ? CALL.test(text) : OTHER.test(text)) calls++;
      else others++;
    } else if (line.kind === lineKinds.other && end > at) others++;
    at = end + 1;
  }
  return calls > others;
}
