/** Whether files that the command line names beside a recording are what they are taken for: else they would tell nothing, without a word. */
import { statSync } from "node:fs";
import { errnoText } from "./load.ts";

interface Kind {
  /** What a line of such a file looks like. */
  readonly line: RegExp;
  readonly expected: string;
  /** A file without any line is one too: a machine without probes, a thread of the kernel. */
  readonly mayBeEmpty: boolean;
}

const sideFileKinds = {
  kallsyms: { line: /^[0-9a-f]{8,16} [A-Za-z] \S/im, expected: "ADDRESS TYPE NAME, as in /proc/kallsyms", mayBeEmpty: false },
  maps: { line: /^[0-9a-f]+-[0-9a-f]+ \S{4} /m, expected: "START-END PERMISSIONS …, as in /proc/PID/maps", mayBeEmpty: true },
  dynamicEvents: { line: /^[a-z-]\d*[:/ ]/m, expected: "p:GROUP/EVENT PLACE …, as in kprobe_events", mayBeEmpty: true },
} as const satisfies Record<string, Kind>;

/** Symbols whose addresses the kernel hid from who read them. */
const HIDDEN = /^0+ [A-Za-z] \S/m;
const SHOWN = /^0*[1-9a-f][0-9a-f]* [A-Za-z] \S/im;

/** What is wrong with the text of a file; null: nothing. */
export function sideFileTrouble(kind: keyof typeof sideFileKinds, text: string): string | null {
  const { line, expected, mayBeEmpty } = sideFileKinds[kind];
  if (mayBeEmpty && !/^[ \t]*[^\s#]/m.test(text)) return null;
  if (!line.test(text)) return `no line of it is ${expected}`;
  return kind === "kallsyms" && HIDDEN.test(text) && !SHOWN.test(text) ? "all its addresses are 0: copy /proc/kallsyms as root" : null;
}

/** What is wrong with a directory of symbol files; null: nothing. */
export function symfsTrouble(path: string): string | null {
  try {
    return statSync(path).isDirectory() ? null : "it is no directory";
  } catch (error) {
    return errnoText(error);
  }
}
