/** `wait4(-1, strace: Process 30797 attached`: strace's own notice in the middle of a line, whose rest is on the next one. */
import { codes, startsWith } from "../../lines/byte-text.ts";
import type { TextBuffer } from "./tasks.ts";
import type { TextWindow } from "../../lines/text-window.ts";

const ATTACHED = codes("attached");
const NOTICE = codes("strace: Process ");

/** Puts the line at hand together without notices in it, and goes on to the last of its parts. Returns its bytes in `into`; 0: it is in one piece. */
export function joinInterrupted(window: TextWindow, into: TextBuffer): number {
  into.length = 0;
  for (;;) {
    const { bytes, start, end } = window;
    const notice = noticeIn(bytes, start, end);
    if (notice < 0) {
      if (into.length > 0) into.add(bytes, start, end);
      return into.length;
    }
    into.add(bytes, start, notice);
    if (!window.advance()) return into.length;
  }
}

function noticeIn(bytes: Uint8Array, start: number, end: number): number {
  const last = end - ATTACHED.length;
  if (last <= start || !startsWith(bytes, last, end, ATTACHED)) return -1;
  for (let at = last; at >= start; at--) if (startsWith(bytes, at, end, NOTICE)) return at;
  return -1;
}
