/** Parts of an attach point, with positional parameters put in before splitting (row 1.04). */
import type { AttachPoint } from "../../ast/ast.ts";
import { splitAttachPoint } from "../../lex/attach-point.ts";

export interface AttachParts {
  readonly label: string | null;
  readonly parts: readonly string[];
}

/** Outside quotes only; a parameter is not expanded again, its own `$` is text. */
function expandParams(text: string, params: readonly string[]): string {
  // Quoted text and escaped characters are taken whole, so that a `$` in them stays.
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|\\.|\$([1-9][0-9]*)/gs, (whole: string, index: string | undefined) =>
    index === undefined ? whole : (params[Number(index) - 1] ?? ""),
  );
}

/** What is wrong with the text itself, the parser has said. */
export function partsOf(attach: AttachPoint, params: readonly string[]): AttachParts {
  if (!attach.text.includes("$")) return { label: attach.label, parts: attach.parts.map((part) => part.text) };
  const { label, parts } = splitAttachPoint(expandParams(attach.text, params), attach.span.start);
  return { label, parts: parts.map((part) => part.text) };
}
