/** Headers that #include names and -I finds (rows 2.03, 8.35). */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { sourceText } from "../../lang/diagnostics/source-bytes.ts";
import type { ReadHeader } from "../../lang/check/definitions/collect.ts";

function readText(path: string): string | null {
  try {
    return sourceText(readFileSync(path));
  } catch {
    return null;
  }
}

/** `"x.h"` is looked for beside the script and in the working directory first; both forms then in the directories of -I, in order. */
export const headerReader =
  (script: string, directories: readonly string[]): ReadHeader =>
  (path, system) => {
    const places = [...(system ? [] : [dirname(script), "."]), ...directories];
    for (const place of places) {
      const text = readText(resolve(place, path));
      if (text !== null) return text;
    }
    return null;
  };
