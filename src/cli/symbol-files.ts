/** Files with symbols, in the directories of --symfs. */
import { closeSync, openSync, readFileSync, readSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { readElf } from "../../probes/symbols/elf.ts";
import type { FileReader } from "../../probes/symbols/user-code.ts";

/** Notes are near the beginning. */
const HEAD_BYTES = 65_536;
const MOST_FILES = 20_000;

function readIfThere(path: string): Uint8Array | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

function buildIdOf(path: string): string | null {
  try {
    const file = openSync(path, "r");
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      return readElf(head.subarray(0, readSync(file, head, 0, HEAD_BYTES, 0)))?.buildId ?? null;
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}

/** Paths of the files under a directory, by their build ids; links are not followed. */
function filesById(directory: string): Map<string, string> {
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
      const id = buildIdOf(path);
      if (id !== null && !found.has(id)) found.set(id, path);
    }
  }
  return found;
}

/**
 * DIR/.build-id/xx/yyyy.debug, DIR/PATH as on the recorded machine, DIR/NAME, or whatever file under DIR has the build id. A file with another build
 * id than the recorded one is none of these.
 */
export function fileFinder(directories: readonly string[]): FileReader {
  const indices = new Map<string, Map<string, string>>();
  const indexOf = (directory: string): Map<string, string> => {
    const index = indices.get(directory) ?? filesById(directory);
    indices.set(directory, index);
    return index;
  };
  return (path, buildId) => {
    for (const directory of directories) {
      const byId = buildId === null ? [] : [join(directory, ".build-id", buildId.slice(0, 2), `${buildId.slice(2)}.debug`)];
      for (const candidate of [...byId, join(directory, path), join(directory, basename(path))]) {
        const bytes = readIfThere(candidate);
        if (bytes !== null && isWanted(bytes, buildId)) return bytes;
      }
      const found = buildId === null ? undefined : indexOf(directory).get(buildId);
      if (found !== undefined) return readIfThere(found);
    }
    return null;
  };
}

/** What has no build id may be the one. */
function isWanted(bytes: Uint8Array, buildId: string | null): boolean {
  const own = buildId === null ? null : (readElf(bytes.subarray(0, HEAD_BYTES))?.buildId ?? null);
  return own === null || own === buildId;
}
