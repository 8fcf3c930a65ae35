import { closeSync, createReadStream, fstatSync, mkdtempSync, openSync, readdirSync, readSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ByteSource } from "./byte-source.ts";

export type OpenedFile = { readonly ok: true; readonly source: ByteSource } | { readonly ok: false; readonly message: string };

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "is a directory",
  ENOTDIR: "not a directory",
  ELOOP: "too many symbolic links",
  ENAMETOOLONG: "name too long",
};

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return reasons[code] ?? code;
}

/** Opens a file for random access. Synchronous, because the pump asks for pages from inside WebAssembly's caller. */
export function openFile(path: string): OpenedFile {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    return { ok: false, message: `cannot open ${path}: ${reasonOf(error)}` };
  }
  const stat = fstatSync(fd);
  if (stat.isFile()) return { ok: true, source: fileSource(path, fd, stat.size) };
  closeSync(fd);
  return { ok: false, message: `cannot open ${path}: ${stat.isDirectory() ? "is a directory" : "not a regular file"}` };
}

/** Names of the files and of the directories in a directory, sorted; null: it is none, or cannot be read. */
export function listDirectory(path: string): { readonly files: readonly string[]; readonly directories: readonly string[] } | null {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    const names = (wanted: "isFile" | "isDirectory"): string[] => entries.flatMap((entry) => (entry[wanted]() ? entry.name : [])).sort();
    return { files: names("isFile"), directories: names("isDirectory") };
  } catch {
    return null;
  }
}

/** Whether it is something that can be read only once, from its start on: `-`, a pipe, a terminal. */
export function isStream(path: string): boolean {
  if (path === "-") return true;
  try {
    const stat = statSync(path);
    return stat.isFIFO() || stat.isCharacterDevice() || stat.isSocket();
  } catch {
    return false;
  }
}

/** The bytes of a stream as they come; throws an error with a message when it cannot be read. */
export function streamPieces(path: string): AsyncIterable<Uint8Array> {
  return path === "-" ? process.stdin : createReadStream(path, { highWaterMark: 1 << 18 });
}

/** Bytes put aside on the disk, without a name there: nothing is left behind, however the process ends. */
export interface Spool {
  /** Throws when the disk is full. */
  write(piece: Uint8Array): void;
  /** What was written, under the name of where it came from. */
  source(path: string): ByteSource;
  discard(): void;
}

export function createSpool(): Spool {
  const directory = mkdtempSync(join(tmpdir(), "hindsight-spool-"));
  const path = join(directory, "recording");
  const fd = openSync(path, "wx+", 0o600);
  rmSync(directory, { recursive: true });
  let size = 0;
  return {
    write(piece) {
      for (let done = 0; done < piece.length;) done += writeSync(fd, piece, done, piece.length - done, size + done);
      size += piece.length;
    },
    source: (name) => fileSource(name, fd, size),
    discard() {
      closeSync(fd);
    },
  };
}

function fileSource(path: string, fd: number, sizeBytes: number): ByteSource {
  let open = true;
  return {
    path,
    sizeBytes,
    readAt(offset, into) {
      let done = 0;
      try {
        while (open && done < into.length) {
          const n = readSync(fd, into, done, into.length - done, offset + done);
          if (n === 0) break;
          done += n;
        }
      } catch {
        // The caller sees a short read, and reports it with the section that it was reading.
      }
      return done;
    },
    close() {
      if (open) closeSync(fd);
      open = false;
    },
  };
}
