/** The REPL's state: its programs, and where their run over the recording stands. Commands change it (commands/). */
import type { TimeWindow } from "../session/session-options.ts";
import type { Attached } from "../workspace/workspace.ts";
import type { ReplOptions } from "./face.ts";

export interface Program {
  /** The file that it came from; null: it was typed. */
  readonly file: string | null;
  readonly text: string;
}

/** Where new programs are taken: to the end of the recording, or to the time at which the user looks. */
export type Stand = { readonly kind: "end" } | { readonly kind: "time"; readonly ns: bigint };

/** How long programs ran, for whoever asks what they cost. */
export interface Measured {
  readonly ms: number;
  readonly firings: number;
}

export class Session {
  readonly options: ReplOptions;
  programs: readonly Program[] = [];
  /** Null: there are no programs. */
  attached: Attached | null = null;
  format: "text" | "json";
  window: TimeWindow = { from: null, to: null };
  stand: Stand = { kind: "end" };
  /** How far the run has ever been: going back there is quick. */
  farthest: { readonly firings: number; readonly isEnd: boolean } = { firings: 0, isEnd: false };
  lastRun: Measured | null = null;
  /** New programs run at once. */
  autorun = true;
  isInteractive = false;
  hasFailed = false;
  isLeaving = false;
  /** Ctrl-C: what runs stops soon. */
  isInterrupted = false;

  constructor(options: ReplOptions) {
    this.options = options;
    this.format = options.format;
    this.window = options.window;
  }

  text(text: string): void {
    this.options.sink.text(text);
  }

  /** What is said for people only, not where a script reads the output. */
  note(text: string): void {
    if (this.isInteractive) this.options.sink.note(text);
  }

  /** An error that leaves the session as it is. The text ends with a newline. */
  fail(text: string): void {
    this.hasFailed = true;
    this.options.sink.error(text);
  }

  /** What the user edits next, and the program that it replaces. */
  draft: { readonly text: string; readonly replaces: number | null } | null = null;
  /** Says how far a long run is, where somebody looks. */
  progress: (text: string) => void = () => undefined;
  /** Gives the terminal to somebody else meanwhile. */
  suspended: <T>(what: () => T) => T = (what) => what();

  /** Lets keys come in. */
  readonly breathe = (): Promise<void> => {
    this.options.sink.flush();
    return new Promise((resolve) => setImmediate(resolve));
  };
}
