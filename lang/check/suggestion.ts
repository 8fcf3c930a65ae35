/** The hint for a name that nothing has. */
import { didYouMean } from "../diagnostics/suggest.ts";

/** Null if no candidate is near. */
export function suggestion(name: string, candidates: readonly string[]): string | null {
  const near = didYouMean(name, candidates);
  return near === null ? null : `did you mean ${near}?`;
}
