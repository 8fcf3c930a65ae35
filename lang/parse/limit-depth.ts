import type { Item } from "../ast/ast.ts";

/**
 * Deepest tree that the parser gives out, in nodes from the item down. Later passes recurse over the tree, two or three calls a
 * node, and must not overflow the stack (about 10,000 small frames in Node). Long chains count: `a + a + a …` leans to the left.
 */
export const maxDepth = 500;

/** Every node has its own text, so an item this short cannot be too deep, whatever is in it. */
const shortestDeepItem = maxDepth;

/** Is the tree of the item deeper than `maxDepth`? Without recursion, of course. */
export function isTooDeep(item: Item): boolean {
  if (item.span.end - item.span.start < shortestDeepItem) return false;
  const pending: { readonly node: object; readonly depth: number }[] = [{ node: item, depth: 0 }];
  for (;;) {
    const top = pending.pop();
    if (top === undefined) return false;
    if (top.depth > maxDepth) return true;
    for (const child of Object.values(top.node) as unknown[]) {
      if (typeof child !== "object" || child === null || child instanceof Uint8Array) continue;
      // Only what has a span is a node; lists and field pairs are part of theirs.
      pending.push({ node: child, depth: "span" in child ? top.depth + 1 : top.depth });
    }
  }
}
