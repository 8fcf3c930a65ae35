/** Parts of an attach point, with positional parameters put in before splitting (row 1.04). */
import type { AttachPoint, Name } from "../../ast/ast.ts";
import { splitAttachPoint } from "../../lex/attach-point.ts";

export interface AttachParts {
  readonly label: string | null;
  readonly parts: readonly string[];
  /** The first part behind an `@`; null: none is. */
  readonly sourceAt: number | null;
}

function attachParts(label: string | null, parts: readonly Name[], text: string, start: number): AttachParts {
  const at = parts.findIndex(({ span }) => text[span.start - start - 1] === "@");
  return { label, parts: parts.map((part) => part.text), sourceAt: at < 0 ? null : at };
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
  const { start } = attach.span;
  if (!attach.text.includes("$")) return attachParts(attach.label, attach.parts, attach.text, start);
  const text = expandParams(attach.text, params);
  const { label, parts } = splitAttachPoint(text, start);
  return attachParts(label, parts, text, start);
}
