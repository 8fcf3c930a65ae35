import type { Script } from "../ast/ast.ts";
import { afterLayout, lineEnd } from "../lex/cursor.ts";
import { blockDoc, ifDoc } from "./blocks.ts";
import { commentsOf } from "./comments.ts";
import { concat, hardline, layout, type Doc } from "./doc.ts";
import type { Format } from "./format-context.ts";
import { itemEntries } from "./items.ts";
import { linesOf } from "./lines.ts";

/** Columns that lines keep within where they can. */
const WIDTH = 80;

/** The `#!` line, or "" if there is none. */
function shebangOf(text: string): string {
  const start = afterLayout(text, 0);
  return text.startsWith("#!", start) ? text.slice(start, lineEnd(text, start)).trimEnd() : "";
}

/**
 * A script in its canonical layout: blocks indented by two, a statement a line, single blank lines kept, comments where they were.
 * `script` is what the parser made of `text`, without a diagnostic. Parsing the result gives the same tree up to spans, and
 * formatting it again changes nothing. C definitions, attach points and literals stay as written.
 * Source: the layout of bpftrace's own --fmt, as far as its printer's source and its tools show it.
 */
export function formatScript(text: string, script: Script): string {
  const f: Format = {
    ...commentsOf(text, script.comments),
    block: (block) => blockDoc(f, block, "value"),
    if: (node) => ifDoc(f, node, "value"),
  };
  const shebang = shebangOf(text);
  const lines = linesOf(f, itemEntries(f, script), text.length + 1);
  const gap = shebang !== "" && /^[^\n]*\n[ \t\r]*\n/.test(text.slice(afterLayout(text, 0))) ? hardline : "";
  const parts: Doc[] = shebang === "" ? lines : [shebang, hardline, gap, ...lines];
  const result = layout(concat(...parts), WIDTH);
  return result === "" ? "" : `${result.trimEnd()}\n`;
}
