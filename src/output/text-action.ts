/** printf and the other actions that format a text, and what cat and system make of it. */
import type { TextAction } from "../session/events.ts";
import type { Host } from "./host.ts";
import { parseFormat, type Segment } from "./printf-format.ts";
import { printfText } from "./printf.ts";
import type { PrintContext } from "./value-text.ts";

/** The text of a record; each format is parsed once. */
export function textFormatter(context: PrintContext): (action: TextAction, record: DataView) => string {
  const parsed = new Map<TextAction, readonly Segment[]>();
  return (action, record) => {
    let segments = parsed.get(action);
    if (segments === undefined) parsed.set(action, (segments = parseFormat(action.format)));
    return printfText(segments, action.args, record, context);
  };
}

/** A file's content, or the line that says why there is none. */
export function catFile(host: Host, path: string): { readonly content: string } | { readonly problem: string } {
  const read = host.readFile(path);
  return "content" in read ? read : { problem: `ERROR: failed to open file '${path}' (${read.error})\n` };
}
