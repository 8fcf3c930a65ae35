/** Numbers by names that are looked up as bytes, without making strings. */

export interface ByteNames {
  /** Index of the name, -1 if it is none of them. */
  find(bytes: Uint8Array, start: number, end: number): number;
  /** What `find` goes by, for others who look names up in the same way. */
  readonly tables: {
    /** All names, one behind the other, and where each of them ends. */
    readonly text: Uint8Array;
    readonly ends: Uint32Array;
    /** Open addressing by the hash of a name (FNV-1a, its upper half folded into the lower one): index + 1; 0: free. A power of two. */
    readonly slots: Int32Array;
  };
}

const SEED = 0x811c9dc5;
const PRIME = 0x01000193;

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = SEED;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, PRIME);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Of two equal names the first one is found. */
export function byteNames(names: readonly string[]): ByteNames {
  const text = new TextEncoder().encode(names.join(""));
  const ends = new Uint32Array(names.length);
  let mask = 1;
  while (mask < names.length * 2) mask *= 2;
  mask -= 1;
  /** Index + 1; 0: free. */
  const slots = new Int32Array(mask + 1);
  const isAt = (index: number, bytes: Uint8Array, start: number, end: number): boolean => {
    let from = index === 0 ? 0 : ends[index - 1]!;
    if (ends[index]! - from !== end - start) return false;
    for (let at = start; at < end; at++, from++) if (text[from] !== bytes[at]) return false;
    return true;
  };
  const slotOf = (bytes: Uint8Array, start: number, end: number): number => {
    let slot = hashOf(bytes, start, end) & mask;
    while (slots[slot] !== 0 && !isAt(slots[slot]! - 1, bytes, start, end)) slot = (slot + 1) & mask;
    return slot;
  };
  names.reduce((at, name, index) => {
    ends[index] = at + new TextEncoder().encode(name).length;
    const slot = slotOf(text, at, ends[index]);
    if (slots[slot] === 0) slots[slot] = index + 1;
    return ends[index];
  }, 0);
  return { find: (bytes, start, end) => slots[slotOf(bytes, start, end)]! - 1, tables: { text, ends, slots } };
}
