/** The macros of the standard library, read when a script uses one of their names and not before: start-up does not pay for them. */
import type { MacroItem } from "../../ast/ast.ts";
import type { Source } from "../../diagnostics/diagnostic.ts";
import { appendFile } from "../../diagnostics/source.ts";
import { parse } from "../../parse/parse.ts";
import type { LibraryFile } from "../../stdlib/library-file.ts";
import { stdlib } from "../../stdlib/stdlib.ts";
import type { Macro } from "./registry.ts";

export interface Library {
  /** Whether the script's text holds the name of a library macro at all. */
  readonly isMentioned: boolean;
  /** The macros of that name; their file is read at the first. */
  readonly find: (name: string) => readonly Macro[];
  /** The source with the files that were read. */
  readonly source: () => Source;
}

const isMacro = (item: { readonly kind: string }): item is MacroItem => item.kind === "macro";

export function openLibrary(start: Source): Library {
  let source = start;
  const read = new Map<LibraryFile, readonly Macro[]>();

  const open = (file: LibraryFile): readonly Macro[] => {
    const known = read.get(file);
    if (known !== undefined) return known;
    const appended = appendFile(source, file.name, file.text, { isLibrary: true });
    source = appended.source;
    const { script, diagnostics } = parse(source, appended.start);
    if (diagnostics.length > 0) throw new Error(`${file.name}: ${diagnostics[0]!.message}`);
    const macros = script.items.filter(isMacro).map((item): Macro => ({ item, isStdlib: true }));
    read.set(file, macros);
    return macros;
  };

  return {
    isMentioned: stdlib.mentions(start.text),
    find(name) {
      const file = stdlib.fileOf(name);
      return file === null ? [] : open(file).filter(({ item }) => item.name.text === name);
    },
    source: () => source,
  };
}
