/** The comments of a script as the formatter takes them, each once, in order. */
import type { Comment } from "../ast/ast.ts";
import { concat, hardline, rawline, type Doc } from "./doc.ts";

export interface Comments {
  readonly text: string;
  /** The comments that begin before `pos` and were not taken yet. */
  readonly before: (pos: number) => Comment[];
  /** Those behind `end` on its line, when nothing but a comma or semicolon comes between and nothing else after them. */
  readonly behind: (end: number) => Comment[];
}

export function commentsOf(text: string, all: readonly Comment[]): Comments {
  let next = 0;
  return {
    text,
    before(pos) {
      const start = next;
      while (next < all.length && all[next]!.span.start < pos) next++;
      return all.slice(start, next);
    },
    behind(end) {
      const start = next;
      let at = end;
      for (let comment = all[next]; comment !== undefined; comment = all[++next]) {
        if (!/^[ \t,;]*$/.test(text.slice(at, comment.span.start))) break;
        at = comment.span.end;
      }
      // A comment that something else follows on its line belongs to that.
      if (next > start && !/^[ \t\r,;]*(?:\n|\}|$)/.test(text.slice(at, at + 200))) next = start;
      return all.slice(start, next);
    },
  };
}

export const isLineComment = ({ text }: Comment): boolean => text.startsWith("//");

/** Stars of a block comment's lines stand below its first one; other lines stay where they are. */
export function commentDoc({ text }: Comment): Doc {
  const [first = "", ...others] = text.split("\n").map((line) => line.trimEnd());
  const starred = others.every((line) => line.trimStart().startsWith("*"));
  return concat(first, ...others.flatMap((line): Doc[] => (starred ? [hardline, ` ${line.trimStart()}`] : [rawline, line])));
}

/** Comments in front of something on its line; a line comment sends it to the next one. */
export const leading = (comments: readonly Comment[]): Doc[] =>
  comments.flatMap((comment) => [commentDoc(comment), isLineComment(comment) ? hardline : " "]);

/** Comments behind something on its line; nothing but a line break may follow a line comment. */
export const trailing = (comments: readonly Comment[]): Doc[] =>
  comments.flatMap((comment, i) => [i > 0 && isLineComment(comments[i - 1]!) ? hardline : " ", commentDoc(comment)]);

/** The same in front of something that closes. */
export function beforeClosing(comments: readonly Comment[]): Doc[] {
  const last = comments.at(-1);
  return [...trailing(comments), ...(last !== undefined && isLineComment(last) ? [hardline] : [])];
}
