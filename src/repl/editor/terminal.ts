/** The terminal in raw mode: keys come one by one, also while programs run. */
import type { ReadStream, WriteStream } from "node:tty";
import { StringDecoder } from "node:string_decoder";
import { newKeyDecoder, type Key } from "./keys.ts";

export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  write(text: string): void;
  /** Who gets the keys from now on; null: they wait, all but those that `interrupt` is called for. */
  listen(listener: ((key: Key) => void) | null): void;
  /** Ctrl-C while nobody listens. */
  onInterrupt(interrupt: () => void): void;
  onResize(resized: () => void): void;
  /** As the shell left it, while somebody else has the terminal. */
  suspend(): void;
  resume(): void;
  close(): void;
}

/** After an escape: whatever belongs to it comes at once. */
const ESCAPE_MS = 50;

const PASTE_ON = "\x1b[?2004h";
const PASTE_OFF = "\x1b[?2004l";

export function openTerminal(input: ReadStream, output: WriteStream, write: (text: string) => void): Terminal {
  const decoder = newKeyDecoder();
  const utf8 = new StringDecoder("utf8");
  const waiting: Key[] = [];
  let listener: ((key: Key) => void) | null = null;
  let interrupt = (): void => undefined;
  let timer: NodeJS.Timeout | undefined;

  const handOut = (keys: readonly Key[]): void => {
    for (const key of keys) {
      if (listener === null && key.name === "ctrl-c") {
        waiting.length = 0;
        interrupt();
      } else waiting.push(key);
    }
    while (listener !== null && waiting.length > 0) listener(waiting.shift()!);
  };
  const onData = (data: Buffer): void => {
    clearTimeout(timer);
    handOut(decoder.push(utf8.write(data)));
    if (decoder.isPending) timer = setTimeout(() => handOut(decoder.flush()), ESCAPE_MS);
  };
  /** The other end has gone: as if the user had left. */
  const onEnd = (): void => handOut([{ name: "hang-up", text: "" }]);

  const resume = (): void => {
    input.on("data", onData).on("end", onEnd);
    input.setRawMode(true);
    write(PASTE_ON);
    input.resume();
  };
  const suspend = (): void => {
    input.off("data", onData).off("end", onEnd);
    write(PASTE_OFF);
    input.setRawMode(false);
    input.pause();
  };
  resume();
  return {
    get columns() {
      return output.columns || 80;
    },
    get rows() {
      return output.rows || 24;
    },
    write,
    listen(next) {
      listener = next;
      handOut([]);
    },
    onInterrupt(called) {
      interrupt = called;
    },
    onResize(resized) {
      output.on("resize", resized);
    },
    suspend,
    resume,
    close() {
      clearTimeout(timer);
      suspend();
    },
  };
}
