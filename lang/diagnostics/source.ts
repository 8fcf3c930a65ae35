import type { Source, SourceFile, Span } from "./diagnostic.ts";

/** The files of a source, one at least. */
export const filesOf = ({ files, name, text }: Source): readonly SourceFile[] => files ?? [{ name, start: 0, end: text.length }];

/** The source with one more file behind it, and where that begins: spans into what was there stay what they are. */
export function appendFile(
  source: Source,
  name: string,
  text: string,
  about: Pick<SourceFile, "isLibrary"> = {},
): { readonly source: Source; readonly start: number } {
  const start = source.text.length + 1;
  const joined = `${source.text}\n${text}`;
  return { source: { ...source, text: joined, files: [...filesOf(source), { ...about, name, start, end: joined.length }] }, start };
}

export const isInLibrary = (source: Source, { start }: Span): boolean =>
  (source.files ?? []).some((file) => file.isLibrary === true && start >= file.start && start <= file.end);
