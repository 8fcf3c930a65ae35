/**
 * gzip (RFC 1952) around DEFLATE (RFC 1951) with the fixed codes. The system's zlib would pack better, but not into the same bytes on every
 * machine.
 */

const WINDOW = 32_768;
const MIN_MATCH = 3;
const MAX_MATCH = 258;
const HASH_BITS = 15;
/** Earlier places that are tried for a longer match. */
const MAX_CHAIN = 32;

interface BitWriter {
  /** Least significant bit first. */
  readonly bits: (value: number, count: number) => void;
  /** Huffman codes come most significant bit first. */
  readonly code: (value: number, count: number) => void;
  readonly finish: () => Uint8Array;
}

function bitWriter(): BitWriter {
  const out: number[] = [];
  let held = 0;
  let used = 0;
  const bits = (value: number, count: number): void => {
    held |= value << used;
    for (used += count; used >= 8; used -= 8) {
      out.push(held & 0xff);
      held >>>= 8;
    }
  };
  return {
    bits,
    code(value, count) {
      for (let i = count - 1; i >= 0; i--) bits((value >>> i) & 1, 1);
    },
    finish() {
      if (used > 0) out.push(held & 0xff);
      return Uint8Array.from(out);
    },
  };
}

/** Fixed code of a literal or length symbol (RFC 1951, 3.2.6). */
function writeSymbol(to: BitWriter, symbol: number): void {
  if (symbol < 144) to.code(0x30 + symbol, 8);
  else if (symbol < 256) to.code(0x190 + symbol - 144, 9);
  else if (symbol < 280) to.code(symbol - 256, 7);
  else to.code(0xc0 + symbol - 280, 8);
}

/** Bases of lengths and distances, each with its number of extra bits (3.2.5). */
function bases(first: number, plain: number, perStep: number, count: number): readonly (readonly [base: number, extra: number])[] {
  const table: [number, number][] = [];
  for (let i = 0, base = first; i < count; i++) {
    const extra = i < plain ? 0 : Math.floor((i - plain) / perStep) + 1;
    table.push([base, extra]);
    base += 2 ** extra;
  }
  return table;
}
const LENGTHS = [...bases(MIN_MATCH, 8, 4, 28), [MAX_MATCH, 0] as const];
const DISTANCES = bases(1, 4, 2, 30);

const rowOf = (table: readonly (readonly [number, number])[], value: number): number => table.findLastIndex(([base]) => base <= value);

function writeMatch(to: BitWriter, length: number, distance: number): void {
  const lengthRow = rowOf(LENGTHS, length);
  writeSymbol(to, 257 + lengthRow);
  to.bits(length - LENGTHS[lengthRow]![0], LENGTHS[lengthRow]![1]);
  const distanceRow = rowOf(DISTANCES, distance);
  to.code(distanceRow, 5);
  to.bits(distance - DISTANCES[distanceRow]![0], DISTANCES[distanceRow]![1]);
}

const hashAt = (data: Uint8Array, at: number): number =>
  Math.imul((data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!, 0x9e3779b1) >>> (32 - HASH_BITS);

function matchLength(data: Uint8Array, a: number, b: number): number {
  const most = Math.min(MAX_MATCH, data.length - b);
  let length = 0;
  while (length < most && data[a + length] === data[b + length]) length++;
  return length;
}

/** One block with the fixed codes; greedy matches, found by hash chains. */
function deflate(data: Uint8Array): Uint8Array {
  const to = bitWriter();
  to.bits(1, 1);
  to.bits(1, 2);
  const heads = new Int32Array(1 << HASH_BITS).fill(-1);
  const previous = new Int32Array(data.length);
  const remember = (at: number): void => {
    if (at + MIN_MATCH > data.length) return;
    const hash = hashAt(data, at);
    previous[at] = heads[hash]!;
    heads[hash] = at;
  };
  for (let at = 0; at < data.length;) {
    let best = 0;
    let distance = 0;
    let candidate = at + MIN_MATCH <= data.length ? heads[hashAt(data, at)]! : -1;
    for (let tries = MAX_CHAIN; tries > 0 && candidate >= 0 && at - candidate <= WINDOW; tries--, candidate = previous[candidate]!) {
      const length = matchLength(data, candidate, at);
      if (length > best) [best, distance] = [length, at - candidate];
    }
    if (best < MIN_MATCH) {
      writeSymbol(to, data[at]!);
      best = 1;
    } else writeMatch(to, best, distance);
    for (const end = at + best; at < end; at++) remember(at);
  }
  writeSymbol(to, 256);
  return to.finish();
}

/** The CRC of ISO 3309 and ITU-T V.42, as gzip has it. */
export function crc32(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** Without a name and without a time, so that the same data are the same bytes. */
export function gzip(data: Uint8Array): Uint8Array {
  const packed = deflate(data);
  const out = new Uint8Array(10 + packed.length + 8);
  // Magic, DEFLATE, no flags, no time, no extra flags, unknown system.
  out.set([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
  out.set(packed, 10);
  const trailer = new DataView(out.buffer, 10 + packed.length);
  trailer.setUint32(0, crc32(data), true);
  trailer.setUint32(4, data.length % 2 ** 32, true);
  return out;
}
