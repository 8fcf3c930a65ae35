/** What the REPL is given by the command that starts it: a terminal or files, and what other commands do. */
import type { SessionResult, TimeWindow } from "../session/session-options.ts";
import type { Attached, Workspace } from "../workspace/workspace.ts";

/** Where output goes. Bytes are strings of one character a byte, as programs print; all else is text. */
export interface Sink {
  /** What programs print. */
  readonly bytes: (text: string) => void;
  /** Answers of commands. */
  readonly text: (text: string) => void;
  /** Remarks beside the answers, for people. */
  readonly note: (text: string) => void;
  /** Errors and warnings. */
  readonly error: (text: string) => void;
  /** Shows what has been written. */
  readonly flush: () => void;
}

export interface ReplOptions {
  readonly workspace: Workspace;
  readonly sink: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Of what is typed, in a terminal. */
  readonly hasColours: boolean;
  /** A script to begin with. */
  readonly script: { readonly name: string; readonly text: string } | null;
  readonly format: "text" | "json";
  /** What of the recording programs see at first. */
  readonly window: TimeWindow;
  /** What `hindsight info` says of the recording: reads it. */
  readonly info: () => string;
  /** What the recording lacked or lost in a run, a text each. */
  readonly shortfalls: (result: SessionResult, attached: Attached) => readonly string[];
  /** `hindsight plan` and `record` for a program, with these words behind it. */
  readonly planning: (name: "plan" | "record", program: string, words: readonly string[]) => Promise<number>;
  /** Shows the programs, where their run stands, in the terminal interface; comes back when that is left. */
  readonly tui: (attached: Attached) => Promise<void>;
}
