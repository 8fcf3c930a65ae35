/** Things that stand on lines of their own (statements, settings, top-level items), with the comments and blank lines around them. */
import { commentDoc, isLineComment, leading, trailing, type Comments } from "./comments.ts";
import { concat, hardline, type Doc } from "./doc.ts";

export interface Entry {
  /** In the source text. */
  readonly start: number;
  readonly end: number;
  /** Called once, when the comments before it are taken. */
  readonly doc: () => Doc;
  /** Stands between blank lines. */
  readonly apart?: boolean;
}

const BLANK_LINE = /\n[ \t\r]*\n/;

/** Lines with the breaks between them, none before the first and none behind the last. Comments up to `end` are included. */
export function linesOf(comments: Comments, entries: readonly Entry[], end: number): Doc[] {
  const { text } = comments;
  const out: Doc[] = [];
  let previous: { readonly end: number; readonly entry: Entry | null } | null = null;

  const add = (doc: Doc, start: number, stop: number, entry: Entry | null, next: Entry | null): void => {
    if (previous !== null) {
      const isApart = previous.entry !== null && (previous.entry.apart === true || next?.apart === true);
      out.push(hardline);
      if (isApart || BLANK_LINE.test(text.slice(previous.end, start))) out.push(hardline);
    }
    out.push(doc);
    previous = { end: stop, entry };
  };

  /** Adds the comments before `start`; those right in front of it on its line are returned. */
  const addComments = (start: number, next: Entry | null): Doc[] => {
    const found = comments.before(start);
    let inline = found.length;
    while (inline > 0) {
      const comment = found[inline - 1]!;
      const follower = found[inline]?.span.start ?? start;
      if (isLineComment(comment) || next === null || text.slice(comment.span.start, follower).includes("\n")) break;
      inline--;
    }
    for (const comment of found.slice(0, inline)) add(commentDoc(comment), comment.span.start, comment.span.end, null, next);
    return leading(found.slice(inline));
  };

  for (const entry of entries) {
    const front = addComments(entry.start, entry);
    const doc = entry.doc();
    const tail = [...comments.before(entry.end), ...comments.behind(entry.end)];
    add(concat(...front, doc, ...trailing(tail)), entry.start, tail.at(-1)?.span.end ?? entry.end, entry, entry);
  }
  addComments(end, null);
  return out;
}
