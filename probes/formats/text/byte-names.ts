/** Names by their bytes: numbered in order of arrival, found without making a string. */

const FIRST_SLOTS = 1024;

export class ByteNames {
  /** Numbers + 1; 0: free. */
  #slots = new Int32Array(FIRST_SLOTS);
  #hashes = new Int32Array(FIRST_SLOTS / 2);
  /** Where each name begins in the pool; one more than names. */
  #starts = new Int32Array(FIRST_SLOTS / 2 + 1);
  #pool = new Uint8Array(16 * FIRST_SLOTS);
  readonly #limit: number;
  count = 0;

  /** `limit`: names beyond are not added. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Number of the name; -1: unknown. */
  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#slots[this.#slotOf(bytes, start, end, hashOf(bytes, start, end))]! - 1;
  }

  /** Number of the name, added if it is new; -1: no room. */
  add(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    const slot = this.#slotOf(bytes, start, end, hash);
    const known = this.#slots[slot]! - 1;
    if (known >= 0 || this.count >= this.#limit) return known;
    const number = this.count++;
    const from = this.#starts[number]!;
    const to = from + end - start;
    if (to > this.#pool.length) this.#pool = grown(this.#pool, Math.max(to, 2 * this.#pool.length));
    this.#pool.set(bytes.subarray(start, end), from);
    this.#starts[number + 1] = to;
    this.#hashes[number] = hash;
    this.#slots[slot] = number + 1;
    if (2 * this.count === this.#slots.length) this.#rehash();
    return number;
  }

  text(number: number): string {
    let text = "";
    for (let at = this.#starts[number]!; at < this.#starts[number + 1]!; at++) text += String.fromCharCode(this.#pool[at]!);
    return text;
  }

  #slotOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = this.#slots[slot]! - 1;
      if (number < 0 || (this.#hashes[number] === hash && this.#is(number, bytes, start, end))) return slot;
    }
  }

  #is(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const pool = this.#pool;
    let from = this.#starts[number]!;
    if (this.#starts[number + 1]! - from !== end - start) return false;
    for (let at = start; at < end; at++, from++) if (pool[from] !== bytes[at]) return false;
    return true;
  }

  #rehash(): void {
    this.#slots = new Int32Array(2 * this.#slots.length);
    this.#hashes = grown(this.#hashes, this.#slots.length / 2);
    this.#starts = grown(this.#starts, this.#slots.length / 2 + 1);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.count; number++) {
      let slot = this.#hashes[number]! & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = number + 1;
    }
  }
}

/** Of the length and of a few bytes only: names of events and of functions differ in what they end with. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  let hash = Math.imul(length, 0x01000193) ^ bytes[start]!;
  if (length >= 8) {
    const tail = (bytes[end - 2]! << 24) | (bytes[end - 3]! << 16) | (bytes[end - 4]! << 8) | bytes[end - 5]!;
    const middle = (bytes[end - 6]! << 16) | (bytes[end - 7]! << 8) | bytes[start + (length >> 1)]!;
    hash = Math.imul(Math.imul(hash, 31) ^ tail, 0x9e3779b1) ^ Math.imul(middle ^ bytes[end - 1]!, 0x85ebca6b);
  } else for (let at = start + 1; at < end; at++) hash = Math.imul(hash, 0x01000193) ^ bytes[at]!;
  return hash ^ (hash >>> 15);
}

function grown<T extends Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>(old: T, length: number): T {
  const larger = new (old.constructor as new (length: number) => T)(length);
  larger.set(old);
  return larger;
}
