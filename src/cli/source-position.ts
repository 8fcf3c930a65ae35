/** Places in a script as people read them. */
import type { Source } from "../../lang/diagnostics/diagnostic.ts";

/** 1-based line and column of a UTF-16 offset. */
export function positionOf(source: Source, offset: number): { line: number; column: number } {
  const before = source.text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}
