/** Several programs as one script: they run together, share maps, and each keeps its name in messages. */
import type { Source, SourceFile } from "../../lang/diagnostics/diagnostic.ts";
import type { Cursor } from "../../lang/lex/cursor.ts";
import { scanItems } from "../../lang/lex/items.ts";

/** What may stand only before the first probe. */
const PREAMBLE: ReadonlySet<string> = new Set(["directive", "definition", "config", "import"]);

/** Offset of the first item that is no definition, import or configuration. */
function preambleEnd(text: string): number {
  const cursor: Cursor = { text, pos: 0, comments: [], diagnostics: [] };
  return scanItems(cursor).find(({ kind }) => !PREAMBLE.has(kind))?.span.start ?? text.length;
}

/** A file's first line for the shell means nothing in the middle of a script. */
const withoutShebang = (text: string): string => text.replace(/^#!/, "//");

/**
 * Definitions and imports of all programs come first, where the language wants them. Of each program, places in messages count from its own
 * first line as long as its definitions need not be moved before another's probes.
 */
export function joinPrograms(programs: readonly { readonly name: string; readonly text: string }[]): Source {
  const parts = programs.map(({ name, text: written }) => {
    const text = withoutShebang(written);
    return { name, text, end: preambleEnd(text) };
  });
  const isMoved = parts.slice(1).some(({ end, text }) => text.slice(0, end).trim() !== "");
  const pieces = isMoved
    ? [
        ...parts.map(({ name, text, end }) => ({ name, text: text.slice(0, end) })),
        ...parts.map(({ name, text, end }) => ({ name, text: text.slice(end) })),
      ]
    : parts;
  const files: SourceFile[] = [];
  let text = "";
  for (const piece of pieces) {
    if (piece.text === "") continue;
    files.push({ name: piece.name, start: text.length, end: text.length + piece.text.length });
    text += `${piece.text}\n`;
  }
  return { name: programs[0]?.name ?? "script", text, files: files.length === 0 ? [{ name: "script", start: 0, end: 0 }] : files };
}
