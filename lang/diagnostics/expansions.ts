import type { RelatedSpan, Span } from "./diagnostic.ts";

/** The calls of macros that a place comes from, innermost first (row 2.35). */
export function expansionsOf(span: Span | null): RelatedSpan[] {
  const places: RelatedSpan[] = [];
  for (let at = span?.from; at !== undefined; at = at.from) places.push({ span: at, label: "expanded from" });
  return places;
}
