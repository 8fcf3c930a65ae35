import type { Span } from "../diagnostics/diagnostic.ts";

/** A copy of the tree in which every node has the place `span`: what a C macro stands for, at its use. */
export function withSpan<T>(node: T, span: Span): T {
  if (Array.isArray(node)) return node.map((part: unknown) => withSpan(part, span)) as T;
  if (typeof node !== "object" || node === null || node instanceof Uint8Array) return node;
  const entries = Object.entries(node).map(([key, value]: [string, unknown]) => [
    key,
    key === "span" || key === "opSpan" ? span : withSpan(value, span),
  ]);
  return Object.fromEntries(entries) as T;
}
