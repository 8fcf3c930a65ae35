import { closeSync, fstatSync, openSync, readSync } from "node:fs";
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
  if (!stat.isFile()) {
    closeSync(fd);
    // A pipe cannot be read twice, and the merge needs one cursor per CPU.
    return { ok: false, message: `cannot open ${path}: ${stat.isDirectory() ? "is a directory" : "not a regular file"}` };
  }
  let open = true;
  return {
    ok: true,
    source: {
      path,
      sizeBytes: stat.size,
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
    },
  };
}
