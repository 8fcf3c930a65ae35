/** Text of a place in a script, as whoever reads a warning knows it. */
import type { Span } from "../../lang/diagnostics/diagnostic.ts";

/** Parentheses that close and were opened before the text. */
function unopened(text: string): number {
  let [depth, least] = [0, 0];
  for (const char of text) {
    depth += char === "(" ? 1 : char === ")" ? -1 : 0;
    least = Math.min(least, depth);
  }
  return -least;
}

/** With the parentheses before it that close in it: spans of expressions begin behind their own. */
export function placeText(script: string, { start, end }: Span): string {
  const text = script.slice(start, end);
  const before = script.slice(0, start);
  const missing = unopened(text);
  const opened = new RegExp(`(?:\\(\\s*){${missing}}$`).exec(before);
  return missing === 0 || opened === null ? text : opened[0] + text;
}
