import { afterLayout } from "../lex/cursor.ts";

/** The string behind the word `import` at `start`, as written. */
export function importPath(text: string, start: number): string {
  const at = afterLayout(text, start + "import".length);
  return /^"(?:\\.|[^"\\\n])*"/.exec(text.slice(at))?.[0] ?? "";
}
