/** Which library macro is in which file. Nothing here is parsed; see check/macros/library.ts. */
import { assertions } from "./assertions.ts";
import type { LibraryFile } from "./library-file.ts";
import { maps } from "./maps.ts";
import { values } from "./values.ts";

const files: readonly LibraryFile[] = [assertions, maps, values];

let index: ReadonlyMap<string, LibraryFile> | undefined;
let anyName: RegExp | undefined;

function byName(): ReadonlyMap<string, LibraryFile> {
  return (index ??= new Map(
    files.flatMap((file) => Array.from(file.text.matchAll(/^macro (\w+)\(/gm), (match) => [match[1]!, file] as const)),
  ));
}

export const stdlib = {
  /** Names of all macros. */
  names: (): string[] => [...byName().keys()],
  fileOf: (name: string): LibraryFile | null => byName().get(name) ?? null,
  /** Whether the text holds one of the names as a word, be it in a comment. */
  mentions: (text: string): boolean => (anyName ??= new RegExp(`\\b(?:${[...byName().keys()].join("|")})\\b`)).test(text),
};
