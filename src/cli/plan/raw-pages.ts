/** Takes the pages of a trace instance out of the kernel, CPU by CPU, and puts them aside until the recording is written. */
import { closeSync, constants, mkdtempSync, openSync, readSync, readdirSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

export interface CpuFile {
  readonly cpu: number;
  readonly sizeBytes: number;
  readonly copyTo: (write: (bytes: Uint8Array) => void) => void;
}

export interface RawPages {
  /** Moves what there is; the kernel's buffer is free again. */
  readonly drain: () => void;
  readonly files: () => readonly CpuFile[];
  readonly close: () => void;
}

interface Stream {
  readonly cpu: number;
  readonly from: number;
  readonly to: number;
  sizeBytes: number;
}

const COPY_BYTES = 1 << 20;

/** The bytes read, 0 when there is nothing. */
function readPage(fd: number, page: Uint8Array): number {
  try {
    return readSync(fd, page, 0, page.length, null);
  } catch {
    // EAGAIN: empty.
    return 0;
  }
}

/** Files of the size of the recording, in `directory`, until close(). */
export function rawPages(root: string, pageBytes: number, directory: string): RawPages {
  const aside = mkdtempSync(join(directory, ".pages-"));
  const page = new Uint8Array(pageBytes);
  const streams = readdirSync(join(root, "per_cpu"))
    .map((name) => Number(/^cpu(\d+)$/.exec(name)?.[1] ?? -1))
    .filter((cpu) => cpu >= 0)
    .sort((a, b) => a - b)
    .map((cpu): Stream => {
      const from = openSync(join(root, "per_cpu", `cpu${cpu}`, "trace_pipe_raw"), constants.O_RDONLY | constants.O_NONBLOCK);
      return { cpu, from, to: openSync(join(aside, `cpu${cpu}`), "w+"), sizeBytes: 0 };
    });
  const copy = (stream: Stream, write: (bytes: Uint8Array) => void): void => {
    const chunk = new Uint8Array(COPY_BYTES);
    for (let at = 0; at < stream.sizeBytes;) {
      const count = readSync(stream.to, chunk, 0, Math.min(chunk.length, stream.sizeBytes - at), at);
      if (count === 0) return;
      write(chunk.subarray(0, count));
      at += count;
    }
  };
  return {
    drain() {
      for (const stream of streams) {
        for (let count = readPage(stream.from, page); count > 0; count = readPage(stream.from, page)) {
          // Readers find pages by their size.
          page.fill(0, count);
          writeSync(stream.to, page, 0, pageBytes, stream.sizeBytes);
          stream.sizeBytes += pageBytes;
        }
      }
    },
    files: () => streams.map((stream) => ({ cpu: stream.cpu, sizeBytes: stream.sizeBytes, copyTo: (write) => copy(stream, write) })),
    close() {
      for (const { from, to } of streams) {
        closeSync(from);
        closeSync(to);
      }
      rmSync(aside, { recursive: true, force: true });
    },
  };
}
