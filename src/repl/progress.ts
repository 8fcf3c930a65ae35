/** Outputs of a terminal, with a line that says how far a long run is whenever nothing else is on its way. */
import type { Sink } from "./face.ts";

export interface TerminalSink {
  readonly sink: Sink;
  /** A line that the next output takes the place of. */
  readonly progress: (text: string) => void;
  /** What comes next begins a line. */
  readonly startLine: () => void;
}

const CLEAR = "\r\x1b[K";

/** `write`: shown at once. */
export function terminalSink(sink: Sink, write: (text: string) => void): TerminalSink {
  let isShown = false;
  let isAtStart = true;
  const clear = (): void => {
    if (isShown) write(CLEAR);
    isShown = false;
  };
  const startLine = (): void => {
    clear();
    if (!isAtStart) sink.text("\n");
    isAtStart = true;
  };
  const send = (to: (text: string) => void, text: string): void => {
    if (text === "") return;
    clear();
    to(text);
    isAtStart = text.endsWith("\n");
  };
  /** Answers begin a line, also where a program's output has not ended its own. */
  const sendLines = (to: (text: string) => void, text: string): void => {
    startLine();
    send(to, text);
  };
  return {
    sink: {
      bytes: (text) => send(sink.bytes, text),
      text: (text) => sendLines(sink.text, text),
      note: (text) => sendLines(sink.note, text),
      error: (text) => sendLines(sink.error, text),
      flush: sink.flush,
    },
    progress(text) {
      // What programs print may go on in this line.
      if (!isAtStart) return;
      sink.flush();
      write(`${CLEAR}${text}`);
      isShown = true;
    },
    startLine,
  };
}
