import type { Source, SourceFile } from "./diagnostic.ts";

/** The files of a source, one at least. */
export const filesOf = ({ files, name, text }: Source): readonly SourceFile[] => files ?? [{ name, start: 0, end: text.length }];

/** The source with one more file behind it, and where that begins: spans into what was there stay what they are. */
export function appendFile(source: Source, name: string, text: string): { readonly source: Source; readonly start: number } {
  const start = source.text.length + 1;
  const joined = `${source.text}\n${text}`;
  return { source: { ...source, text: joined, files: [...filesOf(source), { name, start, end: joined.length }] }, start };
}
