/** Files with symbols, in the directories of --symfs. */
import { closeSync, openSync, readFileSync, readSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { readElf } from "../../probes/symbols/elf.ts";
import type { FileReader } from "../../probes/symbols/user-code.ts";
import { packingOf } from "../../probes/unpack.ts";
import type { Unpacker } from "./unpacker.ts";

/** Notes are near the beginning. */
const HEAD_BYTES = 65_536;
const MOST_FILES = 20_000;
/** Of files by name; what a file is its content says. */
const SUFFIXES = ["", ".gz", ".zst"];

/** Where files are kept by build id: in the directory itself, and where it is the root of a system. */
const DEBUG_FOLDERS = ["", "usr/lib/debug"];
const pathOfId = (buildId: string): string => join(".build-id", buildId.slice(0, 2), `${buildId.slice(2)}.debug`);

function readIfThere(path: string, unpack: Unpacker): Uint8Array | null {
  try {
    return unpack(readFileSync(path));
  } catch {
    return null;
  }
}

function buildIdOf(path: string, unpack: Unpacker): string | null {
  try {
    const file = openSync(path, "r");
    try {
      const buffer = Buffer.alloc(HEAD_BYTES);
      const head = buffer.subarray(0, readSync(file, buffer, 0, HEAD_BYTES, 0));
      return readElf(packingOf(head) === null ? head : unpack(readFileSync(path)).subarray(0, HEAD_BYTES))?.buildId ?? null;
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}

/** Paths of the files under a directory, by their build ids; links are not followed. */
function filesById(directory: string, unpack: Unpacker): Map<string, string> {
  const found = new Map<string, string>();
  const pending = [directory];
  for (let seen = 0; pending.length > 0 && seen < MOST_FILES;) {
    const now = pending.pop()!;
    let entries;
    try {
      entries = readdirSync(now, { withFileTypes: true });
    } catch {
      continue;
    }
    for (const entry of entries) {
      const path = join(now, entry.name);
      if (entry.isDirectory()) pending.push(path);
      if (!entry.isFile() || ++seen > MOST_FILES) continue;
      const id = buildIdOf(path, unpack);
      if (id !== null && !found.has(id)) found.set(id, path);
    }
  }
  return found;
}

/**
 * DIR/.build-id/xx/yyyy.debug or DIR/usr/lib/debug/.build-id/xx/yyyy.debug, DIR/PATH as on the recorded machine, DIR/NAME, any of them also compressed (.gz, .zst), or whatever file under DIR has
 * the build id. A file with another build id than the recorded one is none of these.
 */
export function fileFinder(directories: readonly string[], unpack: Unpacker): FileReader {
  const indices = new Map<string, Map<string, string>>();
  const indexOf = (directory: string): Map<string, string> => {
    const index = indices.get(directory) ?? filesById(directory, unpack);
    indices.set(directory, index);
    return index;
  };
  return (path, buildId) => {
    for (const directory of directories) {
      const byId = buildId === null ? [] : DEBUG_FOLDERS.map((folder) => join(directory, folder, pathOfId(buildId)));
      for (const candidate of [...byId, join(directory, path), join(directory, basename(path))]) {
        for (const suffix of SUFFIXES) {
          const bytes = readIfThere(`${candidate}${suffix}`, unpack);
          if (bytes !== null && isWanted(bytes, buildId)) return bytes;
        }
      }
      const found = buildId === null ? undefined : indexOf(directory).get(buildId);
      if (found !== undefined) return readIfThere(found, unpack);
    }
    return null;
  };
}

/** What has no build id may be the one. */
function isWanted(bytes: Uint8Array, buildId: string | null): boolean {
  const own = buildId === null ? null : (readElf(bytes.subarray(0, HEAD_BYTES))?.buildId ?? null);
  return own === null || own === buildId;
}
