/** What belongs to a recording, copied beside it. */
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseMaps } from "../../../probes/symbols/user-code.ts";

/** DIR/PATH, as --symfs looks for it. What cannot be read is left out: the replay then says which symbols it lacks. */
function copyPrograms(directory: string, paths: readonly string[]): void {
  for (const path of new Set(paths)) {
    const to = join(directory, path);
    try {
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(path, to);
    } catch {
      continue;
    }
  }
}

export interface KeptFiles {
  readonly dynamicEvents: string | null;
  readonly maps: string | null;
  readonly symfs: string | null;
  readonly bootTime: string | null;
}

export interface ToKeep {
  /** Null: nothing was defined. */
  readonly definitions: string | null;
  /** Null: nobody asks for symbols of programs. */
  readonly maps: string | null;
  readonly programs: readonly string[];
  /** Seconds since 1970; null: nobody asks. */
  readonly bootTime: string | null;
}

/** Paths of what was written. */
export function keepFiles(directory: string, keep: ToKeep): KeptFiles {
  const write = (name: string, text: string | null): string | null => {
    if (text === null || text === "") return null;
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };
  const mapped = keep.maps === null ? [] : parseMaps(keep.maps).map(({ path }) => path);
  const programs = [...keep.programs, ...mapped].filter((path) => path.startsWith("/") && existsSync(path));
  copyPrograms(directory, programs);
  write("boot-time", keep.bootTime);
  return {
    dynamicEvents: write("dynamic_events", keep.definitions),
    maps: write("maps", keep.maps),
    symfs: programs.length === 0 ? null : directory,
    bootTime: keep.bootTime,
  };
}
