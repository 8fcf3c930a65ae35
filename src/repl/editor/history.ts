/** Inputs of before: walking through them, and searching. */

export interface History {
  /** Oldest first. */
  readonly entries: readonly string[];
  add(text: string): void;
}

/** Called with each new entry, for whoever keeps them. */
export function newHistory(known: readonly string[], keep: (text: string) => void = () => undefined): History {
  const entries = [...known];
  return {
    entries,
    add(text) {
      // As shells do: a blank in front keeps it out, and so does being the same again.
      if (text.trim() === "" || text.startsWith(" ") || entries.at(-1) === text) return;
      entries.push(text);
      keep(text);
    },
  };
}

/** Index of the newest entry before `from` that holds the text; null: there is none. */
export function searchBack({ entries }: History, text: string, from: number): number | null {
  for (let i = Math.min(from, entries.length) - 1; i >= 0; i--) if (entries[i]!.includes(text)) return i;
  return null;
}
