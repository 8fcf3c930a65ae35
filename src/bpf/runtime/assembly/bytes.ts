/** Hashing and comparing of keys. No alignment is assumed: program keys may lie anywhere. */

const MULTIPLIER32: u32 = 0x9e3779b1;
const MULTIPLIER64: u64 = 0x9e3779b97f4a7c15;

/** Multiplicative hashing: the top bits are the good ones, and small integers spread evenly. */
export function hash4(key: u32): u32 {
  return key * MULTIPLIER32;
}

/** The high half is folded down first, for a product carries bits only upwards. */
export function hash8(key: u64): u32 {
  return <u32>(((key ^ (key >>> 32)) * MULTIPLIER64) >>> 32);
}

function mix(hash: u64, word: u64): u64 {
  const product = (hash ^ word) * MULTIPLIER64;
  return product ^ (product >>> 32);
}

/** The last 1…7 bytes as a number. */
function tailWord(at: usize, size: usize): u64 {
  let word: u64 = 0;
  let shift: u64 = 0;
  if (size & 4) {
    word = load<u32>(at);
    at += 4;
    shift = 32;
  }
  if (size & 2) {
    word |= (<u64>load<u16>(at)) << shift;
    at += 2;
    shift += 16;
  }
  if (size & 1) word |= (<u64>load<u8>(at)) << shift;
  return word;
}

/** Long keys run in two lanes, as each step waits for the product before it. */
export function hashBytes(at: usize, size: usize): u32 {
  let a: u64 = size;
  let left = size;
  if (size >= 32) {
    let b: u64 = ~a;
    while (left >= 16) {
      a = mix(a, load<u64>(at));
      b = mix(b, load<u64>(at, 8));
      at += 16;
      left -= 16;
    }
    a = mix(a, b);
  }
  while (left >= 8) {
    a = mix(a, load<u64>(at));
    at += 8;
    left -= 8;
  }
  if (left) a = mix(a, tailWord(at, left));
  return <u32>((a * MULTIPLIER64) >>> 32);
}

export function hashKey(key: usize, size: usize): u32 {
  if (size == 8) return hash8(load<u64>(key));
  if (size == 4) return hash4(load<u32>(key));
  return hashBytes(key, size);
}

export function equalBytes(a: usize, b: usize, size: usize): bool {
  while (size >= 8) {
    if (load<u64>(a) != load<u64>(b)) return false;
    a += 8;
    b += 8;
    size -= 8;
  }
  return size == 0 || tailWord(a, size) == tailWord(b, size);
}
