/** `wait4(-1, strace: Process 30797 attached`: strace's own notice in the middle of a line, whose rest is on the next one. */
import { codes, startsWith } from "../../lines/byte-text.ts";
import type { JoinedText } from "./joined-text.ts";
import type { TextWindow } from "../../lines/text-window.ts";

const ATTACHED = codes("attached");
const LAST = ATTACHED.at(-1);
const NOTICE = codes("strace: Process ");

/** Puts the line at hand together without notices in it, and goes on to the last of its parts. False: it is in one piece. */
export function joinInterrupted(window: TextWindow, into: JoinedText): boolean {
  into.clear();
  let isJoined = false;
  for (;;) {
    const { bytes, start, end } = window;
    const notice = noticeIn(bytes, start, end);
    if (notice < 0) {
      if (isJoined) into.add(bytes, start, end);
      return isJoined;
    }
    into.add(bytes, start, notice);
    isJoined = into.end > into.start;
    if (!window.advance()) return isJoined;
  }
}

function noticeIn(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[end - 1] !== LAST) return -1;
  const last = end - ATTACHED.length;
  if (last <= start || !startsWith(bytes, last, end, ATTACHED)) return -1;
  for (let at = last; at >= start; at--) if (startsWith(bytes, at, end, NOTICE)) return at;
  return -1;
}
