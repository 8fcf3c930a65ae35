/** Suggestions for misspelt names. */

/** Edits between two words, a swap of neighbours counting as one; stops counting above `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let edits = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) edits = Math.min(edits, beforeLast[j - 2]! + 1);
      row.push(edits);
    }
    if (Math.min(...row) > limit) return limit + 1;
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/** `did you mean NAME?` for the closest candidate, at most a third of its letters away; null if none is close. */
export function didYouMean(name: string, candidates: readonly string[]): string | null {
  let limit = Math.max(1, Math.floor(name.length / 3));
  let best: string | null = null;
  for (const candidate of candidates) {
    const edits = distance(name, candidate, limit);
    if (edits > limit || candidate === name) continue;
    if (best !== null && edits === limit) continue;
    best = candidate;
    limit = edits;
  }
  return best === null ? null : `did you mean ${best}?`;
}
