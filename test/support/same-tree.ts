/** Syntax trees without what depends on the layout of the text: spans and comments. */
import type { Script } from "../../lang/ast/ast.ts";

const LAYOUT = new Set(["span", "opSpan", "comments"]);

function strip(node: unknown): unknown {
  if (node instanceof Uint8Array) return Array.from(node);
  if (Array.isArray(node)) return node.map(strip);
  if (typeof node === "bigint") return `${node}n`;
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(Object.entries(node).flatMap(([key, value]) => (LAYOUT.has(key) ? [] : [[key, strip(value)]])));
}

/** Equal for scripts that differ in layout only. */
export const treeText = (script: Script): string => JSON.stringify(strip(script));
