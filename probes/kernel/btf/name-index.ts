/** Finds names among a hundred thousand without a string for each: a hash table of numbers, compared byte by byte. */

export interface NameIndex {
  /** The entries that have the name, in order. */
  find(name: string): number[];
}

/** FNV-1a. */
const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

export interface Names {
  readonly count: number;
  /** Of entry `index`: where its name begins; null: it has none. */
  readonly place: (index: number) => { readonly strings: Uint8Array; readonly at: number } | null;
}

const EMPTY = -1;

export function nameIndex({ count, place }: Names): NameIndex {
  const mask = (1 << Math.max(4, 32 - Math.clz32(count))) - 1;
  const first = new Int32Array(mask + 1).fill(EMPTY);
  const next = new Int32Array(count).fill(EMPTY);
  // From the last, so that the chains are in order.
  for (let index = count - 1; index >= 0; index--) {
    const name = place(index);
    if (name === null) continue;
    const { strings } = name;
    let hash = OFFSET_BASIS;
    for (let at = name.at; strings[at] !== 0; at++) hash = Math.imul(hash ^ strings[at]!, PRIME);
    const slot = hash & mask;
    next[index] = first[slot]!;
    first[slot] = index;
  }
  return {
    find(name) {
      const bytes = new TextEncoder().encode(name);
      if (bytes.length === 0 || bytes.includes(0)) return [];
      let hash = OFFSET_BASIS;
      for (const byte of bytes) hash = Math.imul(hash ^ byte, PRIME);
      const found: number[] = [];
      for (let index = first[hash & mask]!; index !== EMPTY; index = next[index]!) if (isNamed(place(index)!, bytes)) found.push(index);
      return found;
    },
  };
}

function isNamed({ strings, at }: { readonly strings: Uint8Array; readonly at: number }, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) if (strings[at + i] !== name[i]) return false;
  return strings[at + name.length] === 0;
}
