/** Program output as bytes: batched, flushed by the buffering mode, quiet when the reader has gone. */
import { closeSync, openSync, writeSync } from "node:fs";
import { sourceBytes } from "../../lang/diagnostics/source-bytes.ts";

export interface Output {
  /** Text whose characters are bytes. */
  write(text: string): void;
  flush(): void;
  close(): void;
}

/** Text as bytes: UTF-8, and what a script has else. */
export const utf8 = (text: string): string => Buffer.from(sourceBytes(text)).toString("latin1");

const FLUSH_AT = 1 << 16;

/** False: nobody reads any more. */
export function writeAll(fd: number, bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : null;
      // A pipe that is full for the moment: try again; a closed one: stop writing, as a shell pipeline expects.
      if (code === "EAGAIN") continue;
      if (code === "EPIPE") return false;
      throw error;
    }
  }
  return true;
}

/** `path` null: stdout. Throws what open throws. */
export function openOutput(path: string | null, buffering: "line" | "full" | "none"): Output {
  const fd = path === null ? 1 : openSync(path, "w");
  let pending = "";
  let open = true;
  const flush = (): void => {
    if (open && pending !== "") open = writeAll(fd, Buffer.from(pending, "latin1"));
    pending = "";
  };
  return {
    write(text) {
      pending += text;
      if (buffering === "none" || pending.length >= FLUSH_AT) flush();
    },
    flush,
    close() {
      flush();
      if (path !== null) closeSync(fd);
    },
  };
}
