import type { Span } from "../diagnostics/diagnostic.ts";

/**
 * Deepest tree that the parser gives out, in nodes from the item down. Later passes recurse over the tree, two or three calls a
 * node, and must not overflow the stack (about 10,000 small frames in Node). Long chains count: `a + a + a …` leans to the left.
 */
export const maxDepth = 500;

/** Place of a node deeper than `maxDepth` in a tree made of so many tokens, or null. Without recursion, of course. */
export function findTooDeep(tree: object, tokenCount: number): Span | null {
  // No two levels of the tree share one token, but for a block with its statement.
  if (tokenCount * 2 < maxDepth) return null;
  const nodes: object[] = [tree];
  const depths = [0];
  for (;;) {
    const node = nodes.pop() as Readonly<Record<string, unknown>> | undefined;
    if (node === undefined) return null;
    const depth = depths.pop()!;
    if (depth > maxDepth) return node["span"] as Span;
    for (const key in node) {
      const child = node[key];
      if (typeof child !== "object" || child === null || key === "span" || key === "opSpan" || key === "bytes") continue;
      nodes.push(child);
      // Only what has a span is a node; lists and field pairs are part of theirs.
      depths.push("span" in child ? depth + 1 : depth);
    }
  }
}
