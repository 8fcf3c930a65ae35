/** Finds line feeds four bytes at a time. */

export const LINE_FEED = 10;

const ALL_LINE_FEEDS = 0x0a0a0a0a;
const LOW_BITS = 0x01010101;
const HIGH_BITS = 0x80808080 | 0;

/** Where the next line feed is from `from` on: one has to be there. `words`: the same memory as `bytes`, from the same place on. */
export function nextLineFeed(bytes: Uint8Array, words: Int32Array, from: number): number {
  let at = from;
  for (; (at & 3) !== 0; at++) if (bytes[at] === LINE_FEED) return at;
  let word = at >>> 2;
  for (; ; word++) {
    const x = words[word]! ^ ALL_LINE_FEEDS;
    if ((((x - LOW_BITS) | 0) & ~x & HIGH_BITS) !== 0) break;
  }
  at = word << 2;
  while (bytes[at] !== LINE_FEED) at++;
  return at;
}
