import type { Name } from "../ast/ast.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { isDigit, isSpace, lineEnd, syntaxError } from "./cursor.ts";

/**
 * End of the attach point that starts at `start`: unescaped white space, `{`, `,`, or a `/` before the first `:`; behind a `:` a
 * `/` belongs to a path (row 1.01). Quoted text is taken whole.
 */
export function attachPointEnd(text: string, start: number): number {
  let pos = start;
  let inPath = false;
  while (pos < text.length) {
    const c = text.charCodeAt(pos);
    if (isSpace(c) || c === 0x7b || c === 0x2c || (c === 0x2f && !inPath)) return pos;
    if (c === 0x3a) inPath = true;
    if (c === 0x22) pos = quoteEnd(text, pos);
    else pos += c === 0x5c && pos + 1 < text.length ? 2 : 1;
  }
  return text.length;
}

/** Position after the closing quote, or the end of the line. */
function quoteEnd(text: string, start: number): number {
  const stop = lineEnd(text, start);
  let pos = start + 1;
  while (pos < stop && text.charCodeAt(pos) !== 0x22) pos += text.charCodeAt(pos) === 0x5c ? 2 : 1;
  return Math.min(pos + 1, stop);
}

export interface SplitAttachPoint {
  /** `name=` before the provider (row 1.03). */
  readonly label: string | null;
  readonly parts: readonly Name[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Splits an attach point at `:` and `@` outside quotes; quotes and escapes are removed (row 1.04). Spans are offsets into the
 * script, where the text starts at `offset`. Positional parameters stay as they are: replace them in the text, then split again.
 */
export function splitAttachPoint(text: string, offset: number): SplitAttachPoint {
  const labelEnd = /^[A-Za-z_]\w*=/.exec(text)?.[0].length ?? 0;
  const parts: Name[] = [];
  const diagnostics: Diagnostic[] = [];
  let part = "";
  let partStart = labelEnd;
  let quoted = false;
  let pos = labelEnd;
  const endPart = () => parts.push({ text: part, span: { start: offset + partStart, end: offset + pos } });
  for (; pos < text.length; pos++) {
    const c = text.charAt(pos);
    if (c === '"') {
      quoted = !quoted;
    } else if (c === "\\" && pos + 1 < text.length) {
      part += text.charAt(++pos);
    } else if (!quoted && (c === ":" || c === "@")) {
      endPart();
      part = "";
      partStart = pos + 1;
    } else {
      if (!quoted && c === "$" && !isDigit(text.charCodeAt(pos + 1))) diagnostics.push(strayDollar(offset + pos));
      part += c;
    }
  }
  endPart();
  if (quoted) {
    const span = { start: offset, end: offset + text.length };
    diagnostics.push(syntaxError("attachPoint", span, "unterminated string in attach point"));
  }
  return { label: labelEnd > 0 ? text.slice(0, labelEnd - 1) : null, parts, diagnostics };
}

function strayDollar(start: number): Diagnostic {
  const hint = "a '$' that belongs to the name goes in double quotes";
  return syntaxError("attachPoint", { start, end: start + 1 }, "'$' in an attach point is a positional parameter: expected a number", hint);
}
