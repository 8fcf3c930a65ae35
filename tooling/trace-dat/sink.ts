import { closeSync, openSync, writeSync } from "node:fs";

/** Where a recording is written: appended to, with earlier bytes filled in later. */
export interface Sink {
  readonly position: number;
  write(bytes: Uint8Array): void;
  /** Overwrites bytes that were written already. */
  patch(offset: number, bytes: Uint8Array): void;
}

export interface MemorySink extends Sink {
  bytes(): Uint8Array;
}

export function memorySink(): MemorySink {
  let buffer = new Uint8Array(64 * 1024);
  let position = 0;
  return {
    get position() {
      return position;
    },
    write(bytes) {
      if (position + bytes.length > buffer.length) {
        const grown = new Uint8Array(Math.max(buffer.length * 2, position + bytes.length));
        grown.set(buffer);
        buffer = grown;
      }
      buffer.set(bytes, position);
      position += bytes.length;
    },
    patch: (offset, bytes) => buffer.set(bytes, offset),
    bytes: () => buffer.slice(0, position),
  };
}

export interface FileSink extends Sink {
  close(): void;
}

/** Collects small writes, so that page after page costs no system call each. */
export function fileSink(path: string): FileSink {
  const fd = openSync(path, "w");
  const pending = new Uint8Array(1024 * 1024);
  let pendingBytes = 0;
  let position = 0;
  const writeAll = (bytes: Uint8Array, at: number): void => {
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
  };
  const flush = (): void => {
    writeAll(pending.subarray(0, pendingBytes), position - pendingBytes);
    pendingBytes = 0;
  };
  return {
    get position() {
      return position;
    },
    write(bytes) {
      if (pendingBytes + bytes.length > pending.length) flush();
      if (bytes.length > pending.length) writeAll(bytes, position);
      else {
        pending.set(bytes, pendingBytes);
        pendingBytes += bytes.length;
      }
      position += bytes.length;
    },
    patch(offset, bytes) {
      flush();
      writeAll(bytes, offset);
    },
    close() {
      flush();
      closeSync(fd);
    },
  };
}
